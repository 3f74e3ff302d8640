"""docs/architecture.md has every room, every key of the manifest, and every key of the jsonb columns."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from crm_sync.constants import Stage, SyncMode, SyncStatus
from crm_sync.rest.stats import ClientStats
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.manifest import Manifest, RawChunk
from crm_sync.sync.outcome import SaveResult
from crm_sync.sync.stats import SaveStats
from crm_sync.sync.window import RunPlan

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "plugins" / "crm_sync"
_CODE = re.compile(r"`([^`\n]+)`")
PLAN = RunPlan(
    SyncMode.FULL,
    None,
    datetime(2026, 3, 1, tzinfo=UTC),
    "mark",
    force=False,
    moves_watermark=True,
    compares=False,
)


def read_section(head: str) -> set[str]:
    """Give what a section of the page shows as code."""
    text = (CHECKOUT / "docs/architecture.md").read_text("utf-8")
    section = re.split(r"^#{2,3} ", text.partition(f"# {head}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    assert section, head
    return {word for piece in _CODE.findall(section) for word in (piece, piece.partition(":")[0])}


def read_code() -> str:
    files = [*PACKAGE.rglob("*.py"), *(CHECKOUT / "include/sql").rglob("*.sql")]
    return "\n".join(path.read_text("utf-8") for path in files)


def list_configuration_keys() -> set[str]:
    """List what the end of a run writes, and whatever else the code reads or writes by name."""
    manifest = Manifest(
        "demo", "things", plan=PLAN.to_json(), can_resume=True, notes=["x"], keys={"gone": []}
    )
    manifest.source = {"walks": [], "bookmarks": {}}
    result = SaveResult(Counts(), SyncStatus.PARTIAL, None, PLAN.window(complete=True))
    written = result.to_configuration(manifest)
    named = set(re.findall(r"\bconfiguration(?:\.get\(|\[)\"(\w+)\"", read_code()))
    named |= set(re.findall(r"configuration (?:->>?|\?) '(\w+)'", read_code()))
    named |= set(re.findall(r"\b(?:known\.get\(|noted\[)\"(\w+)\"", (PACKAGE / "sync/save.py").read_text()))
    return {*written, *written["window"], *written["resume"], *named}


def list_metrics() -> set[str]:
    closing = (CHECKOUT / "include/sql/queries/close_sync_history.sql").read_text()
    by_database = set(re.findall(r"^ +'(\w+)', round", closing, re.MULTILINE))
    stages = {f"{stage}_seconds" for stage in Stage}
    named = set(re.findall(r"\bmetrics(?:\.get\(|\[)f?\"([a-z_]+)\"", read_code()))
    return {
        *by_database,
        *stages,
        *named,
        *Counts().make_metrics(),
        *ClientStats().to_metrics(),
        *SaveStats().to_metrics(),
    }


def test_every_room_has_its_sentence():
    folders = {f"{path.parent.relative_to(PACKAGE)}/" for path in PACKAGE.glob("*/**/__init__.py")}
    modules = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}
    text = (CHECKOUT / "docs/architecture.md").read_text("utf-8")
    rooms = {
        room
        for line in text.partition("# The rooms")[2].partition("\n## ")[0].splitlines()
        if line.startswith("| `")
        for room in _CODE.findall(line.split(" | ")[0])
    }
    assert rooms == folders | modules


@pytest.mark.parametrize("struct", [Manifest, RawChunk], ids=["manifest", "chunk"])
def test_every_key_of_the_manifest_is_explained(struct: type[msgspec.Struct]):
    assert sorted(set(struct.__struct_fields__) - read_section("What lies in staging")) == []


def test_every_key_of_a_mark_is_explained():
    lines = re.findall(r"^.*\bmark\b.*\{.*$|^.*read_mark\(.*$|^.*mark\[.*$", read_code(), re.MULTILINE)
    keys = {key for line in lines for key in re.findall(r"\"([a-z]+)\"(?:: |\])", line)}
    assert {"warehouse", "row", "run", "connection", "read"} <= keys
    assert sorted(keys - read_section("What lies in staging")) == []


def test_every_key_of_configuration_is_explained():
    shown = read_section("sync_history.configuration")
    assert {
        "window",
        "complete",
        "compared",
        "progress",
        "fill",
        "new_table",
        "warnings",
    } <= list_configuration_keys()
    assert sorted(list_configuration_keys() - shown) == []
    assert "options" in shown


def test_every_metric_is_explained():
    assert {"duration_seconds", "api_calls", "save_statement_seconds", "records_older"} <= list_metrics()
    assert sorted(list_metrics() - read_section("sync_history.performance_metrics")) == []
