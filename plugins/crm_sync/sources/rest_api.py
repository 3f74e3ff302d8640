"""Entities over paged REST lists, driven by config: one or more passes, one page after the other."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import RestListRead, RestPass
from crm_sync.exceptions import PaginationLoopError, QuotaExhaustedError, SourceError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Answer, Request, expect_list_at, find_path
from crm_sync.rest.paginators import LoopGuard, build_paginator
from crm_sync.sources.base import Cursor, Page, ReadRequest, Record, build_page, name_error

logger = logging.getLogger(__name__)

EMPTY_PAGE_REPEATS = 2
"""How often an empty page that names a next one is asked for again before its token is followed."""


class RestListSource:
    """Reads lists that have no modified filter: whole, every time; equal rows are left untouched by save.

    Args:
        client: of the account.
        entity: with the strategy `rest_list`.
        path_values: what fills the placeholders of the passes' paths.
    """

    reads_whole = True

    def __init__(
        self, client: RestClient, entity: EntityConfig, path_values: Mapping[str, str] | None = None
    ) -> None:
        if not isinstance(entity.read, RestListRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_list")
        self.incomplete_reason: str | None = None
        self.can_resume = False
        self.is_whole = False
        self._client = client
        self._entity = entity
        self._read = entity.read
        self._paginator = build_paginator(entity.read.paging)
        self._path_values = dict(path_values or {})

    def read_clock(self) -> datetime | None:
        """Ask for one record to see the answer's `Date`."""
        first = self._read.passes[0]
        return self._send(first, self._paginator.build_params(None, 1)).date

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read all passes, each from its stored token on."""
        self.incomplete_reason = None
        if not request.must_read:
            logger.info("%s has no modified filter: it is read whole and compared.", self._entity.sync_type)
        try:
            for one in self._read.passes:
                yield from self._read_pass(one, request, cursors)
            self.is_whole = True
        except QuotaExhaustedError as error:
            self.incomplete_reason, self.can_resume = str(error), True
        except SourceError as error:
            name_error(error, self._entity)
            raise

    def count(self, request: ReadRequest) -> int | None:  # noqa: ARG002
        """Give None: a list does not tell its length."""
        return None

    def describe(self) -> dict[str, Any]:
        """Name the passes."""
        return {"reads": "whole list", "passes": [one.name for one in self._read.passes]}

    def metrics(self) -> dict[str, float]:
        """Give the client's figures."""
        return self._client.stats.to_metrics()

    def close(self) -> None:
        """Do nothing: the client belongs to the caller."""

    def _read_pass(
        self, one: RestPass, request: ReadRequest, cursors: Mapping[str, Cursor]
    ) -> Generator[Page, None, None]:
        if one.name in cursors and cursors[one.name] is None:
            return
        token = cursors.get(one.name)
        guard = LoopGuard(max_pages=self._entity.max_pages, token=token)
        while True:
            records, following, calls = self._read_page(one, token, request.page_size)
            page = build_page(records, cursor_key=one.name, cursor=following, calls=calls)
            try:
                guard.note(following, page.lines)
            except PaginationLoopError:
                if not self._read.end_on_repeat:
                    raise
                yield build_page([], cursor_key=one.name, cursor=None)
                return
            yield page
            if following is None:
                return
            token = following

    def _read_page(
        self, one: RestPass, token: str | None, page_size: int
    ) -> tuple[list[Record], str | None, int]:
        params = self._paginator.build_params(token, page_size)
        calls = 0
        while True:
            calls += 1
            data = self._send(one, params).data
            records: list[Record] = find_path(data, one.records_path)
            following = self._paginator.find_next(data, token, len(records), page_size)
            # still empty: the source filtered the page itself; only its token can lead to what follows
            if records or following is None or calls > EMPTY_PAGE_REPEATS:
                return records, following, calls

    def _send(self, one: RestPass, params: Mapping[str, str]) -> Answer:
        return self._client.send(
            Request(
                "GET",
                one.path.format(**self._path_values),
                params={**one.params, **params},
                rate_classes=(one.rate_class,),
                check=expect_list_at(one.records_path),
            )
        )
