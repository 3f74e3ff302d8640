"""Rows of a tab come in order, the next ones are asked for early, and a sample asks for none too many."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from crm_sync.exceptions import StalePositionError
from crm_sync.rest.messages import Answer, Watch
from crm_sync.sources.grid.row_pages import RowRange, list_ranges, read_ranges

WAIT_S = 5
ANSWER = Answer(200, b"", {}, datetime(2026, 3, 10, tzinfo=UTC))
RANGES = [RowRange(2, 4), RowRange(4, 7), RowRange(7, 8)]


class Calls:
    """Stands for the calls of one tab: notes the ranges, and may refuse one."""

    def __init__(self, refused: str = "") -> None:
        self.asked: list[str] = []
        self.second = threading.Event()
        self._refused = refused

    def send_rows(self, cells: str, _cancelled: Callable[[], bool], watch: Watch) -> list[list[Any]]:
        self.asked.append(cells)
        if len(self.asked) == 2:
            self.second.set()
        if cells == self._refused:
            raise StalePositionError("the grid has fewer rows")
        return [[cells]]


def read(calls: Calls, *, ahead: bool = True):
    return closing(read_ranges(calls, "Tab", 3, iter(RANGES), ahead=ahead))


def count_threads() -> int:
    return sum(thread.name.startswith("crm-sync-rows") for thread in threading.enumerate())


@pytest.mark.parametrize("ahead", [True, False])
def test_ranges_come_in_order_with_their_rows(ahead):
    with read(Calls(), ahead=ahead) as pages:
        assert list(pages) == [
            (RANGES[0], [["'Tab'!A2:C4"]]),
            (RANGES[1], [["'Tab'!A4:C7"]]),
            (RANGES[2], [["'Tab'!A7:C8"]]),
        ]
    assert count_threads() == 0


def test_next_rows_are_asked_for_while_the_caller_works_on_the_ones_before():
    calls = Calls()
    with read(calls) as pages:
        next(pages)
        assert calls.second.wait(WAIT_S)
    assert calls.asked[:2] == ["'Tab'!A2:C4", "'Tab'!A4:C7"]
    assert count_threads() == 0


def test_next_request_leaves_when_an_answer_is_there_and_not_before():
    first_may_arrive, first_may_end, second_left = threading.Event(), threading.Event(), threading.Event()

    class Slow(Calls):
        def send_rows(self, cells: str, _cancelled: Callable[[], bool], watch: Watch) -> list[list[Any]]:
            if cells != "'Tab'!A2:C4":
                second_left.set()
                return [[cells]]
            first_may_arrive.wait(WAIT_S)
            watch.arrived(ANSWER)
            # now it is decoded
            first_may_end.wait(WAIT_S)
            return [[cells]]

    def steer() -> None:
        left_early.append(second_left.wait(0.05))
        first_may_arrive.set()
        left_while_decoding.append(second_left.wait(WAIT_S))
        first_may_end.set()

    left_early, left_while_decoding = list[bool](), list[bool]()
    steering = threading.Thread(target=steer)
    with read(Slow()) as pages:
        steering.start()
        assert [one for one, _ in pages] == RANGES
    steering.join(WAIT_S)
    assert (left_early, left_while_decoding) == ([False], [True])


def test_nothing_is_asked_for_behind_rows_that_were_refused():
    calls = Calls(refused="'Tab'!A2:C4")
    with read(calls) as pages, pytest.raises(StalePositionError):
        next(pages)
    assert calls.asked == ["'Tab'!A2:C4"]


def test_sample_asks_for_no_rows_that_it_does_not_take():
    calls = Calls()
    with read(calls, ahead=False) as pages:
        next(pages)
        assert not calls.second.wait(0.05)
    assert len(calls.asked) == 1


def test_refused_rows_are_an_error_behind_the_rows_before_them():
    with read(Calls(refused="'Tab'!A4:C7")) as pages:
        assert next(pages)[0] == RANGES[0]
        with pytest.raises(StalePositionError, match="fewer rows"):
            next(pages)


@pytest.mark.parametrize(
    ("begin", "has_before", "expected"),
    [
        (2, False, [RowRange(2, 4), RowRange(4, 7), RowRange(7, 8)]),
        (5, True, [RowRange(4, 7), RowRange(7, 8)]),
        (9, True, []),
    ],
)
def test_each_range_begins_with_the_last_row_of_the_one_before(begin, has_before, expected):
    assert list(list_ranges(begin, 8, 3, has_before=has_before)) == expected


def test_rows_of_a_range_are_counted_with_both_ends():
    assert RowRange(4, 7).count == 4
