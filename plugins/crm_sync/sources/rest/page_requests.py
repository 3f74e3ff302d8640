"""Builds a page's request from its pass's templates; the paginator adds positions to the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import msgspec

from crm_sync.config.exchange import Body
from crm_sync.config.paging import KeysetPaging, LinkPaging, OffsetPaging, Paging
from crm_sync.config.rest_reads import RestPass
from crm_sync.config.slots import AT, PAGE_SLOTS
from crm_sync.exceptions import FatalSourceError
from crm_sync.rest.keysets import read_link_token, split_token
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.slots import SlotValues, Value

_XML_QUOTES = {'"': "&quot;", "'": "&apos;"}


@dataclass(frozen=True)
class PageRequest:
    """The filled templates of one page."""

    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None = field(default=None, repr=False)


class PageTemplates:
    """Fills the templates of a part's pass, once where no page changes them.

    Args:
        part: whose pages are asked for.
        paging: their style.
        page_size: records to ask for.
    """

    def __init__(self, part: Part, paging: Paging, page_size: int) -> None:
        self._part = part
        self._paging = paging
        self._page_size = page_size
        self._is_alike = not any(part.one.names(slot) for slot in PAGE_SLOTS)
        self._known: PageRequest | None = None

    def fill(self, token: str | None) -> PageRequest:
        """Give the request for a page; the first page has no token."""
        if token is not None and self._is_alike:
            if self._known is None:
                self._known = self._build(token)
            return self._known
        return self._build(token)

    def _build(self, token: str | None) -> PageRequest:
        part, one, paging = self._part, self._part.one, self._paging
        after = part.behind if token is None else token
        if after is None and isinstance(paging, OffsetPaging):
            after = str(paging.first)
        page: dict[str, Value] = {"limit": self._page_size}
        if isinstance(paging, KeysetPaging) and after is not None:
            # a link says by itself where its page begins
            page |= {} if read_link_token(paging, after) is not None else _name_place(paging, after)
        elif after is not None:
            # a number where it counts, so that a JSON body has it as one
            page["after"] = int(after) if isinstance(paging, OffsetPaging) else after
        slots = replace(part.slots, values={**part.slots.values, **page})
        params = {**slots.fill_texts(one.params), **part.params}
        if token is None and part.behind is not None and isinstance(paging, KeysetPaging) and paging.param:
            # as a parameter of the first page: later ones name ids of their own
            params |= {} if one.names("after") else {paging.param: part.behind}
        headers = {**slots.fill_texts(one.headers), **part.headers}
        if one.body is None:
            return PageRequest(params, headers)
        kind, content = build_body(one.body, slots)
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
        return PageRequest(params, headers, content)


def leave_to_slots(one: RestPass, paging: Paging) -> Paging:
    """Give the paging without the parameters that the pass names slots for."""
    blank: dict[str, Any] = {"limit_param": ""} if one.names("limit") else {}
    if not isinstance(paging, LinkPaging) and one.names("after"):
        blank["param"] = ""
    return paging.model_copy(update=blank) if blank else paging


def _name_place(paging: KeysetPaging, token: str) -> dict[str, Value]:
    at, last_id = split_token(paging, token)
    return {AT: at, "after": last_id} if paging.by_path else {"after": last_id}


def build_body(body: Body, slots: SlotValues) -> tuple[str, bytes]:
    """Fill a body; gives its content type, too.

    Raises:
        FatalSourceError: an XML text needs a slot that has no value.
    """
    if body.format == "form":
        return "application/x-www-form-urlencoded", urlencode(slots.fill_texts(body.content)).encode()
    if body.format == "xml":
        text = slots.fill_text(body.content, lambda value: escape(value, _XML_QUOTES))
        if text is None:
            raise FatalSourceError("the XML body has a slot without a value outside of [? ?]")
        return "text/xml; charset=utf-8", text.encode()
    return "application/json", msgspec.json.encode(slots.fill_json(body.content))
