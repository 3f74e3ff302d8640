"""Ends of lists that answers, lengths and totals tell differently: all records, an error, or `partial`."""

from __future__ import annotations

import math
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from tests.unit.sources.rest_list_support import AnsweringClient, run

CAP = 10
"""Largest page of the sources here; the reads ask for twice as many."""
PASS = {"passes": [{"name": "all", "path": "/things", "records_path": "rows"}]}
PAGES = {"style": "offset", "counts": "pages", "param": "page", "first": 1}
RECORDS = {"style": "offset", "counts": "records", "param": "at"}
CURSOR = {"style": "cursor", "next_path": "next", "param": "after"}
LINK = {"style": "link", "next_path": "next"}
KEYSET = {"style": "keyset", "param": "behind", "ids": "number"}
STYLES = {"pages": PAGES, "records": RECORDS, "cursor": CURSOR, "link": LINK, "keyset": KEYSET}


class Capped:
    """A list of numbers in pages of CAP, in any page style; `words` are added to each answer."""

    def __init__(self, count=25, *, total=None, more=None, shown=None) -> None:
        self.rows = [{"id": number} for number in range(1, count + 1)]
        self.total, self.more, self.shown = total, more, count if shown is None else shown
        self.asked = []

    def __call__(self, request):
        params = {**request.params, **dict(parse_qsl(request.query))}
        at = int(params.get("at") or params.get("after") or params.get("behind") or 0)
        at = (int(params["page"]) - 1) * CAP if "page" in params else at
        self.asked.append(at)
        rows = self.rows[: self.shown][at : at + CAP]
        following = at + CAP if at + CAP < self.shown else None
        body = {"rows": rows}
        if following is not None:
            body["next"] = f"/things?after={following}" if self.links else following
        if self.total is not None:
            body["total"] = self.total(at) if callable(self.total) else self.total
            body["pages"] = math.ceil(len(self.rows) / CAP)
        if self.more is not None:
            body["more"] = self.more(following is not None) if callable(self.more) else self.more
        return body

    links = False


def read(answer, paging, **more):
    answer.links = paging["style"] == "link"
    client = AnsweringClient(answer)
    records, _, source = run(client, paging=paging, **{"request": {"page_size": 2 * CAP}, **PASS, **more})
    return [one["id"] for one in records], source


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


@pytest.mark.parametrize(
    ("words", "is_whole"),
    [
        ({"errors": [{"message": "a part timed out"}]}, False),
        ({"success": False}, False),
        ({"errors": [], "error": None, "success": True, "status": "ok"}, True),
    ],
    ids=["errors", "no-success", "none"],
)
@pytest.mark.parametrize("number", [0, 10])
def test_words_of_a_failure_beside_records_leave_a_doubt_on_any_page(words, is_whole, number):
    class Failing(Capped):
        def __call__(self, request):
            body = super().__call__(request)
            return {**body, **words} if self.asked[-1] == number else body

    ids, source = read(Failing(), CURSOR)
    assert (ids, source.is_whole) == (list(range(1, 26)), is_whole)
    assert is_whole or "beside its records" in source.incomplete_reason


class Stuck(Capped):
    """Sends the first page in the place of the second, so often as it is told."""

    left = 1

    def __call__(self, request):
        body = super().__call__(request)
        if self.asked[-1] == CAP and self.left:
            self.left -= 1
            body["rows"] = self.rows[:CAP]
        return body


@pytest.mark.parametrize("style", ["cursor", "link", "pages"])
def test_full_page_that_comes_again_in_the_place_of_another_is_asked_for_again_and_then_a_doubt(style):
    ids, source = read(Stuck(30), STYLES[style], request={"page_size": CAP})
    assert (ids, source.is_whole) == (list(range(1, 31)), True)
    stuck = Stuck(30)
    stuck.left = 2
    ids, source = read(stuck, STYLES[style], request={"page_size": CAP})
    assert set(range(11, 21)).isdisjoint(ids)
    assert "repeats the one before it" in source.incomplete_reason


@pytest.mark.parametrize(
    ("style", "words", "found"),
    [
        ("cursor", {"nextCursor": "a7"}, "nextCursor"),
        ("cursor", {"paging": {"next": {"after": "a7"}}}, "paging.next"),
        ("link", {"links": {"next_page": 2}}, "links.next_page"),
        ("cursor", {"nextCursor": None, "has_next": False, "links": {"next": "", "previous": "a5"}}, None),
        ("cursor", {"next": "END"}, None),
        ("pages", {"nextCursor": "a7"}, None),
    ],
    ids=["cursor", "nested", "link", "none", "end-word", "numbered"],
)
@pytest.mark.parametrize("count", [CAP, CAP - 1], ids=["full", "short"])
def test_full_last_page_that_names_a_next_one_elsewhere_is_a_doubt(style, words, found, count):
    def answer(request):
        return {
            "rows": [{"id": n} for n in range(count)] if request.params.get("page") != "2" else [],
            **words,
        }

    paging = {**STYLES[style], **({"end_words": ["END"]} if style == "cursor" else {})}
    _, source = read(answer, paging, request={"page_size": CAP})
    is_doubtful = found is not None and count == CAP
    assert source.is_whole != is_doubtful
    assert not is_doubtful or f"but one at '{found}'" in source.incomplete_reason


@pytest.mark.parametrize(("left_out", "is_whole"), [(0, False), (3, True)], ids=["full", "filtered"])
def test_empty_page_between_full_numbered_ones_is_a_doubt(left_out, is_whole):
    """A source that leaves records out of its pages has short ones, too, and may have an empty one."""

    def answer(request):
        at = (int(request.params["page"]) - 1) * CAP
        rows = [] if at == CAP else [{"id": number} for number in range(at, at + CAP - left_out)]
        return {"rows": rows, "pages": 3}

    paging = {**PAGES, "total_pages_path": "pages"}
    _, source = read(answer, paging, request={"page_size": CAP})
    assert source.is_whole == is_whole
    assert is_whole or "is empty although others follow it" in source.incomplete_reason


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


def test_records_under_names_of_their_own_are_no_words_of_a_next_page():
    body = {"things": {f"t{number}": {"id": number, "next_step": "call"} for number in range(CAP)}}
    passes = [{"name": "all", "path": "/things", "records_path": "things.*"}]
    ids, source = read(lambda _: body, CURSOR, request={"page_size": CAP}, passes=passes)
    assert (len(ids), source.is_whole) == (CAP, True)


@pytest.mark.parametrize("paged", [True, False])
@pytest.mark.parametrize("at_fault", ["/accounts", "/a/1/things", None])
def test_words_of_a_failure_in_a_list_or_in_that_of_its_parents_leave_a_doubt(paged, at_fault):
    def answer(request):
        words = {"errors": ["a part timed out"]} if request.path == at_fault else {}
        return {"rows": [{"id": 1}], **words}

    parents = {
        "name": "account",
        "path": "/accounts",
        "records_path": "rows",
        "id_path": "id",
        "paged": paged,
    }
    passes = [{"name": "all", "path": "/a/{account}/things", "records_path": "rows", "paged": paged}]
    ids, source = read(answer, CURSOR, parents=parents, passes=passes)
    assert (ids, source.is_whole) == ([1], at_fault is None)
    assert (source.incomplete_reason or "").startswith(
        {"/accounts": "/accounts: the list of account has", None: ""}.get(at_fault, "things 1/all: ")
    )
