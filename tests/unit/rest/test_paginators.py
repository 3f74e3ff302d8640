"""One contract for all page styles: walking a list gives each record once and ends."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from crm_sync.config.paging import CursorPaging, KeysetPaging, LinkPaging, OffsetPaging
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.loop_guard import (
    EMPTY_PAGE_REPEATS,
    MOST_EMPTY_PAGES,
    LoopGuard,
    PageCount,
    ask_past_empty,
)
from crm_sync.rest.paginators import build_paginator
from crm_sync.sources.rest.list_ends import ListEnds

CURSOR = CursorPaging(next_path="paging.next.after", param="after")
LINK = LinkPaging(style="link", next_path="next")
OFFSET = OffsetPaging(style="offset")
TOTAL = OffsetPaging(style="offset", total_path="total")
PAGES = OffsetPaging(style="offset", param="page", first=1, counts="pages")
KEYSET = KeysetPaging(style="keyset", param="after_id")
SHORT = KeysetPaging(style="keyset", param="after_id", end="short")


def serve(paging, params, records, page_size):
    """Answer as a vendor with that page style would."""
    if paging is PAGES:
        start = (int(params["page"]) - 1) * page_size
    elif "after_id" in params:
        start = int(params["after_id"]) + 1
    else:
        start = int(params.get("after") or params.get("offset") or 0)
    found = [{"id": record} for record in records[start : start + page_size]]
    more = start + page_size < len(records)
    data = {"results": found, "total": len(records)}
    if more and paging is CURSOR:
        data["paging"] = {"next": {"after": start + page_size}}
    if more and paging is LINK:
        data["next"] = f"https://api.example/list?offset={start + page_size}&limit={page_size}"
    return data


def follow(paging, answer, page_size=10, most=20):
    """Walk as a source does; gives the ids, what is left open, and the parameters of each request."""
    paginator, ends = build_paginator(paging, base_url="https://api.example", path="/list"), None
    guard, seen, asked, token = LoopGuard(PageCount(100)), [], [], None
    ends = ListEnds(paging, page_size, token=None)
    for _ in range(most):
        target = paginator.build_target("/list", {}, token, page_size)
        asked.append(f"{target.path}?{target.query}" if target.query else dict(target.params))
        data = answer(target)
        records = data["results"]
        said, is_repeated = paginator.read(data, token, records), guard.is_repeated(records)
        found = ends.judge(said, token, records, is_repeated=is_repeated)
        ends.note(said, records, is_promised=found.is_promised, is_repeated=is_repeated)
        guard.note(found.following, records)
        seen += [record["id"] for record in records]
        token = found.following
        if token is None:
            return seen, ends.describe_lack(200, said), asked
    raise AssertionError("no end")


@pytest.mark.parametrize(
    "paging",
    [CURSOR, LINK, OFFSET, TOTAL, PAGES, KEYSET, SHORT],
    ids=["cursor", "link", "offset", "total", "pages", "keyset", "keyset_short"],
)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35])
def test_paginator_walks_every_record_once(paging, count):
    def answer(target):
        params = dict(parse_qsl(target.query)) or target.params
        return serve(paging, params, list(range(count)), 10)

    seen, lack, _ = follow(paging, answer)
    assert (seen, lack) == (list(range(count)), None)


@pytest.mark.parametrize(
    ("ids", "token"),
    [(["b", "a"], None), (["99", "100"], None), ([99, 100, 9], None), (["d", "b"], "c"), (["c"], "d")],
    ids=["newest_first", "numbers_as_text", "numbers", "falls", "before_it"],
)
def test_keyset_of_ids_that_do_not_rise_is_an_error(ids, token):
    records = [{"id": one} for one in ids]
    said_of = build_paginator(KEYSET)
    ends = ListEnds(KEYSET, 2, token=None)
    with pytest.raises(UnexpectedResponseError, match="was followed by"):
        ends.judge(said_of.read([], token, records), token, records, is_repeated=False)


@pytest.mark.parametrize(
    ("ids", "kind", "expected"),
    [
        (["a", "b"], "text", "b"),
        ([9, 10], "text", "10"),
        (["9", "10"], "number", "10"),
        (["a", None, ""], "text", "a"),
        ([None, "a", True], "text", "a"),
        (["a", "a"], "text", "a"),
    ],
    ids=["text", "json_numbers", "numbers_as_text", "last_without", "first_without", "twice"],
)
def test_keyset_goes_on_behind_the_last_id_of_a_page(ids, kind, expected):
    paging = KeysetPaging(style="keyset", param="after_id", id_path="meta.id", ids=kind)
    records = [{"meta": {"id": one}} for one in ids]
    paginator = build_paginator(paging)
    assert paginator.read([], None, records).following == expected
    assert paginator.build_target("/list", {}, expected, 5).params == {"limit": "5", "after_id": expected}


@pytest.mark.parametrize("token", [None, "a"], ids=["first_page", "later_page"])
def test_keyset_page_without_any_id_is_no_end(token):
    records = [{"name": "x"}]
    said = build_paginator(KEYSET).read([], token, records)
    with pytest.raises(UnexpectedResponseError, match="no record of a page has an 'id'"):
        ListEnds(KEYSET, 2, token=token).judge(said, token, records, is_repeated=False)


def walk(pages, max_pages=100, **guard):
    guarded = LoopGuard(PageCount(max_pages), **guard)
    for token, content in pages:
        guarded.note(token, content)


@pytest.mark.parametrize(
    ("pages", "guard", "words"),
    [
        ([("a", [1]), ("b", [2]), ("a", [3])], {}, "repeats the page token a"),
        ([("a", [1])], {"token": "a"}, "repeats the page token a"),
        ([(str(n), [1]) for n in range(MOST_EMPTY_PAGES + 2)], {}, "the same page 12 times in a row"),
        ([(str(n), []) for n in range(MOST_EMPTY_PAGES + 1)], {}, "empty pages in a row"),
        ([("a", [1]), ("b", [2])], {"max_pages": 2}, "max_pages"),
    ],
    ids=["token", "resumed-token", "page", "empty", "too-many"],
)
def test_loop_guard_stops(pages, guard, words):
    with pytest.raises(PaginationLoopError, match=words):
        walk(pages, **guard)


def test_loop_guard_lets_an_honest_walk_end():
    walk([("a", [1]), ("b", []), ("c", [2]), (None, [3])], max_pages=4)


def test_empty_page_that_promises_more_is_asked_for_again_until_it_is_believed():
    answers = iter([[], [1], [2]])
    assert ask_past_empty(lambda: next(answers), lambda page: not page) == ([1], 2)
    assert ask_past_empty(list, lambda page: not page) == ([], 1 + EMPTY_PAGE_REPEATS)
