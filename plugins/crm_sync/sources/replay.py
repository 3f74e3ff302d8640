"""Rejected records as a source: they go through transform, validate and save again; no call to the CRM."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.labels import Labels, settle_labels
from crm_sync.fields.paths import source_paths
from crm_sync.sources.base import Cursor, Page, ReadRequest, Source
from crm_sync.storage.open_rejects import OpenReject, read_open_rejects
from crm_sync.storage.replay_part import ReplayPart, count_part
from crm_sync.untyped import Json

log = logging.getLogger(__name__)
_CURSOR_KEY = "rejects"
_UNREADABLE = frozenset({"shape", "replaced_characters"})
"""Rules of unreadable records: the kept text does not have the fields as they were."""


class ReplaySource(Source):
    """The open rejected records of one entity, in the order of their ids.

    Args:
        connect: opens a warehouse connection.
        entity: whose records.
        part: which rejects; a note of the run says that others wait on.
    """

    reads_whole = False
    can_resume = False
    sweep_scope = None
    is_whole = False

    def __init__(
        self, connect: Callable[[], Any], entity: EntityConfig, part: ReplayPart | None = None
    ) -> None:
        self.labels: Labels = {}
        self.notes: list[str] = []
        self._part = part or ReplayPart()
        self._connect = connect
        self._entity = entity
        self.incomplete_reason: str | None = None

    @override
    def read_clock(self) -> datetime | None:
        """Give nothing: a replay reads no window."""
        return None

    @override
    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        """Read the records in batches; a resumed replay goes on after the last stored id."""
        after = cursors.get(_CURSOR_KEY) or ""
        self._begin(request)
        entity = self._entity
        batches = read_open_rejects(
            *(self._connect, entity.crm_source, entity.sync_type),
            batch=request.page_size,
            after=after,
            part=self._part,
        )
        for whole_batch in batches:
            batch = [reject for reject in whole_batch if _UNREADABLE.isdisjoint(reject.rules)]
            if len(batch) < len(whole_batch):
                left_out = len(whole_batch) - len(batch)
                log.info(
                    "%d unreadable records are left as they are: only the source can correct them.", left_out
                )
            # records that lack the same columns: those of one page are saved in one way
            pages = [(gone, list(some)) for gone, some in groupby(batch, key=self._find_missing)]
            for gone, some in pages or [(frozenset[str](), [])]:
                is_last = not some or some[-1] is batch[-1]
                yield Page(
                    lines=b"".join(reject.record.encode() + b"\n" for reject in some),
                    frame=None,
                    records=len(some),
                    key_paths=None,
                    cursor_key=_CURSOR_KEY,
                    cursor=(whole_batch if is_last else some)[-1].record_id,
                    calls=0,
                    missing=gone,
                )

    def _begin(self, request: ReadRequest) -> None:
        """Take what the latest run filled columns by label from; no account is asked here."""
        if self._part:
            self.notes.append(self._describe_part())
        self.labels = request.labels or request.earlier_labels
        self._entity = settle_labels(self._entity, self.labels)
        for column, field in self._entity.fields.items():
            if column in self._entity.needed and not field.is_settled:
                raise UnexpectedResponseError(
                    f"no run has found out yet which field has the label '{field.labels[0]}' of column "
                    f"{column}: run {self._entity.sync_type} once before its rejected records are replayed"
                )

    def _describe_part(self) -> str:
        """Say how much of the open rejects is replayed, and which of the ids are none of them."""
        part, entity = self._part, self._entity
        counted = count_part(self._connect, entity.crm_source, entity.sync_type, part)
        words = [f"of rule '{part.rule}'"] if part.rule is not None else []
        words += [f"with the id {', '.join(map(str, part.ids))}"] if part.ids else []
        said = (
            f"Only a part was replayed: {counted.chosen:,} of {counted.open:,} open rejects, those "
            f"{' and '.join(words)}, and what else is open of their records."
        )
        strangers = sorted(set(part.ids) - set(counted.ids))
        if strangers:
            said += f" No such open reject of {entity.sync_type}: {', '.join(map(str, strangers))}."
        return said

    def _find_missing(self, reject: OpenReject) -> frozenset[str]:
        """Name the columns by label whose field a record lacks: another one had the label then."""
        fields = {name: one for name, one in self._entity.fields.items() if one.labels}
        if not fields:
            return frozenset()
        try:
            record = json.loads(reject.record)
        except ValueError:
            return frozenset()
        return frozenset(
            name
            for name, one in fields.items()
            if not any(_has_path(record, split_path(path)) for path in source_paths(name, one.source))
        )

    @override
    def count(self, request: ReadRequest) -> int | None:
        """Give nothing: the records are counted while they are read."""
        return None

    @override
    def describe(self) -> dict[str, Any]:
        """Give no facts: a replay leaves the state of the source as it is."""
        return {}

    @override
    def metrics(self) -> dict[str, float]:
        """Give no figures: there were no calls."""
        return {}

    @override
    def close(self) -> None:
        """Do nothing: every batch had a connection of its own."""


def _has_path(record: Json, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(record, dict) or key not in record:
            return False
        record = record[key]
    return True
