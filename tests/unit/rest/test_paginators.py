"""One contract for all page styles: walking a list gives each record once and ends."""

from __future__ import annotations

import pytest

from crm_sync.config.rest_reads import CursorPaging, KeysetPaging, LinkPaging, OffsetPaging
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.paginators import MOST_EMPTY_PAGES, LoopGuard, build_paginator

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
        data["next"] = f"https://elsewhere.example/list?offset={start + page_size}&limit={page_size}"
    return data


@pytest.mark.parametrize(
    "paging",
    [CURSOR, LINK, OFFSET, TOTAL, PAGES, KEYSET, SHORT],
    ids=["cursor", "link", "offset", "total", "pages", "keyset", "keyset_short"],
)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35])
def test_paginator_walks_every_record_once(paging, count):
    paginator, records, seen, token = build_paginator(paging), list(range(count)), [], None
    for _ in range(10):
        data = serve(paging, paginator.build_params(token, 10), records, 10)
        seen += [record["id"] for record in data["results"]]
        token = paginator.find_next(data, token, data["results"], 10)
        if token is None:
            break
    assert (seen, token) == (records, None)


def test_cursor_that_is_no_text_is_refused():
    with pytest.raises(UnexpectedResponseError):
        build_paginator(CURSOR).find_next({"paging": {"next": {"after": {}}}}, None, [{}], 10)


def test_link_keeps_only_its_query():
    paginator = build_paginator(LINK)
    token = paginator.find_next({"next": "https://elsewhere.example/x?a=1&b="}, None, [{}], 10)
    assert paginator.build_params(token, 10) == {"a": "1", "b": ""}


@pytest.mark.parametrize(
    ("ids", "token"),
    [
        (["b", "a"], None),
        (["a", "a"], None),
        (["b"], "b"),
        (["a", "b"], "c"),
        (["99", "100"], None),
        ([99, 100, 9], None),
        ([7], "abc"),
    ],
    ids=["newest_first", "twice", "ignored", "before_it", "numbers_as_text", "numbers", "other_kind"],
)
def test_keyset_of_ids_that_do_not_rise_is_an_error(ids, token):
    with pytest.raises(UnexpectedResponseError, match="came behind"):
        build_paginator(KEYSET).find_next([], token, [{"id": one} for one in ids], 2)


@pytest.mark.parametrize(
    ("ids", "kind", "expected"),
    [
        (["a", "b"], "text", "b"),
        ([9, 10], "text", "10"),
        (["9", "10"], "number", "10"),
        (["a", None, ""], "text", "a"),
        ([None, "a", True], "text", "a"),
    ],
    ids=["text", "json_numbers", "numbers_as_text", "last_without", "first_without"],
)
def test_keyset_goes_on_behind_the_last_id_of_a_page(ids, kind, expected):
    paging = KeysetPaging(style="keyset", param="after_id", id_path="meta.id", ids=kind)
    records = [{"meta": {"id": one}} for one in ids]
    paginator = build_paginator(paging)
    assert paginator.find_next([], None, records, len(ids)) == expected
    assert paginator.build_params(expected, 5) == {"limit": "5", "after_id": expected}


@pytest.mark.parametrize("token", [None, "a"], ids=["first_page", "later_page"])
def test_keyset_page_without_any_id_is_no_end(token):
    with pytest.raises(UnexpectedResponseError, match="no record of a page has an 'id'"):
        build_paginator(KEYSET).find_next([], token, [{"name": "x"}], 2)


def walk(pages, **guard):
    guarded = LoopGuard(**{"max_pages": 100, **guard})
    for token, content in pages:
        guarded.note(token, content)


@pytest.mark.parametrize(
    ("pages", "guard", "words"),
    [
        ([("a", [1]), ("b", [2]), ("a", [3])], {}, "repeats the page token a"),
        ([("a", [1])], {"token": "a"}, "repeats the page token a"),
        ([("a", [1]), ("b", [1])], {}, "same page twice"),
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
