"""Turns verdicts and the database's refusals into rejected records; storing them is left to `storage`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.fields.cleaning import decode_clean
from crm_sync.fields.findings import HIDDEN, BuiltInRule, is_hidden
from crm_sync.fields.masking import mask_record
from crm_sync.fields.reading import RESERVED_COLUMNS
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.storage.json_text import dump_json
from crm_sync.storage.rejected_records import RejectedRow, make_record_id
from crm_sync.storage.rows.chunk_result import RejectedWrite

DATABASE_RULE = "database"
_KEPT = (Action.REJECT.value, Action.NULL.value, Action.KEEP.value)


@dataclass(frozen=True)
class ChunkRejects:
    """The rejected records of one chunk.

    Args:
        rows: one for each record, field and rule.
        list_passed: lists the records that were saved; most runs need no list of them.
        seen: record, field and rule of findings that stay open although their record was saved.
    """

    rows: list[RejectedRow]
    list_passed: Callable[[], list[str]]
    seen: list[tuple[str, str, str]]


@dataclass
class RejectBuilder:
    """Builds the rejects of one chunk.

    Args:
        entity: configuration.
        typed: the chunk's typed rows.
        verdicts: findings of transform and validate.
        read_raw: reads the raw chunk; called only when there is something to keep.
    """

    entity: EntityConfig
    typed: pl.DataFrame
    verdicts: pl.DataFrame
    read_raw: Callable[[], bytes | pl.DataFrame]
    _raw: list[bytes] | pl.DataFrame | None = field(default=None, init=False)

    def build(self, refused: Sequence[RejectedWrite]) -> ChunkRejects:
        """Build the rejects.

        Args:
            refused: rows that the database refused.
        """
        found = self.verdicts.filter(pl.col("action").is_in(_KEPT))
        ids = self.typed.select(record_id_expression(self.entity)).to_series()
        altered = self.typed["_altered"] if "_altered" in self.typed.columns else None
        rows, seen, out = [], [], set()
        for finding in found.iter_rows(named=True):
            number = finding["row"]
            rows.append(self._build_row(number, finding, altered))
            # if another record has the same key, only this one record is kept out
            if finding["action"] == Action.REJECT.value and finding["rule"] != BuiltInRule.COLLISION:
                out.add(number)
            else:
                seen.append((finding["record_id"] or "", finding["field"], finding["rule"]))
        for write in refused:
            out.add(write.row)
            rows.append(self._build_row(write.row, self._describe(write, ids), altered))
        return ChunkRejects(rows, partial(_list_others, ids, out), seen)

    def _describe(self, write: RejectedWrite, ids: pl.Series) -> dict[str, str | None]:
        column = write.error.column
        value = None
        if column:
            raw_value = self.typed[column][write.row]
            value = None if raw_value is None else str(raw_value)[:2000]
            value = HIDDEN if value is not None and is_hidden(self.entity.fields[column]) else value
        return {
            "record_id": ids[write.row],
            "field": column,
            "rule": DATABASE_RULE,
            "error": write.error.message,
            "value": value,
        }

    def _build_row(
        self, number: int, finding: dict[str, str | None], altered: pl.Series | None
    ) -> RejectedRow:
        record, line = self._get_record(number)
        return RejectedRow(
            record_id=finding["record_id"] or make_record_id(None, line),
            field=finding["field"] or "",
            rule=finding["rule"] or "",
            error=finding["error"] or "",
            value=finding["value"],
            record=record,
            record_altered=bool(altered[number]) if altered is not None else False,
        )

    def _get_record(self, number: int) -> tuple[str | None, str]:
        """Give a record as masked JSON text, and the unmasked text for the id of a record without a key."""
        if self._raw is None:
            raw = self.read_raw()
            self._raw = raw if isinstance(raw, pl.DataFrame) else raw.split(b"\n")
        if isinstance(self._raw, pl.DataFrame):
            record = self._raw.row(number, named=True)
            record = {key: value for key, value in record.items() if key not in RESERVED_COLUMNS}
            return dump_json(mask_record(record, self.entity)), dump_json(record)
        line = self._raw[number].decode("utf-8", "replace")
        if not any(is_hidden(config) for config in self.entity.fields.values()):
            return line, line
        try:
            record, _ = decode_clean(self._raw[number])
        except ValueError:
            return None, line  # a line that can't be read can't be masked either
        if not isinstance(record, dict):
            return None, line
        return dump_json(mask_record(record, self.entity)), line


def _list_others(ids: pl.Series, out: Collection[int]) -> list[str]:
    """List the ids that no row in `out` has."""
    rejected = {ids[number] for number in out}
    return [record_id for record_id in ids.drop_nulls() if record_id not in rejected]
