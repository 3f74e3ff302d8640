"""The oracle shares no code with the product: neither in its text nor in what it loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
MODULES = sorted(path for path in HERE.glob("*.py") if not path.stem.startswith("test_"))
ALLOWED = {"tests.oracle", "phonenumbers", "yaml", "zstandard"}
"""What it may import beside the standard library."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_oracle_imports_nothing_of_the_product(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            is_own = any(name == one or name.startswith(f"{one}.") for one in ALLOWED)
            assert is_own or name.split(".")[0] in sys.stdlib_module_names, f"{path.name} imports {name}"
        assert not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in {
            "__import__",
            "exec",
            "eval",
        }


def test_oracle_loads_nothing_of_the_product():
    names = ", ".join(f"tests.oracle.{path.stem}" for path in MODULES)
    program = f"import sys, {names}; print([one for one in sys.modules if one.split('.')[0] == 'crm_sync'])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env={"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_oracle_files_stay_small():
    assert [path.name for path in HERE.glob("*.py") if len(path.read_text().splitlines()) >= 250] == []
