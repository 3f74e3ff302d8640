"""Rejected records as a source: they go through transform, validate and save again; no call to the CRM."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Cursor, Page, ReadRequest
from crm_sync.storage.rejected_records import read_open_rejects

log = logging.getLogger(__name__)
_CURSOR_KEY = "rejects"
_UNREADABLE = frozenset({"shape", "replaced_characters"})
"""Rules of unreadable records: the kept text does not have the fields as they were."""


class ReplaySource:
    """The open rejected records of one entity, in the order of their ids.

    Args:
        connect: opens a warehouse connection.
        entity: whose records.
    """

    reads_whole = False
    can_resume = False
    sweep_scope = None
    is_whole = False

    def __init__(self, connect: Callable[[], Any], entity: EntityConfig) -> None:
        self._connect = connect
        self._entity = entity
        self.incomplete_reason: str | None = None

    def read_clock(self) -> datetime | None:
        """Give nothing: a replay reads no window."""
        return None

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        """Read the records in batches; a resumed replay goes on after the last stored id."""
        after = cursors.get(_CURSOR_KEY) or ""
        entity = self._entity
        batches = read_open_rejects(
            self._connect, entity.crm_source, entity.sync_type, batch=request.page_size, after=after
        )
        for whole_batch in batches:
            batch = [reject for reject in whole_batch if _UNREADABLE.isdisjoint(reject.rules)]
            if len(batch) < len(whole_batch):
                left_out = len(whole_batch) - len(batch)
                log.info(
                    "%d unreadable records are left as they are: only the source can correct them.", left_out
                )
            yield Page(
                lines=b"".join(reject.record.encode() + b"\n" for reject in batch),
                frame=None,
                records=len(batch),
                key_paths=None,
                cursor_key=_CURSOR_KEY,
                cursor=whole_batch[-1].record_id,
                calls=0,
            )

    def count(self, request: ReadRequest) -> int | None:  # noqa: ARG002  # the protocol's signature
        """Give nothing: the records are counted while they are read."""
        return None

    def describe(self) -> dict[str, Any]:
        """Give no facts: a replay leaves the state of the source as it is."""
        return {}

    def metrics(self) -> dict[str, float]:
        """Give no figures: there were no calls."""
        return {}

    def close(self) -> None:
        """Do nothing: every batch had a connection of its own."""
