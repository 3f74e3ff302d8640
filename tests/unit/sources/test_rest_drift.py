"""Lists in numbered pages that lose records while they are read: which are walked again, and how often."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crm_sync.exceptions import SourceUnavailableError
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.repeats import MOST_WALKS
from tests.unit.sources.rest_list_support import NOW, AnsweringClient, make_entity, make_request, page_of

SINCE = NOW - timedelta(hours=1)
ONCE = [1, 2, 3, 4, 5]
"""Seven records in pages of two, up to an empty one."""
SIDE_BY_SIDE = {"side_by_side": {"flag": "at_once"}}
_MOST_BELIEVED = 99
FILTER = {"modified_filter": {"place": "param", "name": "since"}, "changed_only": "at"}


class ShrinkingList:
    """A list in pages; before a request, named by its number, a record goes."""

    def __init__(self, count: int, goes: dict[int, int]) -> None:
        self.live = [{"id": number} for number in range(count)]
        self.goes = goes
        self.asked: list[int] = []

    def answer(self, request):
        page, size = int(request.params.get("page", 1)), int(request.params["limit"])
        self.asked.append(page)
        if (one := self.goes.get(len(self.asked))) is not None:
            self.live = [record for record in self.live if record["id"] != one]
        return self.live[(page - 1) * size : page * size] if "page" in request.params else self.live


class Reading:
    """One read with a table beside it, whose rows that never came are counted as the core does."""

    def __init__(
        self,
        answer,
        table=(),
        since=None,
        *,
        cursors=None,
        ids=(),
        flags=None,
        more=None,
        fails=False,
        **read,
    ) -> None:
        self.table, self.ids, self.cursors, self.counted = set(table), list(ids), dict(cursors or {}), 0
        entity = make_entity(**read)
        self.source = RestListSource(AnsweringClient(answer), entity)
        more = {"count_absent": None if since else self.count, "own_options": flags or {}, **(more or {})}
        try:
            for page in self.source.read_pages(make_request(entity, since, **more), dict(self.cursors)):
                self.ids += [json.loads(line)["id"] for line in (page.lines or b"").splitlines()]
                self.cursors[page.cursor_key] = page.cursor
        except SourceUnavailableError:
            assert fails

    def count(self, _scope):
        self.counted += 1
        absent = len(self.table - set(self.ids))
        return absent if absent <= _MOST_BELIEVED else 0


def test_unchanged_list_is_walked_once():
    shrinking = ShrinkingList(7, {})
    reading = Reading(shrinking.answer, table=range(7))
    assert (reading.ids, shrinking.asked) == ([0, 1, 2, 3, 4, 5, 6], ONCE)
    assert (reading.source.is_whole, reading.counted) == (True, 1)


def test_row_that_is_gone_costs_a_second_walk_and_brings_no_record_twice():
    shrinking = ShrinkingList(7, {})
    reading = Reading(shrinking.answer, table=range(9))
    assert (reading.ids, shrinking.asked) == ([0, 1, 2, 3, 4, 5, 6], ONCE * 2)
    assert (reading.source.is_whole, reading.counted) == (True, 2)


@pytest.mark.parametrize("flags", [{}, {"at_once": 3}], ids=["in-turn", "side-by-side"])
def test_record_passed_over_comes_with_the_second_walk(flags):
    # 0 goes before the second page is asked for: 2 moves onto the first, which was read already
    shrinking = ShrinkingList(8, {2: 0})
    reading = Reading(shrinking.answer, table=range(8), flags=flags, **SIDE_BY_SIDE)
    assert reading.ids == [0, 1, 3, 4, 5, 6, 7, 2]
    assert reading.source.is_whole


@pytest.mark.parametrize(
    ("read", "more"),
    [
        ({"missing_rows": "keep"}, {}),
        ({}, {"max_records": 100}),
        ({"paging": {"style": "cursor", "next_path": "next", "param": "after"}}, {}),
        ({}, {"page_size": 10}),
    ],
    ids=["absence-is-no-deletion", "max-records", "pages-by-token", "one-page"],
)
def test_list_that_needs_no_second_walk_is_not_even_compared(read, more):
    reading = Reading(ShrinkingList(7, {}).answer, table=range(9), more=more, **read)
    assert (reading.ids, reading.counted) == ([0, 1, 2, 3, 4, 5, 6], 0)


def test_loss_that_nobody_would_believe_is_not_looked_into():
    shrinking = ShrinkingList(7, {})
    Reading(shrinking.answer, table=range(200))
    assert shrinking.asked == ONCE


def test_list_that_loses_more_in_each_walk_is_partial():
    shrinking = ShrinkingList(4, {})
    hidden = [{"id": number} for number in range(10, 30)]

    def answer(request):
        if page_of(request) == 2 and hidden:
            # each walk finds one that no walk before could see, and others are still missing
            shrinking.live.append(hidden.pop())
        return shrinking.answer(request)

    reading = Reading(answer, table=range(30))
    assert "changes faster than it is read" in reading.source.incomplete_reason
    assert shrinking.asked.count(1) == MOST_WALKS
    assert not reading.source.is_whole


class TestDelta:
    """Deltas by a modified filter, without a table to compare with."""

    def test_walks_until_one_brings_nothing_new(self):
        shrinking = ShrinkingList(8, {2: 0})
        reading = Reading(shrinking.answer, since=SINCE, **FILTER)
        assert reading.ids == [0, 1, 3, 4, 5, 6, 7, 2]
        # the walk that brought 2 is followed by one that brings nothing
        assert shrinking.asked.count(1) == 3
        assert reading.cursors == {"all": None}
        assert reading.source.incomplete_reason is None

    def test_one_page_is_enough_for_a_short_list(self):
        shrinking = ShrinkingList(1, {})
        Reading(shrinking.answer, since=SINCE, **FILTER)
        assert shrinking.asked == [1, 2]

    def test_full_page_before_an_empty_one_may_have_lost_its_neighbour(self):
        shrinking = ShrinkingList(3, {2: 0})
        reading = Reading(shrinking.answer, since=SINCE, **FILTER)
        assert reading.ids == [0, 1, 2]

    def test_change_since_the_read_began_is_no_news(self):
        """A busy list gets newer changes all the time; those come with the next delta."""
        newer = {"id": 99, "at": (NOW + timedelta(minutes=1)).isoformat()}
        shrinking = ShrinkingList(4, {})

        def answer(request):
            page = shrinking.answer(request)
            if page_of(request) == 2 and len(shrinking.asked) > 3:
                newer["id"] += 1
                return [*page, dict(newer)]
            return page

        reading = Reading(answer, since=SINCE, **FILTER)
        assert shrinking.asked.count(1) == 2
        assert {0, 1, 2, 3, 100} == set(reading.ids)

    def test_list_that_never_gets_steady_is_partial(self):
        shrinking = ShrinkingList(6, {})

        def answer(request):
            if page_of(request) == 2:
                shrinking.live.append({"id": 100 + len(shrinking.asked)})
            return shrinking.answer(request)

        reading = Reading(answer, since=SINCE, **FILTER)
        assert "changes faster than it is read" in reading.source.incomplete_reason
        assert shrinking.asked.count(1) == MOST_WALKS


@pytest.mark.parametrize("cut", range(1, 15))
def test_read_that_is_cut_anywhere_passes_nobody_over_when_it_goes_on(cut):
    for since, read in ((None, {}), (SINCE, FILTER)):
        shrinking = ShrinkingList(8, {2: 0})

        def answer(request, shrinking=shrinking):
            if len(shrinking.asked) == cut:
                shrinking.asked.append(0)
                return SourceUnavailableError("down")
            return shrinking.answer(request)

        table = range(8)
        reading = Reading(answer, table, since, fails=True, **read)
        again = Reading(answer, table, since, cursors=reading.cursors, ids=reading.ids, **read)
        assert {record["id"] for record in shrinking.live} <= set(again.ids)
        assert again.source.incomplete_reason is None


def test_cursor_of_a_second_walk_is_taken_up_there():
    shrinking = ShrinkingList(7, {})
    cursors = {"all": {"walk": 2, "token": "3", "size": 2}}
    reading = Reading(shrinking.answer, range(9), ids=range(7), cursors=cursors)
    assert shrinking.asked == [3, 4, 5]
    assert reading.source.is_whole


def test_cursor_says_which_walk_it_is_in():
    shrinking = ShrinkingList(7, {})

    def answer(request):
        return SourceUnavailableError("down") if len(shrinking.asked) == 6 else shrinking.answer(request)

    cursors = Reading(answer, range(9), fails=True).cursors
    assert cursors == {"all": {"walk": 2, "token": "2", "size": 2}}


def test_third_walk_that_was_broken_off_goes_on_before_a_row_is_taken_as_deleted():
    shrinking = ShrinkingList(7, {})
    cursors = {"all": {"walk": 3, "token": "3", "size": 2}}
    reading = Reading(shrinking.answer, range(7), ids=range(6), cursors=cursors)
    assert (shrinking.asked, reading.ids[-1]) == ([3, 4, 5], 6)
    assert reading.source.is_whole


def test_walk_behind_one_that_was_taken_up_in_its_middle_begins_at_the_first_page():
    shrinking = ShrinkingList(7, {})
    cursors = {"all": {"walk": 2, "token": "4", "size": 2}}
    reading = Reading(shrinking.answer, range(7), ids=range(1, 6), cursors=cursors)
    assert (shrinking.asked, set(reading.ids)) == ([4, 5, *ONCE], set(range(7)))
