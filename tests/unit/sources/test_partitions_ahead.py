"""Parts of a list that are asked for while the answer of the one before is decoded."""

from __future__ import annotations

import threading

import pytest

from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.sources.partitions.pieces import Beginning, Piece, find_behind, move_last
from tests.unit.sources.partition_support import CappedList, list_all, make_records, no_work, read


def test_sibling_is_asked_for_before_an_answer_at_the_cap_is_decoded():
    phones = [f"{a}{b}" for a in "12" for b in range(5)]
    capped, asked, in_time = CappedList(make_records(phones)), threading.Event(), []
    capped.before = lambda params: asked.set() if params.get("v1") == "2%" else None
    decode = lambda params: in_time.append(asked.wait(5)) if params.get("v1") == "1%" else None  # noqa: E731
    got = read(capped, decode=decode)
    assert in_time == [True]
    assert got.ids == list_all(capped)
    assert got.source.is_whole
    assert len(capped.asked) == len(read(CappedList(make_records(phones)), decode=no_work).pages)


def test_piece_that_an_answer_may_cover_is_not_asked_for_before_it_is_decoded():
    names = ["Anna", "anton", "Bert", "bea", "Cora", "xi"]
    capped = CappedList(make_records(["5"] * 6, names), case_blind=True)
    got = read(capped, by=[{"name": "phone"}, {"name": "name", "characters": "aAbBcCxX"}], decode=no_work)
    assert {"A%", "B%"}.isdisjoint({one.get("v2") for one in capped.asked})
    assert set(got.ids) == set(list_all(capped))


@pytest.mark.parametrize("most", [0, 3], ids=["all", "sample"])
def test_sample_asks_for_nothing_ahead(most):
    capped = CappedList(make_records([f"{a}{b}" for a in "12" for b in range(5)]))
    read(capped, max_records=most, stop_after=2, decode=no_work)
    assert len(capped.asked) == (2 if most else 3)


def test_pieces_asked_for_ahead_count_in_max_pages():
    capped = CappedList(make_records([str(number) for number in range(100, 400)]), cap=1)
    assert isinstance(read(capped, max_pages=50, decode=no_work).error, PaginationLoopError)
    assert len(capped.asked) == 50


def test_error_of_a_piece_ends_the_read_with_the_one_ahead_under_way():
    capped = CappedList(make_records([f"{a}{b}" for a in "12" for b in range(5)]))

    def fail(params):
        if params.get("v1") == "1%":
            raise UnexpectedResponseError("broken")

    assert str(read(capped, decode=fail).error) == "broken"


@pytest.mark.parametrize("pending", [(), (Piece(),)])
def test_find_behind_needs_two_pieces(pending):
    assert find_behind(pending) is None


def test_find_behind_gives_what_no_answer_can_cover():
    ends, one, two = (Piece((Beginning(text, is_whole=text == ""),)) for text in ("", "1", "2"))
    small, large = Piece((Beginning("5"), Beginning("a"))), Piece((Beginning("5"), Beginning("A")))
    assert find_behind((two, one)) == two
    assert find_behind((one, ends)) == one
    assert find_behind((large, small)) is None
    assert find_behind((one, small)) == one
    assert move_last((ends, one, two), ends) == (one, two, ends)
