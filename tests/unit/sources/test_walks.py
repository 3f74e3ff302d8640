"""Walking ids in one thread or many: every record once, whatever the ids, splits and interruptions."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.exceptions import (
    PaginationLoopError,
    QuotaExhaustedError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.decoding import encode_lines
from crm_sync.sources.ids.parallel_walk import walk_ids
from crm_sync.sources.ids.ranges import IdPage, IdRange, RangeBook, SplitPlan, check_ascending, resume_ranges
from crm_sync.sources.ids.reader import choose_threads


@dataclass
class MemoryReader:
    """A list of ids behind cursors as HubSpot's: the id of the next record, any number taken."""

    ids: list[int]
    page_size: int = 5
    pages_before_split: int = 2
    threads: int = 4
    knows_total: bool = True
    splits: bool = True
    fail_at: int | None = None
    error: Exception = field(default_factory=lambda: SourceUnavailableError("down"))
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, token, end, cancelled):
        with self.lock:
            self.calls += 1
            if self.fail_at is not None and self.calls > self.fail_at:
                raise self.error
        found = [one for one in self.ids if one >= int(token or 0)]
        page = found[: self.page_size]
        following = str(page[-1] + 1) if len(found) > self.page_size else None
        return IdPage([{"id": one} for one in page], page, following)

    def finish(self, records, cancelled):
        return records

    def plan_split(self, pages):
        read = sum(len(page.ids) for page in pages)
        left = len(self.ids) - read if self.knows_total else None
        return SplitPlan(max(self.ids, default=0), left) if self.splits else None

    def count_threads(self, most):
        return min(most, self.threads)


def walk(reader, cursors=None, *, parallel=4, stop_after=None, max_pages=10_000):
    """Walk; gives the ids, in the order they came, and the cursors."""
    cursors, ids = dict(cursors or {}), []
    pieces = walk_ids(reader, "live", dict(cursors), parallel=parallel, max_pages=max_pages)
    try:
        for number, piece in enumerate(pieces, 1):
            ids += [record["id"] for record in piece.records]
            cursors[piece.cursor_key] = piece.cursor
            if number == stop_after:
                break
    finally:
        pieces.close()
    return ids, cursors


SHAPES = {
    "none": [],
    "one": [7],
    "dense": list(range(1, 400)),
    "wide": list(range(1, 400_000, 999)),
    "two-clusters": [*range(100, 300), *range(210_000_000_000, 210_000_009_000, 50)],
    "one-far-away": [*range(1, 200), 10**12],
}


@pytest.mark.parametrize("knows_total", [True, False], ids=["total", "no-total"])
@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_walk_gives_every_record_once(shape, parallel, knows_total):
    reader = MemoryReader(SHAPES[shape], knows_total=knows_total)
    ids, cursors = walk(reader, parallel=parallel)
    assert sorted(ids) == SHAPES[shape]
    assert resume_ranges("live", cursors) == []


