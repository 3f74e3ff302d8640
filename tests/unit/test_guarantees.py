"""Each promise of docs/guarantees.md names a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
_ROW = re.compile(
    r"^\| (?P<promise>[^|`]+(?:`[^`]+`[^|`]*)*) \| `(?P<file>tests/[^`]+)` `(?P<test>test_\w+)` \|$",
    re.MULTILINE,
)
PROMISES = _ROW.findall((CHECKOUT / "docs/guarantees.md").read_text(encoding="utf-8"))


def test_every_row_of_the_page_is_a_promise_with_its_test():
    text = (CHECKOUT / "docs/guarantees.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and line != "| promise | test |"]
    assert len(PROMISES) == len(rows) > 30


@pytest.mark.parametrize(("promise", "file", "test"), PROMISES, ids=[found[0][:60] for found in PROMISES])
def test_promise_names_a_test_that_exists(promise, file, test):
    tree = ast.parse((CHECKOUT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, promise
