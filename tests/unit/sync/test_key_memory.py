"""The keys of JSON records: a whole read without one that earlier reads had is said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_sync.sources.base import build_page
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.history.watermark import Watermark
from crm_sync.sync.outcome import judge_outcome
from crm_sync.sync.window import RunPlan
from tests.unit.sync.fetch_support import NOW, Run, make_entity

FIELDS = {
    "id": {"type": "integer"},
    "name": {},
    "phone": {"source": "contact.phone"},
    "city": {"source": ["town", "city"]},
    "rank": {"default": "none"},
    "gone_at": {"type": "datetime"},
}
READ = {"strategy": "files", "path": "a.jsonl", "format": "jsonl"}
ENTITY = make_entity(fields=FIELDS, deleted={"column": "gone_at"}, read=READ)
FIRST = {
    "id": 1,
    "name": "a",
    "contact": {"phone": "1"},
    "town": "x",
    "rank": 1,
    "gone_at": "2026-01-01",
    "old": 1,
}


class Reads:
    """Reads of one entity, each with the memory that the one before left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0
        self.memory: dict[str, Any] = {}

    def read(self, *records: dict[str, Any], is_delta: bool = False, **flags: Any) -> Any:
        """Read records; gives the manifest."""
        self.number += 1
        run = Run(self.folder / str(self.number), entity=ENTITY)
        run.source.reads_whole = not is_delta
        pages = [build_page(list(records), cursor_key="live", cursor=None)]
        run.source._pages = lambda _start: iter(pages)  # type: ignore[method-assign]
        run.watermark = Watermark(NOW - timedelta(hours=1), NOW, source=self.memory) if self.memory else None
        run.fetch(**flags)
        manifest = run.staging.manifest
        result = judge_outcome(ENTITY, manifest, RunPlan.from_json(manifest.plan), Counts(), [])
        if result.window["complete"]:
            self.memory = {"keys": result.to_configuration(manifest)["keys"]}
        return manifest


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    return Reads(tmp_path)


def missed(manifest: Any) -> list[str]:
    """The columns that the notes name."""
    return [note.split()[1] for note in manifest.notes]


def without(*keys: str, **more: Any) -> dict[str, Any]:
    return {**{key: value for key, value in FIRST.items() if key not in keys}, **more}


def test_whole_read_without_a_known_key_names_its_column_and_the_new_key(reads):
    assert (reads.read(FIRST).notes, reads.read(FIRST).notes) == ([], [])
    manifest = reads.read(without("name", full_name="a"))
    (note,) = manifest.notes
    assert note == (
        "Column name becomes null: no record has 'name', which earlier reads had; new keys: full_name."
    )
    assert manifest.incomplete_reason is None


def test_nested_key_is_missed_and_found_by_its_last_part(reads):
    reads.read(FIRST)
    manifest = reads.read(without("contact", contact={"phone_number": "1"}))
    assert missed(manifest) == ["phone"]
    assert "contact.phone_number" in manifest.notes[0]


def test_one_record_with_the_key_is_enough(reads):
    reads.read(FIRST)
    assert missed(reads.read(without("name"), FIRST)) == []


def test_memory_outlives_deltas_and_the_warning_stays_until_the_key_is_back(reads):
    reads.read(FIRST)
    assert reads.read(without("name"), is_delta=True).notes == [], "a delta's records may all lack it"
    assert reads.read(is_delta=True).notes == []
    assert missed(reads.read(without("name", full_name="a"))) == ["name"]
    again = reads.read(without("name", full_name="a"))
    assert missed(again) == ["name"]
    assert "full_name" in again.notes[0]
    assert missed(reads.read(without("name"), is_delta=True)) == ["name"], "it is known to be gone"
    assert missed(reads.read(FIRST, is_delta=True)) == []
    assert reads.read(FIRST).notes == []


def test_column_of_two_sources_is_missing_when_both_are(reads):
    reads.read(FIRST)
    assert missed(reads.read(without("town", city="x"))) == []
    assert missed(reads.read(without("town"))) == ["city"]


def test_column_with_a_default_is_said_too(reads):
    reads.read(FIRST)
    manifest = reads.read(without("rank"))
    assert manifest.notes[0].startswith("Column rank has its default: no record has 'rank'")


def test_column_that_keeps_its_values_when_missing_says_so(reads, monkeypatch):
    fields = {**FIELDS, "name": {"keep_when_missing": True}}
    monkeypatch.setattr(
        f"{__name__}.ENTITY", make_entity(fields=fields, deleted={"column": "gone_at"}, read=READ)
    )
    reads.read(FIRST)
    assert reads.read(without("name")).notes[0].startswith("Column name keeps its old values: no record has")


def test_key_that_only_deleted_records_have_is_not_missed(reads):
    reads.read(FIRST)
    assert reads.read(without("gone_at")).notes == []


@pytest.mark.parametrize(
    "flags", [{"max_records": 1}, {"full": False, "start_date": NOW - timedelta(hours=2)}]
)
def test_read_that_is_not_whole_misses_nothing(reads, flags):
    reads.read(FIRST)
    assert missed(reads.read(without("name"), without("name"), is_delta="start_date" in flags, **flags)) == []


def test_read_without_records_forgets_nothing(reads):
    reads.read(FIRST)
    reads.read()
    assert missed(reads.read(without("name"))) == ["name"]


def test_key_with_a_dot_that_is_mapped_as_a_path_is_said(reads):
    manifest = reads.read({"id": 1, "contact.phone": "1"})
    (note,) = manifest.notes
    assert note.startswith(
        "Column phone: no record has 'contact.phone' as a path, but one has a key with that "
    )
    assert note.endswith("write `source: contact\\.phone`.")
