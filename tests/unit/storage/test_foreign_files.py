"""Staged files belong to one run of one warehouse: what another left in the folder is never gone on with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from crm_sync.exceptions import StorageError
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.history.run_marks import note_mark
from crm_sync.storage.staging import MANIFEST, RawChunk, Staging, open_staging

OURS = {"warehouse": "crm (database 16384 of cluster 7)", "row": "1 of 2026-06-10T12:00:00+00:00"}
OTHERS = [
    pytest.param({**OURS, "warehouse": "crm (database 16999 of cluster 7)"}, id="database made anew"),
    pytest.param({**OURS, "row": "1 of 2026-06-10T12:00:01+00:00"}, id="row opened at another moment"),
    pytest.param({**OURS, "connection": "demo_default 8f"}, id="other account"),
    pytest.param({}, id="version that marked nothing"),
]


@pytest.fixture(params=["local", "memory"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A run's folder on the local disk, and on an object store."""
    if request.param == "local":
        yield tmp_path / "demo" / "items" / "1"
        return
    from upath import UPath

    name = f"/staging-{uuid.uuid4().hex}"
    yield UPath(f"memory:/{name}/demo/items/1")
    fsspec.filesystem("memory").rm(name, recursive=True)


def open_items(base: Any, mark: dict[str, str] | None, *, begins: bool = True) -> Staging:
    return open_staging(base, crm_source="demo", sync_type="items", mark=mark, begins=begins)


def leave_records(base: Any, mark: dict[str, str] | None) -> None:
    staging = open_items(base, mark)
    chunk = RawChunk(number=0, suffix="ndjson", records=1)
    staging.append_lines(chunk, b'{"id":1}\n')
    staging.manifest.chunks.append(chunk)
    staging.manifest.fetched = True
    staging.save_manifest()


@pytest.mark.parametrize("other", OTHERS)
def test_fetch_begins_anew_where_another_run_left_files(base: Any, other: dict[str, str]):
    leave_records(base, other)
    wanted = {**OURS, "connection": "demo_default 1a"}
    staging = open_items(base, wanted)
    assert (staging.manifest.chunks, staging.manifest.fetched) == ([], False)
    assert staging.manifest.mark == wanted
    assert not any(path.name.startswith("00000") for path in (base / "raw").iterdir())
    assert open_items(base, wanted, begins=False).manifest == staging.manifest


@pytest.mark.parametrize("other", [param for param in OTHERS if param.id != "other account"])
def test_later_stage_refuses_what_another_run_left(base: Any, other: dict[str, str]):
    leave_records(base, other)
    with pytest.raises(
        StorageError, match=r"^The staged files in .*1 belong to another run: .*; run the DAG again\.$"
    ):
        open_items(base, OURS, begins=False)
    assert (base / MANIFEST).exists(), "they may be of use to their own run"


def test_later_try_of_the_same_run_goes_on(base: Any):
    leave_records(base, {**OURS, "connection": "demo_default 1a"})
    assert open_items(base, OURS).manifest.fetched, "a later stage needs no connection to the CRM"


def test_folder_is_held_to_the_row_that_this_process_works_on(base: Any):
    identity = RunIdentity("demo", "items", "crm_sync_demo", "run a", 1, False, "host-1", 4711)
    leave_records(base, None)
    note_mark(identity, 1, OURS)
    try:
        assert not open_items(base, None).manifest.fetched
        leave_records(base, None)
        assert open_items(base, None).manifest.fetched
        note_mark(identity, 1, {**OURS, "warehouse": "other"})
        assert not open_items(base, None).manifest.fetched
    finally:
        note_mark(identity, 1, {})
