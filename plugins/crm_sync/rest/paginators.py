"""One class per page style: how to request a page, and what its answer says about the next one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from typing_extensions import override

from crm_sync.config.paging import CursorPaging, KeysetPaging, LinkPaging, OffsetPaging, Paging
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.keysets import is_before, read_link_token, read_places, refuse_order, write_link
from crm_sync.rest.links import Target, follow_link, leave_params, resolve_link
from crm_sync.rest.page_words import read_count, read_flag, read_link, read_position
from crm_sync.untyped import Json

Records = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Said:
    """What an answer says about the page after it."""

    following: str | None
    """Token of the next page, if there is one; None: none can be asked for."""
    more: bool | None = None
    """The flag says that there is one; None: it says nothing."""
    pages: int | None = None
    """Number of all pages; None: not told."""
    total: int | None = None
    """Number of all records; None: not told."""
    is_linked: bool = False
    """`following` is an address that the answer named, although pages are asked for by ids."""


class Paginator(Protocol):
    """Requests pages and reads what they say about the next one; stateless, so any page can be resumed."""

    def build_target(self, path: str, params: Mapping[str, str], token: str | None, page_size: int) -> Target:
        """Give the path and parameters of a page; the first page has no token.

        Args:
            path: of the list.
            params: what its pages share.
            token: of the page.
            page_size: records to ask for.
        """
        ...

    def read(self, data: Json, token: str | None, records: Records) -> Said:
        """Read what an answer says about the page after it; the walk decides whether to believe it.

        Args:
            data: the decoded answer.
            token: its own token.
            records: those in it.

        Raises:
            UnexpectedResponseError: the answer has an unexpected value at the path of a word.
        """
        ...


@dataclass(frozen=True)
class CursorPaginator(Paginator):
    """The answer holds an opaque token for the next page."""

    paging: CursorPaging

    @override
    def build_target(self, path: str, params: Mapping[str, str], token: str | None, page_size: int) -> Target:
        """Give limit and token."""
        return Target(
            path, {**params, **_limit(self.paging, page_size), **_position(self.paging.param, token)}
        )

    @override
    def read(self, data: Json, token: str | None, records: Records) -> Said:
        """Read the token; none means the end."""
        return _read_words(
            self.paging, data, read_position(data, self.paging.next_path, self.paging.end_words)
        )


@dataclass(frozen=True)
class OffsetPaginator(Paginator):
    """The request names how many records, or pages, to leave out."""

    paging: OffsetPaging

    @override
    def build_target(self, path: str, params: Mapping[str, str], token: str | None, page_size: int) -> Target:
        """Give limit and offset."""
        page = _position(self.paging.param, token or str(self.paging.first))
        return Target(path, {**params, **_limit(self.paging, page_size), **page})

    @override
    def read(self, data: Json, token: str | None, records: Records) -> Said:
        """Add the step: one page, or the number of records that came."""
        at = self.paging.first if token is None else int(token)
        following = str(at + (1 if self.paging.counts == "pages" else len(records)))
        return _read_words(self.paging, data, following)


@dataclass(frozen=True)
class LinkPaginator(Paginator):
    """The answer holds the next page's address, which is followed on the connection's host only.

    Args:
        paging: where it is.
        base_url: of the connection.
        path: of the list, below that.
        secrets: names of query parameters that no token may keep.
    """

    paging: LinkPaging
    base_url: str = ""
    path: str = "/"
    secrets: Collection[str] = ()

    @override
    def build_target(self, path: str, params: Mapping[str, str], token: str | None, page_size: int) -> Target:
        """Give the limit, then whatever the link said."""
        if token is None:
            return Target(path, {**params, **_limit(self.paging, page_size)})
        return follow_link(token, path, params)

    @override
    def read(self, data: Json, token: str | None, records: Records) -> Said:
        """Read the link; none means the end."""
        link = read_link(data, self.paging.next_path, self.paging.end_words)
        token = None if link is None else resolve_link(link, base_url=self.base_url, path=self.path)
        if token is not None and self.secrets:
            token = leave_params(token, self.secrets)
        return _read_words(self.paging, data, token)


@dataclass(frozen=True)
class KeysetPaginator(Paginator):
    """The request names the last record's id; records come in the order of their ids.

    Args:
        paging: where it is.
        base_url: of the connection, for links.
        path: of the list, below that, for links.
        secrets: names of query parameters that no token may keep.
    """

    paging: KeysetPaging
    base_url: str = ""
    path: str = "/"
    secrets: Collection[str] = ()

    @override
    def build_target(self, path: str, params: Mapping[str, str], token: str | None, page_size: int) -> Target:
        """Give limit and id, or whatever the link said."""
        params = {**params, **_limit(self.paging, page_size)}
        link = read_link_token(self.paging, token)
        if link is not None:
            return follow_link(link, path, params)
        return Target(path, {**params, **_position(self.paging.param, token)})

    @override
    def read(self, data: Json, token: str | None, records: Records) -> Said:
        """Give the last id; an id that doesn't rise would be a silent end, or a read without an end.

        A page that overlaps with the one before begins with records whose ids are the token's or lower;
        the walk judges what they say about the order.
        """
        paging = self.paging
        last = begin = None if read_link_token(paging, token) is not None else token
        for found in read_places(paging, records):
            if last is not None and is_before(paging, found, last):
                if last == begin:
                    continue
                raise refuse_order(paging, found, last)
            last = str(found)
        link = read_link(data, paging.next_path) if paging.next_path else None
        if link is not None:
            address = resolve_link(link, base_url=self.base_url, path=self.path)
            following = write_link(leave_params(address, self.secrets) if self.secrets else address)
            return replace(_read_words(paging, data, following), is_linked=True)
        return _read_words(paging, data, None if last == begin else last)


def build_paginator(
    paging: Paging, *, base_url: str = "", path: str = "/", secrets: Collection[str] = ()
) -> Paginator:
    """Give the paginator of a configured page style.

    Args:
        paging: the style.
        base_url: of the connection, for links.
        path: of the list below that, for links.
        secrets: names of query parameters that links may repeat and no token may keep.
    """
    if isinstance(paging, CursorPaging):
        return CursorPaginator(paging)
    if isinstance(paging, OffsetPaging):
        return OffsetPaginator(paging)
    if isinstance(paging, LinkPaging):
        return LinkPaginator(paging, base_url, path, secrets)
    return KeysetPaginator(paging, base_url, path, secrets)


def _limit(paging: Paging, page_size: int) -> dict[str, str]:
    return {paging.limit_param: str(page_size)} if paging.limit_param else {}


def _position(param: str, token: str | None) -> dict[str, str]:
    """Give the parameter of a position; none if a slot of the pass has it."""
    return {param: token} if param and token is not None else {}


def _read_words(paging: Paging, data: Json, following: str | None) -> Said:
    pages = read_count(data, paging.total_pages_path) if isinstance(paging, OffsetPaging) else None
    return Said(following, _read_more(paging, data), pages, read_count(data, paging.total_path))


def _read_more(paging: Paging, data: object) -> bool | None:
    if not paging.done_path:
        return read_flag(data, paging.more_path)
    is_done = read_flag(data, paging.done_path)
    if is_done is None:
        raise UnexpectedResponseError(
            f"the answer does not say at '{paging.done_path}' whether it is the last, expected true or false"
        )
    return not is_done
