from __future__ import annotations

from datetime import UTC, datetime

from crm_sync.constants import Stage
from crm_sync.storage.manifest import Manifest, RawChunk
from crm_sync.sync.live_progress import LiveProgress

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def make(*records):
    manifest = Manifest("x", "y")
    manifest.plan = {"mode": "full"}
    manifest.chunks = [
        RawChunk(number=number, suffix="ndjson", key_paths=[], missing=[], records=count)
        for number, count in enumerate(records)
    ]
    manifest.records = sum(records)
    return manifest


def test_nothing_is_told_before_a_stage_begins():
    assert LiveProgress(lambda: NOW).read() is None


def test_fetch_tells_what_it_has_read_beside_what_the_source_has_counted():
    live, manifest = LiveProgress(lambda: NOW), make(5)
    live.begin(Stage.FETCH, manifest)
    live.expect(40)
    manifest.records = 12
    assert live.read() == {
        "stage": "fetch", "mode": "full", "done": 12, "total": 40, "before": 5, "fetched": 12,
        "since": NOW.isoformat(),
    }  # fmt: skip


def test_later_stages_count_the_records_of_their_finished_chunks():
    live, manifest = LiveProgress(lambda: NOW), make(5, 7)
    manifest.transformed, manifest.validated = [0, 1], [1]
    told = {}
    for stage in (Stage.TRANSFORM, Stage.VALIDATE, Stage.SAVE):
        live.begin(stage, manifest)
        told[stage] = live.read()["done"], live.read()["total"]
    assert told == {Stage.TRANSFORM: (12, 12), Stage.VALIDATE: (7, 12), Stage.SAVE: (0, 12)}
