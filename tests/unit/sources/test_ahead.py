"""What is done ahead comes back in order, and nothing of it outlives the block."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_sync.sources.ahead import Ahead

WAIT_S = 5


def begin(threads: int = 1) -> Ahead[int]:
    return Ahead(ThreadPoolExecutor(threads))


def fail() -> int:
    raise ValueError("broken")


def test_results_come_in_the_order_in_which_work_was_given():
    last_is_done = threading.Event()

    def first() -> int:
        last_is_done.wait(WAIT_S)
        return 1

    def last() -> int:
        last_is_done.set()
        return 2

    with begin(2) as ahead:
        ahead.give(first)
        ahead.give(last)
        assert (len(ahead), ahead.take(), ahead.take(), len(ahead)) == (2, 1, 2, 0)


def test_an_error_comes_behind_the_results_before_it():
    with begin(2) as ahead:
        ahead.give(int, "1")
        ahead.give(fail)
        assert ahead.take() == 1
        with pytest.raises(ValueError, match="broken"):
            ahead.take()


def test_leaving_calls_off_what_waits_and_never_begins_the_rest():
    begun, rest = threading.Event(), []
    ahead = begin()

    def wait_for_a_turn() -> int:
        begun.set()
        until = time.monotonic() + WAIT_S
        while not ahead.is_cancelled() and time.monotonic() < until:
            time.sleep(0.01)
        rest.append("called off" if ahead.is_cancelled() else "waited in vain")
        return 1

    with ahead:
        ahead.give(wait_for_a_turn)
        ahead.give(rest.append, "begun")
        assert begun.wait(WAIT_S)
    assert rest == ["called off"]


def test_giving_up_gives_what_came_all_the_same():
    both_began = threading.Barrier(3)

    def read(text: str) -> int:
        both_began.wait(WAIT_S)
        return int(text)

    with begin(2) as ahead:
        ahead.give(read, "1")
        ahead.give(read, "no number")
        ahead.give(int, "3")
        both_began.wait(WAIT_S)
        assert (ahead.give_up(), len(ahead)) in (([1], 0), ([1, 3], 0))


def test_threads_of_somebody_else_go_on():
    with ThreadPoolExecutor(1) as pool:
        with Ahead[int](pool, is_lent=True) as ahead:
            ahead.give(int, "1")
        assert pool.submit(int, "2").result() == 2
