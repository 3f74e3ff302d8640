"""The staged files: whole manifests, checkpointed chunks, and what a crash may leave beside them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from crm_sync.exceptions import StorageError
from crm_sync.storage.staging import MANIFEST, RawChunk, Staging, open_staging


@pytest.fixture(params=["local", "memory"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A run's folder on the local disk, and on an object store where a file can only be put whole."""
    if request.param == "local":
        yield tmp_path / "demo" / "items" / "7"
        return
    from upath import UPath

    name = f"/staging-{uuid.uuid4().hex}"
    yield UPath(f"memory:/{name}/demo/items/7")
    fsspec.filesystem("memory").rm(name, recursive=True)


def open_items(base: Any) -> Staging:
    return open_staging(base, crm_source="demo", sync_type="items")


def add_chunk(staging: Staging, suffix: str = "ndjson") -> RawChunk:
    chunk = RawChunk(number=len(staging.manifest.chunks), suffix=suffix, key_paths=[])
    staging.manifest.chunks.append(chunk)
    return chunk


def append_and_die(staging: Staging, lines: bytes) -> None:
    """Write lines to the last chunk and be killed before the manifest counts them."""
    staging.append_lines(staging.manifest.chunks[-1], lines)
    staging._write_lines()


def test_open_staging_new_folder_has_an_empty_manifest(base: Any):
    staging = open_items(base)
    assert (staging.manifest.chunks, staging.manifest.fetched) == ([], False)
    assert (base / MANIFEST).exists(), "a later stage can tell a run without records from a lost folder"


def test_open_staging_again_gives_what_was_saved(base: Any):
    staging = open_items(base)
    chunk = add_chunk(staging)
    staging.append_lines(chunk, b'{"id":1}\n')
    chunk.key_paths = ["id"]
    manifest = staging.manifest
    manifest.plan, manifest.cursors, manifest.records = {"mode": "full"}, {"live": "a", "archived": None}, 1
    manifest.fetched, manifest.incomplete_reason, manifest.transformed = True, "cap", [0]
    staging.save_manifest()
    assert open_items(base).manifest == manifest


def test_append_lines_pages_become_one_chunk(base: Any):
    staging = open_items(base)
    chunk = add_chunk(staging)
    for number in range(3):
        staging.append_lines(chunk, b'{"id":%d}\n' % number)
    staging.save_manifest()
    again = open_items(base)
    assert again.read_raw(again.manifest.chunks[0]) == b'{"id":0}\n{"id":1}\n{"id":2}\n'


@pytest.mark.parametrize(
    "lost", [b'{"id":99,"note":"longer than its successor"}\n', b"{}\n"], ids=["longer", "shorter"]
)
def test_append_lines_page_without_checkpoint_is_cut_and_written_again(base: Any, lost: bytes):
    staging = open_items(base)
    staging.append_lines(add_chunk(staging), b'{"id":1}\n')
    staging.save_manifest()
    append_and_die(staging, lost)

    resumed = open_items(base)
    chunk = resumed.manifest.chunks[0]
    assert resumed.read_raw(chunk) == b'{"id":1}\n'
    resumed.append_lines(chunk, b'{"id":2}\n')
    resumed.save_manifest()
    assert resumed.read_raw(chunk) == b'{"id":1}\n{"id":2}\n'


def test_append_lines_leaves_nothing_of_a_lost_page_behind_a_shorter_one(tmp_path: Path):
    staging = open_items(tmp_path)
    staging.append_lines(add_chunk(staging), b'{"id":1}\n')
    staging.save_manifest()
    append_and_die(staging, b'{"id":99,"note":"longer than its successor"}\n')
    resumed = open_items(tmp_path)
    resumed.append_lines(resumed.manifest.chunks[0], b"{}\n")
    resumed.save_manifest()
    # who looks at the files of a run with `debug` sees what was staged
    assert (tmp_path / "raw" / "00000.ndjson").read_bytes() == b'{"id":1}\n{}\n'


def test_append_lines_chunk_unknown_to_the_manifest_is_started_afresh(base: Any):
    staging = open_items(base)
    add_chunk(staging)
    append_and_die(staging, b'{"id":99,"note":"never checkpointed"}\n')

    resumed = open_items(base)
    chunk = add_chunk(resumed)
    resumed.append_lines(chunk, b'{"id":1}\n')
    assert resumed.read_raw(chunk) == b'{"id":1}\n'


