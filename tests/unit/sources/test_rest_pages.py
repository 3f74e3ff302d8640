"""Numbered pages side by side, and lists that end by repeating themselves."""

from __future__ import annotations

import threading

import pytest

from crm_sync.exceptions import PaginationLoopError, SourceUnavailableError, UnexpectedResponseError
from crm_sync.sources.rest.lists import RestListSource
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, make_request, page_of, run

SIDE_BY_SIDE = {"side_by_side": {"flag": "at_once", "fast_flag": "fast", "fast": 3, "most": 4}}


def rows(page: int, pages: int = 9, size: int = 2) -> list[dict[str, int]]:
    return [{"id": page * 10 + n} for n in range(size)] if page <= pages else []


def ids(records):
    return [record["id"] for record in records]


EVERYTHING = [one["id"] for page in range(1, 10) for one in rows(page)]


@pytest.mark.parametrize(
    ("flags", "most"),
    [
        ({}, 1),
        ({"at_once": 3}, 3),
        ({"at_once": 99}, 4),
        ({"fast": True}, 3),
        ({"fast": True, "at_once": 1}, 3),
    ],
    ids=["default", "asked", "more_than_most", "fast", "fast_beside_the_default"],
)
def test_pages_are_handed_on_in_order_whatever_their_number_at_once(flags, most):
    under_way, peak, lock = 0, 0, threading.Lock()
    together = threading.Barrier(most) if most > 1 else None

    def answer(request):
        nonlocal under_way, peak
        with lock:
            under_way += 1
            peak = max(peak, under_way)
        if together is not None and 2 <= page_of(request) <= most + 1:
            together.wait(timeout=5)
        with lock:
            under_way -= 1
        return rows(page_of(request))

    records, cursors, source = run(AnsweringClient(answer), request={"own_options": flags}, **SIDE_BY_SIDE)
    assert ids(records) == EVERYTHING
    assert cursors == {"all": None}
    assert source.is_whole
    assert peak == most


@pytest.mark.parametrize(
    ("sizes", "asked"), [({}, [1]), ({1: 1}, [1, 2])], ids=["empty_list", "one_short_page"]
)
def test_pages_behind_the_likely_end_are_not_asked_for(sizes, asked):
    """A turn under the rate limit, once taken, is lost."""
    client = AnsweringClient(lambda one: rows(page_of(one), size=sizes.get(page_of(one), 0)))
    run(client, request={"own_options": {"at_once": 4}}, **SIDE_BY_SIDE)
    assert sorted(page_of(one) for one in client.requests) == asked


def test_failed_page_is_no_end():
    def answer(request):
        return SourceUnavailableError("down") if page_of(request) == 5 else rows(page_of(request))

    client = AnsweringClient(answer)
    with pytest.raises(SourceUnavailableError):
        run(client, request={"own_options": {"at_once": 4}}, **SIDE_BY_SIDE)


def test_pages_before_a_failed_one_are_kept_and_a_resumed_read_goes_on_behind_them():
    def answer(request):
        return SourceUnavailableError("down") if page_of(request) == 5 else rows(page_of(request))

    entity = make_entity(**SIDE_BY_SIDE)
    request = make_request(entity, own_options={"at_once": 4})
    pages = RestListSource(AnsweringClient(answer), entity).read_pages(request, {})
    given = [next(pages) for _ in range(4)]
    with pytest.raises(SourceUnavailableError):
        next(pages)
    cursors = {one.cursor_key: one.cursor for one in given}
    assert (cursors, sum(one.records for one in given)) == ({"all": {"token": "5", "size": 2}}, 8)
    rest, _, _ = run(
        AnsweringClient(lambda one: rows(page_of(one))),
        cursors=cursors,
        request={"own_options": {"at_once": 4}},
        **SIDE_BY_SIDE,
    )
    assert ids(rest) == EVERYTHING[8:]


def test_records_behind_the_end_are_an_error():
    """A page that came empty by mistake must not pass for the end."""
    asked = threading.Event()

    def answer(request):
        if page_of(request) == 3:
            asked.wait(5)
            return []
        if page_of(request) == 4:
            asked.set()
        return rows(page_of(request))

    with pytest.raises(UnexpectedResponseError, match="followed by one with records"):
        run(AnsweringClient(answer), request={"own_options": {"at_once": 4}}, **SIDE_BY_SIDE)


def test_short_page_is_not_the_end_where_only_an_empty_one_is():
    sizes = {1: 2, 2: 1, 3: 2}
    records, _, _ = run(AnsweringClient(lambda one: rows(page_of(one), size=sizes.get(page_of(one), 0))))
    assert ids(records) == [10, 11, 20, 30, 31]


def test_list_that_ignores_the_page_is_an_error_unless_config_says_otherwise():
    client = AnsweringClient(lambda _: rows(1))
    with pytest.raises(PaginationLoopError):
        run(client)
    records, cursors, source = run(AnsweringClient(lambda _: rows(1)), end_on_repeat=True)
    over = {"is_over": True, "doubt": source.incomplete_reason}
    assert (ids(records), cursors) == ([10, 11], {"all": over})


def test_doubt_about_a_list_outlives_the_try_that_read_its_end():
    _, cursors, source = run(AnsweringClient(lambda _: rows(1)), end_on_repeat=True)
    records, _, resumed = run(AnsweringClient(lambda _: rows(1)), end_on_repeat=True, cursors=cursors)
    assert (records, resumed.incomplete_reason) == ([], source.incomplete_reason)


def test_list_that_ends_on_a_repeat_keeps_what_is_new_in_a_page():
    pages = {1: [{"id": 1}, {"id": 2}], 2: [{"id": 2}, {"id": 3}], 3: [{"id": 3}, {"id": 1}], 4: [{"id": 9}]}
    records, _, _ = run(AnsweringClient(lambda one: pages[page_of(one)]), end_on_repeat=True)
    assert ids(records) == [1, 2, 3]


@pytest.mark.parametrize("body", [[None], ["text"], [[]]], ids=["null", "text", "list"])
def test_list_of_something_else_is_an_error(body):
    with pytest.raises(UnexpectedResponseError, match="no record"):
        run(AnsweringClient(lambda _: body))


def test_pass_without_pages_sends_no_page_and_asks_once():
    client = AnsweringClient(lambda _: rows(1))
    records, _, _ = run(
        client, passes=[{"name": "all", "path": "/things", "records_path": "", "paged": False}]
    )
    assert ids(records) == [10, 11]
    assert [one.params for one in client.requests] == [{}]
