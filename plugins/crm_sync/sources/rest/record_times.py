"""Times of records before they are staged: read just as the table's column is, so that both agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.fields.base import FieldValidator
from crm_sync.fields.paths import source_paths
from crm_sync.fields.types import build_validator
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record

_TIMES = frozenset({"datetime", "date"})
_FEW = 100
"""Up to so many, one by one is faster than as a column, whose expressions take a millisecond to make."""


class RecordTimes:
    """Reads the time at one place of records.

    Args:
        entity: the column that is filled from there says how; without one the texts are ISO 8601.
        path: of the time.
    """

    def __init__(self, entity: EntityConfig, path: str) -> None:
        self._entity = entity
        self._zone = ZoneInfo(entity.source_time_zone)
        self._paths: Sequence[str] = (path,)
        self._column: str | None = None
        for column, config in entity.fields.items():
            paths = source_paths(column, config.source)
            if path == paths[0] and config.type in _TIMES:
                self._column, self._paths = column, paths
        self.unreadable = 0
        """Records so far with something there that is no time."""

    def read(self, records: Sequence[Record]) -> list[datetime | None]:
        """Give the records' times, aware; None: there is none, or it can't be read."""
        texts = [self._find_text(record) for record in records]
        if self._validator is None:
            times = [self._read_iso(text) for text in texts]
        else:
            times = [self._to_moment(value) for value in self._read_column(texts, self._validator)]
        self.unreadable += sum(
            text is not None and found is None for text, found in zip(texts, times, strict=True)
        )
        return times

    @cached_property
    def _validator(self) -> FieldValidator | None:
        return (
            None if self._column is None else build_validator(self._entity.fields[self._column], self._entity)
        )

    @staticmethod
    def _read_column(texts: list[str | None], validator: FieldValidator) -> list[Any]:
        """Read texts as the table's column is read; the two ways agree, see `FieldValidator`."""
        if len(texts) <= _FEW:
            return [None if text is None else validator.judge(text).value for text in texts]
        column = pl.Series(texts, dtype=pl.String)
        validator.prepare(column)
        return validator.clean(column).values.to_list()

    def _find_text(self, record: Record) -> str | None:
        values = (find_path(record, path) for path in self._paths)
        found = next((value for value in values if value is not None), None)
        return None if found is None or isinstance(found, dict | list) else str(found).strip() or None

    def _read_iso(self, text: str | None) -> datetime | None:
        try:
            return None if text is None else self._to_moment(datetime.fromisoformat(text))
        except ValueError:
            return None

    def _to_moment(self, value: datetime | date | None) -> datetime | None:
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
        return moment.replace(tzinfo=self._zone) if moment.tzinfo is None else moment
