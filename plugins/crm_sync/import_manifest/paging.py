"""Reads a paginator: the words of `read.paging`, and what it puts into each request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.cursors import Cursor, read_cursor
from crm_sync.import_manifest.expressions import Lookup, parse_text
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.options import Call, Place, read_place

_COUNTS = ("OffsetIncrement", "PageIncrement")
_UNPAGED = {"style": "offset", "param": "offset", "limit_param": ""}
"""Words that a read has to have; no pass of it uses them."""


@dataclass
class PagePlan:
    """How a list is cut into pages."""

    words: dict[str, Any] = field(default_factory=lambda: dict(_UNPAGED))
    is_paged: bool = False
    page_size: int | None = None
    """None: the manifest names none."""


def read_paging(retriever: Component, call: Call, records_path: str, doubts: Doubts) -> PagePlan:
    """Give the page style of a retriever; places of positions and sizes are put into the request.

    Args:
        retriever: of the stream.
        call: takes what is no query parameter.
        records_path: of its records.
        doubts: takes what may differ.

    Raises:
        NotSaidError: it is a style that we have no word for.
    """
    paginator = retriever.part("paginator")
    if paginator is None or paginator.type == "NoPagination":
        if call.names("after"):
            raise NotSaidError("a page position without a paginator")
        return PagePlan()
    if paginator.type not in ("DefaultPaginator", ""):
        raise NotSaidError("own Python code that pages", paginator.class_name or paginator.type)
    paginator.leave("url_base")
    strategy = paginator.part("pagination_strategy")
    if strategy is None:
        raise NotSaidError("a paginator without a strategy")
    page_size = _read_size(strategy, doubts)
    option, size_option = paginator.part("page_token_option"), paginator.part("page_size_option")
    limit = read_place(size_option) if size_option is not None and page_size is not None else None
    is_link = option is not None and option.type == "RequestPath"
    place = None if option is None or is_link else read_place(option)
    if is_link and option is not None:
        option.leave_all()
    if strategy.type in _COUNTS:
        if is_link:
            raise NotSaidError("a number of a page as a path")
        words = _count(strategy, doubts, has_size=page_size is not None)
    else:
        words = _read_position(strategy, records_path, doubts, is_link=is_link)
    _place_position(words, place, call)
    words["limit_param"] = _place_limit(limit, call)
    return PagePlan(words, True, page_size)


def _read_position(
    strategy: Component, records_path: str, doubts: Doubts, *, is_link: bool
) -> dict[str, Any]:
    if strategy.type != "CursorPagination":
        raise NotSaidError("own Python code that pages", strategy.class_name or strategy.type)
    return write_cursor(read_cursor(strategy, records_path, doubts), is_link=is_link)


def _count(strategy: Component, doubts: Doubts, *, has_size: bool) -> dict[str, Any]:
    is_pages = strategy.type == "PageIncrement"
    first = int(strategy.take("start_from_page", 0)) if is_pages else 0
    if is_pages and first == 0 and not strategy.own("inject_on_first_request", False):
        doubts.add("the first request names page 0, and in the manifest it names none")
    strategy.leave("inject_on_first_request", "start_from_page")
    words: dict[str, Any] = {"style": "offset", "end": "short" if has_size else "empty"}
    return {**words, **({"counts": "pages"} if is_pages else {}), **({"first": first} if first else {})}


def write_cursor(cursor: Cursor, *, is_link: bool) -> dict[str, Any]:
    """Give the words of a position that an answer, or its last record, names."""
    words = dict(cursor.ends)
    if cursor.pages_path:
        first = {"counts": "pages", "first": 1} if cursor.counts == "pages" else {}
        return {"style": "offset", **first, **words}
    if cursor.id_path:
        if is_link:
            raise NotSaidError("a path in the last record as the next page")
        return {"style": "keyset", "ids": "any", "id_path": cursor.id_path, **words}
    style = "link" if is_link or cursor.is_link else "cursor"
    return {"style": style, "next_path": cursor.next_path, **words}


def _place_position(words: dict[str, Any], place: Place | None, call: Call) -> None:
    if words["style"] == "link":
        return
    if place is None:
        if not call.names("after"):
            raise NotSaidError("a page position that is sent nowhere")
        return
    if place.kind == "request_parameter":
        words["param"] = place.keys[0]
        return
    call.put(place, "{after}")


def _place_limit(limit: Place | None, call: Call) -> str:
    if limit is None:
        return ""
    if limit.kind == "request_parameter":
        return limit.keys[0]
    call.put(limit, "{limit}")
    return ""


def _read_size(strategy: Component, doubts: Doubts) -> int | None:
    given = strategy.take("page_size")
    if given is None:
        return None
    if isinstance(given, int):
        return given if given > 0 else None
    size = _find_size(str(given))
    if isinstance(size, str):
        return int(size) or None
    size = size or 100
    doubts.add(f"page_size is {size}, and in the manifest the config says it", given)
    return size


def _find_size(text: str) -> str | int | None:
    """Give a constant as a text, a value that the config may replace as a number."""
    try:
        pieces = parse_text(text)
    except NotSaidError:
        return None
    if len(pieces) == 1 and isinstance(pieces[0], str) and pieces[0].strip().isdigit():
        return pieces[0].strip()
    usual = (str(one.default) for one in pieces if isinstance(one, Lookup) and one.default is not None)
    return next((int(one) for one in usual if one.isdigit()), None)
