"""Pages of fetch: parents stay with their links, frames are cut, whatever breaks nothing is staged twice."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.exceptions import SourceUnavailableError
from crm_sync.sources.base import Page, build_page
from tests.unit.sync.fetch_support import (
    RECENT,
    Run,
    ScriptedSource,
    make_entity,
)

PARENTS = pl.DataFrame({"from_object_id": ["1", "2"]})


def give_pages(run: Run, *pages: Page) -> None:
    run.source._pages = lambda _start: iter(pages)  # type: ignore[method-assign]


def link_page(ids: list[int], parents: list[str], cursor: int | None) -> Page:
    from dataclasses import replace

    page = build_page([{"id": number} for number in ids], cursor_key="live", cursor=cursor)
    return replace(page, parents=pl.DataFrame({"from_object_id": parents}))


@pytest.mark.parametrize("limits", [{"chunk_records": 2}, {"chunk_bytes": 1}], ids=["records", "bytes"])
def test_fetch_entity_parents_stay_in_the_chunk_of_their_links(run: Run, limits: dict[str, int]):
    run.entity = make_entity(**limits)
    give_pages(run, link_page([1, 2], ["a"], 1), link_page([3], ["b"], None))
    run.fetch()
    staging = run.staging
    held = [staging.read_parents(chunk) for chunk in staging.manifest.chunks]
    assert [frame["from_object_id"].to_list() for frame in held if frame is not None] == [["a"], ["b"]]


def test_fetch_entity_parents_that_lost_all_links_are_no_empty_delta(run: Run):
    run.watermark = RECENT
    give_pages(run, link_page([], ["a", "b"], None))
    assert not run.fetch().ends_here
    staging = run.staging
    (chunk,) = staging.manifest.chunks
    assert staging.read_raw(chunk) == b""
    parents = staging.read_parents(chunk)
    assert parents is not None
    assert parents.height == 2


def test_fetch_entity_cut_page_forgets_its_parents(run: Run):
    give_pages(run, link_page([1, 2, 3], ["a"], None))
    run.fetch(max_records=2)
    staging = run.staging
    assert run.ids() == [1, 2]
    assert staging.read_parents(staging.manifest.chunks[0]) is None, "their link sets are not whole"


def test_fetch_entity_frames_are_cut_and_staged_as_parquet(run: Run):
    def page(start: int, cursor: int | None) -> Page:
        frame = pl.DataFrame({"id": [start, start + 1]})
        return Page(None, frame, records=2, key_paths=None, cursor_key="live", cursor=cursor)

    give_pages(run, page(0, 1), page(2, None))
    run.fetch(max_records=3)
    (chunk,) = run.staging.manifest.chunks
    assert (chunk.suffix, chunk.key_paths) == ("parquet", None)
    assert run.ids() == [0, 1, 2]


@given(
    records=st.integers(0, 30),
    per_page=st.integers(1, 7),
    chunk_records=st.integers(1, 9),
    limit=st.integers(0, 35),
    failures=st.lists(st.integers(0, 30), max_size=3),
)
def test_fetch_entity_whatever_breaks_every_record_is_staged_once_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    records: int,
    per_page: int,
    chunk_records: int,
    limit: int,
    failures: list[int],
):
    run = Run(
        tmp_path_factory.mktemp("run"),
        ScriptedSource(records, per_page),
        make_entity(chunk_records=chunk_records),
    )
    for fail_at in failures:
        run.source.fail_at = fail_at
        try:
            run.fetch(max_records=limit)
        except SourceUnavailableError:
            assert not run.staging.manifest.fetched
    run.source.fail_at = None
    run.fetch(max_records=limit)
    assert run.ids() == list(range(min(records, limit) if limit else records))
    if limit and limit < records:
        assert run.staging.manifest.incomplete_reason
