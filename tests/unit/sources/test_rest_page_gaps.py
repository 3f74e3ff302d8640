"""Gaps that a page shows: words of a failure, a page in the place of another, a next page elsewhere."""

from __future__ import annotations

import pytest

from tests.unit.sources.rest_ends_support import (
    CAP,
    CURSOR,
    PAGES,
    STYLES,
    Capped,
    read,
)


@pytest.mark.parametrize(
    ("words", "is_whole"),
    [
        ({"errors": [{"message": "a part timed out"}]}, False),
        ({"success": False}, False),
        ({"timed_out": True}, False),
        ({"incompleteResults": True}, False),
        ({"statusCode": 503}, False),
        ({"status": 503}, False),
        ({"errorMessage": "a part timed out"}, False),
        (
            {"errors": [], "error": None, "success": True, "status": "ok", "timed_out": False},
            True,
        ),
        ({"errorCode": 0, "errorMessage": "", "fault": None, "incomplete": False, "status": 200}, True),
    ],
    ids=[
        "errors",
        "no-success",
        "timed-out",
        "incomplete",
        "code",
        "status",
        "message",
        "none",
        "none-either",
    ],
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


def one_page(body):
    """Give a source whose every page behind the first is empty."""

    class Once(Capped):
        def __call__(self, request):
            super().__call__(request)
            return {**body, "rows": []} if self.asked[-1] else body

    return Once()


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


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("flag", [{"has_more": True}, {"info": {"moreRecords": True}}, {"isTruncated": True}])
def test_end_beside_a_flag_that_more_follows_is_a_doubt(style, flag):
    ids, source = read(one_page({"rows": [{"id": 1}], **flag}), STYLES[style])
    assert ids == [1]
    assert "that more follows" in source.incomplete_reason


@pytest.mark.parametrize(
    "words",
    [{"has_more": False}, {"more": "https://example.test/help"}, {"rows": [{"id": 1, "has_more": True}]}],
    ids=["no", "text", "of a record"],
)
def test_other_words_beside_an_end_are_no_doubt(words):
    ids, source = read(one_page({"rows": [{"id": 1}], **words}), CURSOR)
    assert (ids, source.incomplete_reason) == ([1], None)


def test_answer_of_a_list_without_pages_that_says_that_more_follows_is_a_doubt():
    passes = [{"name": "all", "path": "/things", "records_path": "rows", "paged": False}]
    _, source = read(one_page({"rows": [{"id": 1}], "hasMore": True}), CURSOR, passes=passes)
    assert "that more follows" in source.incomplete_reason
