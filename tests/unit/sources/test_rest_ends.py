"""Ends of lists that answers, lengths and totals tell differently: all records, an error, or `partial`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from tests.unit.sources.rest_ends_support import (
    CAP,
    CURSOR,
    KEYSET,
    LINK,
    PAGES,
    PASS,
    STYLES,
    Capped,
    read,
)
from tests.unit.sources.rest_list_support import AnsweringClient, run


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, {}),
        ({"total": "25"}, {"total_path": "total"}),
        ({"total": 25.0}, {"total_path": "total", "end": "short"}),
        ({"more": lambda more: "Y" if more else "n"}, {"more_path": "more"}),
        ({"more": int, "total": 25}, {"more_path": "more", "total_path": "total"}),
        ({}, {"total_path": "total"}),
        ({}, {"more_path": "more"}),
        ({"total": 7}, {"total_path": "total"}),
    ],
    ids=["none", "total", "total-short", "flag", "both", "no-total", "no-flag", "total-too-small"],
)
def test_list_whose_pages_are_shorter_than_asked_for_is_read_whole(style, answer, words):
    paging = {**STYLES[style], **words}
    if style in ("cursor", "link"):
        paging.pop("end", None)
    ids, source = read(Capped(**answer), paging)
    assert (ids, source.incomplete_reason) == (list(range(1, 26)), None)
    assert bool(source.notes) is (answer.get("total") == 7 and style != "keyset")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [0, 3, CAP, 2 * CAP])
@pytest.mark.parametrize("words", [{}, {"total_path": "total"}], ids=["lengths", "total"])
def test_list_of_any_length_ends_without_a_doubt(style, count, words):
    ids, source = read(Capped(count, total=count), {**STYLES[style], **words})
    assert (len(ids), source.incomplete_reason, source.is_whole) == (count, None, True)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("shown", [0, 5, CAP, 15])
def test_list_that_gives_fewer_than_its_total_is_partial_and_says_the_numbers(style, shown):
    ids, source = read(Capped(shown=shown, total=25), {**STYLES[style], "total_path": "total"})
    assert len(ids) == shown
    assert f"'total' says that there are 25 records, and {shown} came" in source.incomplete_reason
    assert not source.is_whole


@pytest.mark.parametrize("style", ["pages", "records"])
def test_records_that_come_again_make_no_others_up(style):
    class Shifted(Capped):
        def __call__(self, request):
            body = super().__call__(request)
            if self.asked[-1] == CAP:
                body["rows"] = self.rows[CAP // 2 : CAP // 2 + CAP]
            return body

    ids, source = read(Shifted(total=25), {**STYLES[style], "total_path": "total"})
    assert len(set(ids)) == 20
    assert "'total' says that there are 25 records, and 20 came" in source.incomplete_reason


@pytest.mark.parametrize("style", ["pages", "records"])
@pytest.mark.parametrize("words", [{"total_path": "total"}, {"total_pages_path": "pages"}])
def test_total_outweighs_a_flag_that_says_the_end(style, words):
    if "total_pages_path" in words and style == "records":
        pytest.skip("pages are counted by number only")
    ids, source = read(Capped(total=25, more=False), {**STYLES[style], **words, "more_path": "more"})
    assert (len(ids), source.incomplete_reason) == (25, None)


@pytest.mark.parametrize("style", STYLES)
def test_flag_that_promises_more_than_comes_is_an_error(style):
    paging = {**STYLES[style], "more_path": "more"}
    with pytest.raises((UnexpectedResponseError, PaginationLoopError)):
        read(Capped(5, more=True), paging)


@pytest.mark.parametrize("style", ["pages", "records", "keyset", "cursor", "link"])
@pytest.mark.parametrize("value", ["maybe", {}, 2, []], ids=["text", "object", "number", "list"])
def test_word_with_something_else_in_its_place_is_an_error(style, value):
    with pytest.raises(UnexpectedResponseError, match="at 'more', expected true or false"):
        read(Capped(more=value), {**STYLES[style], "more_path": "more"})


@pytest.mark.parametrize("style", ["cursor", "link"])
def test_page_behind_the_one_that_a_flag_calls_the_last_is_looked_at(style):
    ids, source = read(Capped(more=False), {**STYLES[style], "more_path": "more"})
    assert (len(ids), source.incomplete_reason) == (25, None)


@pytest.mark.parametrize("behind", [404, [], [{"id": 1}]], ids=["refused", "empty", "again"])
def test_link_behind_the_last_page_that_leads_to_nothing_new_is_the_end(behind):
    def answer(request):
        if not request.query:
            return {"rows": [{"id": 1}], "next": "/things?page=2", "more": 0}
        return behind if isinstance(behind, int) else {"rows": behind, "next": "/things?page=3", "more": 0}

    paging = {**LINK, "more_path": "more"}
    records, cursors, source = run(AnsweringClient(answer), paging=paging, **PASS)
    assert (len(records), cursors, source.is_whole) == (1, {"all": None}, True)


@pytest.mark.parametrize(
    "moves", [lambda at: 25 if at else 24, lambda at: 25 if at else 30], ids=["up", "down"]
)
@pytest.mark.parametrize("style", STYLES)
def test_total_that_moves_while_a_list_is_read_is_no_lack(style, moves):
    _, source = read(Capped(total=moves), {**STYLES[style], "total_path": "total"})
    assert (source.incomplete_reason, source.notes) == (None, [])


@pytest.mark.parametrize("style", ["pages", "records"])
def test_total_that_grows_without_the_record_in_numbered_pages_is_a_lack(style):
    _, source = read(Capped(total=lambda at: 26 if at else 25), {**STYLES[style], "total_path": "total"})
    assert "'total' says that there are 26 records, and 25 came" in source.incomplete_reason


@pytest.mark.parametrize("style", ["pages", "records"])
def test_total_that_grows_at_the_front_is_no_lack_of_the_record_that_came_there(style):
    class Newest(Capped):
        def __call__(self, request):
            body = super().__call__(request)
            if self.asked[-1]:
                at = self.asked[-1] - 1
                body["rows"] = self.rows[at : at + CAP]
            return body

    ids, source = read(Newest(total=lambda at: 26 if at else 25), {**STYLES[style], "total_path": "total"})
    assert (len(set(ids)), source.incomplete_reason) == (25, None)


@pytest.mark.parametrize("style", ["pages", "cursor"])
def test_resumed_read_knows_how_many_records_came_before(style):
    answer = Capped(shown=15, total=25)
    paging = {**STYLES[style], "total_path": "total"}
    at = {"token": "2", "size": 2 * CAP} if style == "pages" else {"token": "10"}
    _, source = read(answer, paging)
    client, request = AnsweringClient(answer), {"page_size": 2 * CAP}
    cursors = {"all": {**at, "read": CAP}}
    records, _, resumed = run(client, cursors=cursors, request=request, paging=paging, **PASS)
    assert (len(records), resumed.incomplete_reason) == (5, source.incomplete_reason)


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [
        ({"total": 1}, True), ({}, True), ({"total": "2"}, False), ({"more": "yes"}, False),
        ({"next": 2}, False), ({"next": 2, "more": False}, True),
    ],
    ids=["total", "nothing", "total-above", "flag", "token", "token-and-flag"],
)  # fmt: skip
def test_pass_without_pages_whose_answer_names_another_one_is_partial(body, is_whole):
    paging = {**CURSOR, "total_path": "total", "more_path": "more"}
    passes = [{**PASS["passes"][0], "paged": False}]
    client = AnsweringClient(lambda _: {"rows": [{"id": 1}], **body})
    _, _, source = run(client, paging=paging, passes=passes)
    assert source.is_whole is is_whole


def test_keyset_page_that_overlaps_with_the_one_before_is_followed_and_another_order_is_not():
    pages = {None: [1, 2], "2": [2, 3], "3": [2, 3, 4], "4": [], "9": []}

    def answer(request):
        return {"rows": [{"id": one} for one in pages[request.params.get("behind")]]}

    records, _, source = run(AnsweringClient(answer), paging=KEYSET, **PASS)
    assert ({one["id"] for one in records}, source.is_whole) == ({1, 2, 3, 4}, True)
    pages["2"] = [1, 3, 9]
    pages["9"] = [4]
    with pytest.raises(UnexpectedResponseError, match="9 was followed by 4"):
        run(AnsweringClient(answer), paging=KEYSET, **PASS)


def test_keyset_that_is_not_heeded_is_a_loop():
    answer = AnsweringClient(lambda _: {"rows": [{"id": 1}, {"id": 2}]})
    with pytest.raises(PaginationLoopError, match="no record after 2"):
        run(answer, paging=KEYSET, **PASS)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "busy", "rows": []}, "has no records, but 'error' in it"),
        ({"success": False, "rows": []}, "has no records, but false as 'success' in it"),
        ({"ok": "False", "rows": []}, "has no records, but the text 'False' as 'ok' in it"),
        ({"status": "Error", "rows": []}, "has no records, but the text 'Error' as 'status' in it"),
        ({"rows": None}, "has no list 'rows', it is an object with 'rows'"),
        ({"rows": {"id": 1}}, "has no list 'rows', there is an object with 'id'"),
        ([{"id": 1}], "has no list 'rows', there is null"),
        ({"data": []}, "has no list 'rows', it is an object with 'data'"),
        ({"rows": [{"id": 1}, None]}, "has null in its list"),
    ],
    ids=["error", "no-success", "not-ok", "status", "null", "object", "list", "absent", "no-record"],
)
def test_answer_without_the_list_names_what_came_instead(body, words):
    with pytest.raises(UnexpectedResponseError, match=words):
        run(AnsweringClient(lambda _: body), paging=CURSOR, **PASS)


@pytest.mark.parametrize("style", ["cursor", "link"])
def test_last_page_that_names_itself_as_the_next_is_the_end(style):
    def answer(request):
        is_second = "2" in (request.query[-1:], request.params.get("after"))
        following = 2 if style == "cursor" else "/things?page=2"
        return {"rows": [{"id": 2 if is_second else 1}], "next": following, "more": not is_second}

    paging = {**STYLES[style], "more_path": "more"}
    records, _, source = run(AnsweringClient(answer), paging=paging, **PASS)
    assert ([one["id"] for one in records], source.is_whole) == ([1, 2], True)


class Overlapping(Capped):
    """A list whose pages, all but the first, begin with the last record of the page before."""

    def __call__(self, request):
        body = super().__call__(request)
        at = self.asked[-1]
        return {**body, "rows": self.rows[max(at - 1, 0) : at + CAP]} if body["rows"] else body


@pytest.mark.parametrize("style", ["pages", "records"])
def test_total_that_is_reached_by_records_that_came_twice_is_no_end(style):
    ids, source = read(Overlapping(total=25), {**STYLES[style], "total_path": "total"})
    assert set(ids) == set(range(1, 26))
    assert source.incomplete_reason is None


class PartialContent(AnsweringClient):
    """Answers each request with status 206."""

    def send(self, request, **more):
        return replace(super().send(request, **more), status=206)


@pytest.mark.parametrize("style", ["pages", "cursor"])
@pytest.mark.parametrize("words", [{}, {"more_path": "more"}], ids=["untold", "flag"])
def test_partial_content_is_an_end_only_where_something_says_so(style, words):
    client = PartialContent(Capped(total=25, more=bool))
    paging = {**STYLES[style], **words}
    records, _, source = run(client, request={"page_size": 2 * CAP}, paging=paging, **PASS)
    assert len(records) == 25
    if words:
        assert source.incomplete_reason is None
    else:
        assert "status 206 (partial content)" in source.incomplete_reason


@pytest.mark.parametrize(
    ("style", "words", "count", "lack"),
    [
        ("records", {"total": CAP}, 25, None),
        ("records", {"total": 2 * CAP}, 25, None),
        ("keyset", {"total": CAP}, 25, None),
        ("pages", {"pages": 1}, 25, "the last page is number 1, and number 2 has records"),
        ("records", {"total": 2 * CAP}, 2 * CAP, None),
        ("pages", {"pages": 2}, 2 * CAP, None),
        ("pages", {"pages": 3}, 25, None),
    ],
)
@pytest.mark.parametrize("at_once", [1, 3])
def test_full_page_that_a_number_calls_the_last_is_looked_behind(style, words, count, lack, at_once):
    pages = Capped(count)
    name = "total_path" if "total" in words else "total_pages_path"
    more = {"side_by_side": {"flag": "at_once"}} if style == "pages" else {}
    client = AnsweringClient(lambda request: {**pages(request), **words})
    request = {"page_size": CAP, "own_options": {"at_once": at_once} if more else {}}
    paging = {**STYLES[style], name: next(iter(words))}
    records, _, source = run(client, paging=paging, request=request, **PASS, **more)
    ids = [one["id"] for one in records]
    assert ids == list(range(1, (2 * CAP if lack else count) + 1))
    assert source.incomplete_reason is None if lack is None else lack in source.incomplete_reason


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize(
    "behind", [404, [], [{"id": 1}], [{"id": 2}]], ids=["refused", "empty", "first", "last"]
)
def test_page_behind_a_full_last_one_that_brings_nothing_is_the_end(behind, at_once):
    def answer(request):
        page = int(request.params["page"])
        rows = [{"id": page}] if page < 3 else behind
        return rows if isinstance(rows, int) else {"rows": rows, "pages": 2}

    paging, request = (
        {**PAGES, "total_pages_path": "pages"},
        {"page_size": 1, "own_options": {"at_once": at_once}},
    )
    read_by = {"paging": paging, "request": request, "side_by_side": {"flag": "at_once"}}
    records, _, source = run(AnsweringClient(answer), **read_by, **PASS)
    assert ([one["id"] for one in records], source.incomplete_reason) == ([1, 2], None)
