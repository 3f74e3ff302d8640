"""Parents of links in a killed fetch: only those whose links are kept may count."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from crm_sync.exceptions import StorageError
from crm_sync.storage.staging import RawChunk, Staging, open_staging


def open_links(folder: Path) -> Staging:
    return open_staging(folder, crm_source="hubspot", sync_type="associations")


def store(staging: Staging, chunk: RawChunk, parent: str, links: bytes) -> None:
    staging.append_lines(chunk, links)
    staging.append_parents(chunk, pl.DataFrame({"from_object_id": [parent]}))


@pytest.fixture
def killed(tmp_path: Path) -> Staging:
    """A fetch that was killed after it stored parent 2, before the next checkpoint."""
    staging = open_links(tmp_path)
    staging.manifest.chunks.append(RawChunk(number=0, suffix="ndjson", key_paths=[]))
    (chunk,) = staging.manifest.chunks
    store(staging, chunk, "1", b'{"to": 1}\n')
    staging.save_manifest()
    store(staging, chunk, "2", b'{"to": 2}\n')
    return open_links(tmp_path)


def read_ids(staging: Staging) -> list[str]:
    parents = staging.read_parents(staging.manifest.chunks[0])
    return [] if parents is None else parents["from_object_id"].to_list()


def test_parent_whose_links_were_not_checkpointed_does_not_count(killed: Staging):
    assert killed.read_raw(killed.manifest.chunks[0]) == b'{"to": 1}\n'
    assert read_ids(killed) == ["1"]


def test_resumed_fetch_notes_the_parent_again(killed: Staging):
    store(killed, killed.manifest.chunks[0], "2", b'{"to": 2}\n')
    assert read_ids(killed) == ["1", "2"]


def test_parents_that_are_lost_are_an_error(killed: Staging):
    killed.manifest.chunks[0].parents = 3
    with pytest.raises(StorageError, match="expected 3 parents, got 2"):
        read_ids(killed)