def test_append_lines_waiting_ones_are_written_before_a_manifest_counts_them(base: Any):
    staging = open_items(base)
    chunk = add_chunk(staging)
    staging.append_lines(chunk, b'{"id":1}\n')
    assert not list((base / "raw").iterdir()), "a page that waits costs no call of the system"
    staging.save_manifest()
    (file,) = (base / "raw").iterdir()
    assert (file.read_bytes(), open_items(base).manifest.chunks[0].bytes) == (b'{"id":1}\n', 9)


def test_append_lines_waiting_ones_of_a_chunk_go_before_those_of_the_next(base: Any):
    staging = open_items(base)
    first, second = add_chunk(staging), add_chunk(staging)
    staging.append_lines(first, b'{"id":1}\n')
    staging.append_lines(second, b'{"id":2}\n')
    staging.append_lines(second, b'{"id":3}\n')
    staging.save_manifest()
    again = open_items(base)
    read = [again.read_raw(chunk) for chunk in again.manifest.chunks]
    assert read == [b'{"id":1}\n', b'{"id":2}\n{"id":3}\n']


def test_append_lines_never_lets_more_wait_than_a_page_and_a_megabyte(base: Any):
    staging = open_items(base)
    chunk = add_chunk(staging)
    page = b'"' + b"x" * 400_000 + b'"\n'
    for _ in range(7):
        staging.append_lines(chunk, page)
    written = sum(len(file.read_bytes()) for file in (base / "raw").iterdir())
    assert written >= chunk.bytes - 1_048_576
    staging.append_lines(chunk, page * 4)  # longer than what may wait
    staging.save_manifest()
    assert open_items(base).read_raw(chunk) == page * 11


def test_append_frame_parts_become_one_frame(base: Any):
    staging = open_items(base)
    chunk = add_chunk(staging, "parquet")
    first, second = pl.DataFrame({"id": [1, 2], "a": ["x", None]}), pl.DataFrame({"id": [3], "b": ["y"]})
    staging.append_frame(chunk, first)
    staging.append_frame(chunk, second)
    expected = pl.DataFrame({"id": [1, 2, 3], "a": ["x", None, None], "b": [None, None, "y"]})
    read = staging.read_raw(chunk)
    assert isinstance(read, pl.DataFrame)
    assert_frame_equal(read, expected)


def test_append_frame_part_without_checkpoint_is_written_again(base: Any):
    staging = open_items(base)
    staging.append_frame(add_chunk(staging, "parquet"), pl.DataFrame({"id": [1]}))
    staging.save_manifest()
    staging.append_frame(staging.manifest.chunks[0], pl.DataFrame({"id": [98, 99]}))

    resumed = open_items(base)
    chunk = resumed.manifest.chunks[0]
    resumed.append_frame(chunk, pl.DataFrame({"id": [2]}))
    read = resumed.read_raw(chunk)
    assert isinstance(read, pl.DataFrame)
    assert read["id"].to_list() == [1, 2]


def test_append_parents_pages_are_merged_across_tries(base: Any):
    staging = open_items(base)
    chunk = add_chunk(staging)
    staging.append_parents(chunk, pl.DataFrame({"id": ["1", "2"]}))
    resumed = open_items(base)
    resumed.append_parents(chunk, pl.DataFrame({"id": ["2", "3"]}))
    parents = open_items(base).read_parents(chunk)
    assert parents is not None
    assert parents["id"].to_list() == ["1", "2", "3"]
    assert resumed.read_parents(RawChunk(number=5, suffix="ndjson")) is None


def test_write_frame_reads_back_with_its_types(base: Any):
    frame = pl.DataFrame(
        {"id": [1, None], "at": [None, None], "_row": [0, 1]},
        schema={"id": pl.Int64, "at": pl.Datetime("us", "UTC"), "_row": pl.UInt32},
    )
    staging = open_items(base)
    staging.write_frame("typed", "00000.findings", frame)
    assert_frame_equal(staging.read_frame("typed", "00000.findings"), frame)
    assert staging.read_frame("typed", "00000.findings", ["_row"]).columns == ["_row"]


def test_read_raw_lost_bytes_are_an_error_and_no_short_chunk(tmp_path: Path):
    staging = open_items(tmp_path)
    chunk = add_chunk(staging)
    staging.append_lines(chunk, b'{"id":1}\n{"id":2}\n')
    staging.save_manifest()
    (tmp_path / "raw" / "00000.ndjson").write_bytes(b'{"id":1}\n')
    with pytest.raises(StorageError, match=r"00000\.ndjson: expected 18 bytes, got 9; run the DAG again\."):
        staging.read_raw(chunk)