@pytest.mark.parametrize("shape", ["dense", "wide", "two-clusters", "one-far-away"])
def test_walk_wastes_few_calls(shape):
    reader = MemoryReader(SHAPES[shape], knows_total=False, threads=8)
    walk(reader, parallel=8)
    pages = -(-len(SHAPES[shape]) // reader.page_size)
    assert reader.calls <= pages * 1.5 + 30


def test_walk_that_can_not_be_split_reads_ahead_in_order():
    reader = MemoryReader(SHAPES["wide"], splits=False)
    ids, cursors = walk(reader)
    assert ids == SHAPES["wide"]
    assert set(cursors) == {"live:0"}


@settings(max_examples=60)
@given(
    ids=st.lists(st.integers(1, 10**6), unique=True, max_size=150).map(sorted),
    stops=st.lists(st.integers(1, 12), max_size=8),
)
def test_walk_stopped_anywhere_resumes_without_loss_or_second_copy(ids, stops):
    seen, cursors = [], {}
    for stop in stops:
        part, cursors = walk(MemoryReader(ids), cursors, stop_after=stop)
        seen += part
    part, _ = walk(MemoryReader(ids), cursors)
    assert sorted(seen + part) == ids


@pytest.mark.parametrize("parallel", [1, 4])
def test_walk_gives_what_was_read_before_it_fails(parallel):
    reader = MemoryReader(SHAPES["wide"], fail_at=30, error=QuotaExhaustedError("over"))
    seen = []

    def read_all():
        for piece in walk_ids(reader, "live", {}, parallel=parallel, max_pages=999):
            seen.extend(record["id"] for record in piece.records)

    with pytest.raises(QuotaExhaustedError):
        read_all()
    assert len(seen) >= 100
    assert len(seen) == len(set(seen))


def test_walk_leaves_no_thread_behind():
    before = threading.active_count()
    for _ in range(5):
        walk(MemoryReader(SHAPES["dense"]), stop_after=7)
    assert threading.active_count() == before


@pytest.mark.parametrize("parallel", [1, 4])
def test_more_pages_than_allowed_is_an_error(parallel):
    with pytest.raises(PaginationLoopError, match=r"more than 10 pages \(max_pages\)"):
        walk(MemoryReader(SHAPES["dense"]), parallel=parallel, max_pages=10)


def test_opaque_tokens_are_walked_and_resumed():
    class OpaqueReader(MemoryReader):
        def read(self, token, end, cancelled):
            page = super().read(None if token is None else token.removeprefix("page-"), end, cancelled)
            return IdPage(page.records, page.ids, None if page.next is None else f"page-{page.next}")

    reader = OpaqueReader(SHAPES["dense"], splits=False)
    first, cursors = walk(reader, stop_after=3)
    assert cursors == {"live:0": "page-16"}
    second, _ = walk(reader, cursors)
    assert first + second == SHAPES["dense"]


@pytest.mark.parametrize(
    ("cursors", "ranges"),
    [
        ({}, [(0, None, None)]),
        ({"live:0": "500"}, [(0, "500", None)]),
        ({"live:0": None}, []),
        ({"live:0": "abc"}, [(0, "abc", None)]),
        ({"live:0": "500", "live:900": "950"}, [(0, "500", 900), (900, "950", None)]),
        ({"live:0": "900", "live:900": "950"}, [(900, "950", None)]),
        ({"live:0": "950", "live:900": None}, []),
        ({"live:0": "500", "live:900": None}, [(0, "500", 900)]),
        ({"live:900": "950"}, [(0, None, 900), (900, "950", None)]),
        ({"archived:0": None}, [(0, None, None)]),
    ],
)
def test_cursors_tell_what_is_left(cursors, ranges):
    left = resume_ranges("live", cursors)
    assert [(one.start, one.token, one.end) for one in left] == ranges


def make_book(*ranges: IdRange) -> RangeBook:
    return RangeBook(ranges, page_size=5, plan=None)


@pytest.mark.parametrize(
    ("ids", "following"),
    [([90, 91], "92"), ([90, 91], "100"), ([102, 101], "103"), ([101, 102], "102"), ([], "100")],
    ids=["back", "back-and-stuck", "unordered", "token-back", "token-stuck"],
)
def test_page_that_does_not_move_on_is_an_error(ids, following):
    book = make_book(IdRange(0, token="100"))
    taken = book.claim(lambda: False)
    with pytest.raises((PaginationLoopError, UnexpectedResponseError)):
        book.store(taken, IdPage([{"id": one} for one in ids], ids, following))


@pytest.mark.parametrize(
    "ids", [[99, 100, 101], [100, 100, 101], [98, 99]], ids=["overlap", "twice", "nothing-new"]
)
def test_record_that_comes_twice_is_no_loop_where_the_token_moves_on(ids):
    book = make_book(IdRange(0, token="100"))
    taken = book.claim(lambda: False)
    records = [{"id": one} for one in ids]
    assert book.store(taken, IdPage(records, ids, "105")) == (records, "105", False)


class OverlappingReader(MemoryReader):
    """Each page begins with the last record of the one before."""

    def read(self, token, end, cancelled):
        page = super().read(token, end, cancelled)
        before = [one for one in self.ids if one < int(token or 0)][-1:]
        return IdPage([{"id": one} for one in [*before, *page.ids]], before + page.ids, page.next)


@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("shape", ["dense", "wide", "two-clusters"])
def test_pages_that_overlap_are_walked_to_the_end(shape, parallel):
    ids, cursors = walk(OverlappingReader(SHAPES[shape]), parallel=parallel)
    assert sorted(set(ids)) == SHAPES[shape]
    assert resume_ranges("live", cursors) == []


def test_page_after_page_without_anything_new_is_a_loop():
    book = make_book(IdRange(0, token="100"))
    taken = book.claim(lambda: False)
    for number in range(101, 111):
        book.store(taken, IdPage([{"id": 50}], [50], str(number)))
    with pytest.raises(PaginationLoopError, match="nothing new in 11 pages"):
        book.store(taken, IdPage([{"id": 50}], [50], "111"))


def test_page_over_the_end_keeps_only_what_belongs_to_the_range():
    book = make_book(IdRange(0, token="100", end=103))
    taken = book.claim(lambda: False)
    page = IdPage([{"id": one} for one in (100, 102, 103, 104)], [100, 102, 103, 104], "105")
    assert book.store(taken, page) == ([{"id": 100}, {"id": 102}], "103", True)


def test_lines_of_a_page_are_kept_only_with_all_of_its_records():
    records = [{"id": 100}, {"id": 104}]
    page = IdPage(records, [100, 104], "105", lines=b'{"id":100}\n{"id":104}\n')
    assert page.get_lines(records) == page.lines
    assert page.get_lines(records[:1]) is None


@pytest.mark.parametrize("parallel", [1, 4])
def test_walk_passes_the_lines_of_a_page_on(parallel):
    class Encoded(MemoryReader):
        def read(self, token, end, cancelled):
            page = super().read(token, end, cancelled)
            return replace(page, lines=encode_lines(page.records))

    pieces = list(walk_ids(Encoded(list(range(1, 60))), "live", {}, parallel=parallel, max_pages=10_000))
    assert all(piece.lines in (None, encode_lines(piece.records)) for piece in pieces)
    assert any(piece.lines for piece in pieces)


def test_claim_ends_when_reading_is_cancelled():
    book = make_book(IdRange(0))
    assert book.claim(lambda: False) is not None
    assert book.claim(lambda: True) is None


def test_range_without_a_page_is_not_split():
    book = RangeBook([IdRange(0, token="1")], page_size=5, plan=SplitPlan(1_000_000, None))
    book.claim(lambda: False)
    turns = itertools.count()
    assert book.claim(lambda: next(turns) > 2) is None


def test_check_ascending_takes_an_empty_page():
    check_ascending([])


@pytest.mark.parametrize(
    ("most", "calls_per_s", "latency_s", "threads"),
    [
        (1, 19, 0.2, 1),
        (16, 19, 0.1, 9),
        (16, 19, 5.0, 16),
        (16, 5, 0.01, 2),
        (16, None, 0.001, 1),
        (16, None, 0.2, 16),
    ],
)
def test_threads_fit_rate_and_latency(most, calls_per_s, latency_s, threads):
    assert choose_threads(most, calls_per_s=calls_per_s, latency_s=latency_s) == threads
