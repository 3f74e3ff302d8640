"""One contract for all page styles: walking a list gives each record once and ends."""

from __future__ import annotations

import pytest

from crm_sync.config.rest_reads import CursorPaging, LinkPaging, OffsetPaging
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.paginators import MOST_EMPTY_PAGES, LoopGuard, build_paginator

CURSOR = CursorPaging(next_path="paging.next.after", param="after")
LINK = LinkPaging(style="link", next_path="next")
OFFSET = OffsetPaging(style="offset")
TOTAL = OffsetPaging(style="offset", total_path="total")
PAGES = OffsetPaging(style="offset", param="page", first=1, counts="pages")


def serve(paging, params, records, page_size):
    """Answer as a vendor with that page style would."""
    if paging is PAGES:
        start = (int(params["page"]) - 1) * page_size
    else:
        start = int(params.get("after") or params.get("offset") or 0)
    found = records[start : start + page_size]
    more = start + page_size < len(records)
    data = {"results": found, "total": len(records)}
    if more and paging is CURSOR:
        data["paging"] = {"next": {"after": start + page_size}}
    if more and paging is LINK:
        data["next"] = f"https://elsewhere.example/list?offset={start + page_size}&limit={page_size}"
    return data


@pytest.mark.parametrize(
    "paging", [CURSOR, LINK, OFFSET, TOTAL, PAGES], ids=["cursor", "link", "offset", "total", "pages"]
)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35])
def test_paginator_walks_every_record_once(paging, count):
    paginator, records, seen, token = build_paginator(paging), list(range(count)), [], None
    for _ in range(10):
        data = serve(paging, paginator.build_params(token, 10), records, 10)
        seen += data["results"]
        token = paginator.find_next(data, token, len(data["results"]), 10)
        if token is None:
            break
    assert (seen, token) == (records, None)


def test_cursor_that_is_no_text_is_refused():
    with pytest.raises(UnexpectedResponseError):
        build_paginator(CURSOR).find_next({"paging": {"next": {"after": {}}}}, None, 1, 10)


def test_link_keeps_only_its_query():
    paginator = build_paginator(LINK)
    token = paginator.find_next({"next": "https://elsewhere.example/x?a=1&b="}, None, 1, 10)
    assert paginator.build_params(token, 10) == {"a": "1", "b": ""}


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