def test_append_lines_after_lost_bytes_is_an_error_and_no_gap(tmp_path: Path):
    staging = open_items(tmp_path)
    chunk = add_chunk(staging)
    staging.append_lines(chunk, b'{"id":1}\n{"id":2}\n')
    staging.save_manifest()
    (tmp_path / "raw" / "00000.ndjson").write_bytes(b'{"id":1}\n')
    staging.append_lines(chunk, b'{"id":3}\n')
    with pytest.raises(StorageError, match="expected 18 bytes, got 9"):
        staging.save_manifest()


def test_append_lines_takes_more_small_pages_than_the_system_takes_pieces(base: Any):
    staging = open_items(base)
    chunk = add_chunk(staging)
    pages = [b'{"id": %d}\n' % number for number in range(2 * os.sysconf("SC_IOV_MAX") + 5)]
    for page in pages:
        staging.append_lines(chunk, page)
    staging.save_manifest()
    assert staging.read_raw(chunk) == b"".join(pages)


@pytest.mark.parametrize("most", [1, 9, 10, 13, 1000], ids=lambda most: f"{most} bytes at a time")
def test_append_lines_that_are_taken_in_parts_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
):
    staging = open_items(tmp_path)
    chunk = add_chunk(staging)
    write = os.pwrite
    monkeypatch.setattr("os.pwrite", lambda file, data, at: write(file, data[:most], at))
    for number in range(6):
        staging.append_lines(chunk, b'{"id": %d}\n' % number)
        if number == 2:
            staging.save_manifest()
    assert staging.read_raw(chunk) == b"".join(b'{"id": %d}\n' % number for number in range(6))


def test_append_lines_to_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    staging = open_items(tmp_path)
    chunk = add_chunk(staging)
    staging.append_lines(chunk, b'{"id": 1}\n')
    staging.save_manifest()
    write, said = os.pwrite, iter([4])

    def fill(file: int, data: memoryview, at: int) -> int:
        if (left := next(said, None)) is None:
            raise OSError(28, "No space left on device")
        return write(file, data[:left], at)

    staging.append_lines(chunk, b'{"id": 2}\n')
    monkeypatch.setattr("os.pwrite", fill)
    with pytest.raises(OSError, match="No space"):
        staging.save_manifest()
    monkeypatch.undo()
    left = open_items(tmp_path)
    assert left.read_raw(left.manifest.chunks[0]) == b'{"id": 1}\n'
    staging.append_lines(chunk, b'{"id": 3}\n')
    staging.save_manifest()
    whole = open_items(tmp_path)
    assert whole.read_raw(whole.manifest.chunks[0]) == b'{"id": 1}\n{"id": 2}\n{"id": 3}\n'


def test_save_manifest_killed_while_writing_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    staging = open_items(tmp_path)
    staging.manifest.records = 1
    staging.save_manifest()
    staging.manifest.records = 2

    def write_half(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(KeyboardInterrupt):
        staging.save_manifest()
    monkeypatch.undo()
    assert open_items(tmp_path).manifest.records == 1


def test_save_manifest_never_writes_over_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    staging = open_items(tmp_path)
    written: list[str] = []
    monkeypatch.setattr(
        Path, "write_bytes", lambda path, data: written.append(path.name) or path.write_text(data.decode())
    )
    staging.save_manifest()
    assert written == ["manifest.tmp"]


@pytest.mark.parametrize("content", [b"", b'{"crm_source":"demo"', b"[]", b'{"crm_source":"demo"}'])
def test_open_staging_damaged_manifest_says_what_to_do(base: Any, content: bytes):
    open_items(base)
    (base / MANIFEST).write_bytes(content)
    with pytest.raises(
        StorageError, match=r"^Manifest .*manifest\.json can't be read .*; run the DAG again\.$"
    ):
        open_items(base)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(b'"version":1', b'"version":9', r"\(9, 'demo', 'items'\)", id="version"),
        pytest.param(b'"items"', b'"orders"', r"\(1, 'demo', 'orders'\)", id="entity"),
    ],
)
def test_open_staging_foreign_manifest_is_refused(base: Any, old: bytes, new: bytes, found: str):
    open_items(base)
    path = base / MANIFEST
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(StorageError, match=rf"expected version 1 of demo items, got {found}\."):
        open_items(base)
