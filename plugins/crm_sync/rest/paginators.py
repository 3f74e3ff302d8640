"""One class per page style, and the guard that keeps each of them from going in circles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from crm_sync.config.rest_reads import CursorPaging, KeysetPaging, LinkPaging, OffsetPaging, Paging
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.messages import find_path

Records = Sequence[Mapping[str, Any]]

MOST_EMPTY_PAGES = 10
"""Empty pages in a row that a walk follows; each was asked for several times before."""


class LoopGuard:
    """Refuses a token seen before, a page equal to the one before, page after empty page, and too many pages.

    Args:
        max_pages: most pages of one walk.
        token: the token that the walk starts with, when it is resumed.
        may_repeat: the caller itself ends the walk when a page brings nothing new.
    """

    def __init__(self, *, max_pages: int, token: str | None = None, may_repeat: bool = False) -> None:
        self._may_repeat = may_repeat
        self._max_pages = max_pages
        self._tokens = {token}
        self._pages = 0
        self._empty = 0
        self._last: object = None

    def note(self, next_token: str | None, content: object) -> None:
        """Note one page.

        Args:
            next_token: what the source says comes next; None at the end.
            content: anything that is equal for equal pages and false for an empty one.

        Raises:
            PaginationLoopError: the walk would not end.
        """
        self._pages += 1
        if content and content == self._last and not self._may_repeat:
            raise PaginationLoopError("the source sent the same page twice in a row")
        self._last = content
        if next_token is None:
            return
        self._empty = 0 if content else self._empty + 1
        if self._empty > MOST_EMPTY_PAGES:
            raise PaginationLoopError(f"the source sent {self._empty} empty pages in a row")
        if next_token in self._tokens and not self._may_repeat:
            raise PaginationLoopError(f"the source repeats the page token {next_token[:40]}")
        self._tokens.add(next_token)
        if self._pages >= self._max_pages:
            raise PaginationLoopError(f"the source has more than {self._max_pages} pages (max_pages)")


class Paginator(Protocol):
    """Says how a page is asked for and what comes after it; stateless, so that any page can be resumed."""

    def build_params(self, token: str | None, page_size: int) -> Mapping[str, str]:
        """Give the query parameters of a page; the first has no token."""
        ...

    def find_next(self, data: Any, token: str | None, records: Records, page_size: int) -> str | None:  # noqa: ANN401
        """Give the token of the page after this one; None when it was the last.

        Args:
            data: the decoded answer.
            token: its own token.
            records: those in it.
            page_size: records asked for.

        Raises:
            UnexpectedResponseError: the answer has something in the token's place that is none.
        """
        ...


@dataclass(frozen=True)
class CursorPaginator:
    """The answer holds an opaque token for the next page."""

    paging: CursorPaging

    def build_params(self, token: str | None, page_size: int) -> Mapping[str, str]:
        """Give limit and token."""
        params = {self.paging.limit_param: str(page_size)} if self.paging.limit_param else {}
        return params if token is None else {**params, self.paging.param: token}

    def find_next(self, data: Any, token: str | None, records: Records, page_size: int) -> str | None:  # noqa: ANN401, ARG002
        """Read the token; empty means the end."""
        found = find_path(data, self.paging.next_path)
        if found is None or found in ("", False):
            return None
        if not isinstance(found, str | int):
            raise UnexpectedResponseError(f"the page token at '{self.paging.next_path}' is no text")
        return str(found)


@dataclass(frozen=True)
class OffsetPaginator:
    """The request names how many records, or pages, to leave out."""

    paging: OffsetPaging

    def build_params(self, token: str | None, page_size: int) -> Mapping[str, str]:
        """Give limit and offset."""
        params = {self.paging.limit_param: str(page_size)} if self.paging.limit_param else {}
        return {**params, self.paging.param: token or str(self.paging.first)}

    def find_next(self, data: Any, token: str | None, records: Records, page_size: int) -> str | None:  # noqa: ANN401
        """Add the step, unless this page was the last by what the answer says, or else by its size."""
        at, count = self.paging.first if token is None else int(token), len(records)
        following = str(at + (1 if self.paging.counts == "pages" else count))
        return following if self._is_followed(data, at, count, page_size) else None

    def _is_followed(self, data: Any, at: int, records: int, page_size: int) -> bool:  # noqa: ANN401
        paging, done = self.paging, at - self.paging.first
        if (more := _read_flag(data, paging.more_path)) is not None:
            return more
        if (pages := _read_count(data, paging.total_pages_path)) and paging.counts == "pages":
            return done + 1 < pages
        if (total := _read_count(data, paging.total_path)) is not None:
            return done * (page_size if paging.counts == "pages" else 1) + records < total
        return records > 0 if paging.end == "empty" else records >= page_size


@dataclass(frozen=True)
class LinkPaginator:
    """The answer holds the next page's address; only its query is used, so it can't lead elsewhere."""

    paging: LinkPaging

    def build_params(self, token: str | None, page_size: int) -> Mapping[str, str]:
        """Give the limit, then whatever the link said."""
        if token is None:
            return {self.paging.limit_param: str(page_size)} if self.paging.limit_param else {}
        return dict(parse_qsl(token, keep_blank_values=True))

    def find_next(self, data: Any, token: str | None, records: Records, page_size: int) -> str | None:  # noqa: ANN401, ARG002
        """Cut the query out of the link."""
        if _read_flag(data, self.paging.more_path) is False:
            return None
        link = find_path(data, self.paging.next_path)
        return (urlsplit(link).query or None) if isinstance(link, str) else None


@dataclass(frozen=True)
class KeysetPaginator:
    """The request names the last record's id; records come in the order of their ids."""

    paging: KeysetPaging

    def build_params(self, token: str | None, page_size: int) -> Mapping[str, str]:
        """Give limit and id."""
        params = {self.paging.limit_param: str(page_size)} if self.paging.limit_param else {}
        return params if token is None else {**params, self.paging.param: token}

    def find_next(self, data: Any, token: str | None, records: Records, page_size: int) -> str | None:  # noqa: ANN401, ARG002
        """Give the last id; one that doesn't rise would be a silent end, or a read without one."""
        paging, last = self.paging, token
        for record in records:
            found = read_id(record, paging.id_path)
            if found is None:
                continue  # it is rejected later; that must not end the list
            if last is not None and not self._is_behind(found, last):
                raise UnexpectedResponseError(
                    f"'{paging.id_path}' {str(found)[:40]} came behind {last[:40]}: the source has to send "
                    f"the lowest first, to heed '{paging.param}', and to order as `paging.ids` says"
                )
            last = str(found)
        if not records or (paging.end == "short" and len(records) < page_size):
            return None
        if last == token:
            raise UnexpectedResponseError(
                f"no record of a page has an '{paging.id_path}', so the next page can't be asked for"
            )
        return last

    def _is_behind(self, found: str | int, last: str) -> bool:
        if self.paging.ids == "text" and isinstance(found, str):
            return found > last
        try:
            return int(found) > int(last)
        except ValueError:
            return False


def build_paginator(paging: Paging) -> Paginator:
    """Give the paginator of a configured page style."""
    if isinstance(paging, CursorPaging):
        return CursorPaginator(paging)
    if isinstance(paging, OffsetPaging):
        return OffsetPaginator(paging)
    return LinkPaginator(paging) if isinstance(paging, LinkPaging) else KeysetPaginator(paging)


def read_id(record: Mapping[str, Any], path: str) -> str | int | None:
    """Give a record's id; None: it has none that can be asked for."""
    found = find_path(record, path)
    return found if isinstance(found, str | int) and not isinstance(found, bool) and found != "" else None


def _read_flag(data: Any, path: str) -> bool | None:  # noqa: ANN401
    found = find_path(data, path) if path else None
    return found if isinstance(found, bool) else None


def _read_count(data: Any, path: str) -> int | None:  # noqa: ANN401
    found = find_path(data, path) if path else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
