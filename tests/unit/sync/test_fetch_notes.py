"""What a source says beside its records: notes, missing columns, and that nothing can change meanwhile."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from crm_sync.exceptions import SourceUnavailableError
from crm_sync.sources.base import Page, build_page, get_notes, is_snapshot
from tests.unit.sync.fetch_support import Run

NOTE = "Column 'phone' is gone."


def make_page(*ids: int, cursor: int | None, missing: tuple[str, ...] = ()) -> Page:
    page = build_page([{"id": number} for number in ids], cursor_key="live", cursor=cursor)
    return replace(page, missing=frozenset(missing))


def give_pages(run: Run, *pages: Page) -> None:
    run.source._pages = lambda _start: iter(pages)  # type: ignore[method-assign]


def test_notes_are_logged_once_in_all_tries_and_kept(run: Run, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    run.source.fail_at, run.source.notes = 4, [NOTE]
    with pytest.raises(SourceUnavailableError):
        run.fetch()
    run.source.notes = [NOTE, "Another."]
    run.fetch()
    assert run.staging.manifest.notes == [NOTE, "Another."]
    assert [record.getMessage() for record in caplog.records] == [
        f"demo items: {NOTE}",
        "demo items: Another.",
    ]


def test_note_made_after_the_last_page_is_kept(run: Run):
    def pages(_start: int | None):
        yield make_page(1, cursor=None)
        run.source.notes = [NOTE]

    run.source._pages = pages  # type: ignore[method-assign]
    run.fetch()
    assert run.staging.manifest.notes == [NOTE]
    assert run.staging.manifest.incomplete_reason is None


def test_chunk_never_mixes_pages_that_miss_different_columns(run: Run):
    give_pages(
        run,
        make_page(1, cursor=1, missing=("b", "a")),
        make_page(2, cursor=2, missing=("a", "b")),
        make_page(3, cursor=3),
        make_page(4, cursor=None, missing=("a",)),
    )
    run.fetch()
    chunks = run.staging.manifest.chunks
    assert [(chunk.records, chunk.missing) for chunk in chunks] == [(2, ["a", "b"]), (1, []), (1, ["a"])]


def test_cut_page_still_misses_its_columns():
    assert make_page(1, 2, cursor=None, missing=("a",)).head(1).missing == {"a"}


@pytest.mark.parametrize("said", [False, True])
def test_source_says_whether_it_is_a_snapshot(run: Run, said: bool):
    run.source.is_snapshot = said
    run.fetch()
    assert run.staging.manifest.is_snapshot is said


def test_source_that_says_nothing_has_no_notes_and_is_no_snapshot():
    assert (get_notes(object()), is_snapshot(object())) == ([], False)  # type: ignore[arg-type]


def test_what_a_look_ahead_says_is_noted_before_the_first_page_and_not_by_a_later_try(run: Run):
    asked: list[int | None] = []

    def warn(_plan: object, _request: object, count: int | None) -> str:
        assert run.source.given_ids == []
        asked.append(count)
        return "The quota will cut it off."

    run.source.fail_at = 4
    with pytest.raises(SourceUnavailableError):
        run.fetch(warn=warn)
    run.fetch(warn=warn)
    assert (len(asked), run.staging.manifest.notes) == (1, ["The quota will cut it off."])
