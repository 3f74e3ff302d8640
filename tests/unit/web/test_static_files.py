"""The page's files: small modules that import each other and ask nobody else, with data as text alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crm_sync.insight.findings import GOOD, Health

STATIC = Path(__file__).resolve().parents[3] / "plugins/crm_sync/web/static"
SCRIPTS = sorted(STATIC.rglob("*.js"))
FILES = sorted([*SCRIPTS, *STATIC.rglob("*.css")])
_IMPORT = re.compile(r'^(?:import|export)\b[^;]*?\bfrom "([^"]+)"', re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?:async )?(?:const|function|class) (\w+)|^export const \{ ([^}]+) \}", re.MULTILINE
)

_MARKUP = re.compile(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", re.IGNORECASE)

each = pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(STATIC)) for path in FILES])


def list_exports(path: Path) -> set[str]:
    found = (one or many for one, many in _EXPORT.findall(path.read_text("utf-8")))
    return {name.strip() for names in found for name in names.split(",")}


def test_modules_import_names_that_exist():
    missing = []
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        for names, file in re.findall(r'^import \{([^}]*)\} from "([^"]+)"', text, re.MULTILINE):
            target = (path.parent / file).resolve()
            wanted = {name.strip() for name in names.split(",") if name.strip()}
            missing += [(path.name, name) for name in wanted - list_exports(target)]
    assert missing == []


def test_every_module_is_reached_from_the_entry():
    reached, left = set(), [STATIC / "crm_sync.js"]
    while left:
        path = left.pop()
        if path not in reached:
            reached.add(path)
            left += [(path.parent / file).resolve() for file in _IMPORT.findall(path.read_text("utf-8"))]
    assert reached == set(SCRIPTS)


def test_every_style_sheet_is_loaded():
    named = set(re.findall(r'"(\w+\.css)"', (STATIC / "crm_sync.js").read_text("utf-8")))
    assert named == {path.name for path in STATIC.glob("styles/*.css")}


@each
def test_file_is_small_and_says_its_job(path: Path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) < 250
    assert text.startswith(("// ", "/* "))
    assert max(map(len, text.splitlines())) <= 125


@each
def test_file_asks_no_other_server_and_writes_no_markup(path: Path):
    text = path.read_text("utf-8")
    assert re.findall(r"https?://|//cdn|@import|url\(", text) == []
    assert _MARKUP.findall(text) == []


def test_every_state_has_a_word_and_bad_ones_look_bad():
    """A state without them would stand there grey, as if nothing had to be done."""
    text = (STATIC / "parts/badge.js").read_text("utf-8")
    tones = dict(re.findall(r'^  (\w+): \["[^"]+", "(\w+)", "\w+"\]', text, re.MULTILINE))
    assert {health for health in Health if tones.get(health) == "bad"} == set(Health) - GOOD
    assert set(Health) <= tones.keys()


_ABSOLUTE = re.compile(r'(?:\b(?:fetch|URL|import)\(|\b(?:href|src|action):|location(?:\.href)? =)\s*["`]/')
_UNROUTED = re.compile(r"(?<!to: )(?<!function )\b(?:dag|run|task)Address\(")


@each
def test_addresses_hold_below_a_prefix_of_airflows_base_url(path: Path):
    """With `base_url = https://example.com/airflow`, a path from the root leads out of Airflow."""
    text = path.read_text("utf-8")
    assert _ABSOLUTE.findall(text) == []
    if path.name != "airflow.js":
        assert _UNROUTED.findall(text) == []


def test_unrouted_addresses_are_found():
    assert _ABSOLUTE.findall(
        'fetch("/api"); h("a", { href: `/dags` }); location.href = "/x"; new URL("/x", y)'
    )
    assert _UNROUTED.findall("{ href: dagAddress(one) }")
    assert not _UNROUTED.findall("{ to: dagAddress(one) }")
