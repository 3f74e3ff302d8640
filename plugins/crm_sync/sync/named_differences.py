"""Names the differences between a table and its source, and shows of their values what may be shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.fields.findings import HIDDEN, is_hidden
from crm_sync.log_messages import show_value
from crm_sync.storage.proofs import Difference
from crm_sync.sync.save_findings import show_key


def name_differences(
    entity: EntityConfig, rows: Iterable[tuple[Any, ...]], ghosts: Iterable[tuple[Any, ...]]
) -> tuple[Difference, ...]:
    """Name differences, in the order of their keys.

    Args:
        entity: configuration.
        rows: that are missing or stale: key as text, whether it is missing, both values by column.
        ghosts: that the source lacks: key as text.
    """
    found = [
        *(_describe(entity, row) for row in rows),
        *(_describe_ghost(entity, key) for (key,) in ghosts),
    ]
    return tuple(sorted(found, key=lambda one: (one.record_id, one.kind)))


def _describe(entity: EntityConfig, row: tuple[Any, ...]) -> Difference:
    key, is_missing, columns = row
    record_id = show_key(entity, key)
    if is_missing and entity.parent_key:
        return Difference("link", record_id, source="there", table="absent")
    if is_missing:
        return Difference("missing", record_id)
    name, (source, table) = next(iter(columns.items()))
    shown = {"source": _show(entity, name, source), "table": _show(entity, name, table)}
    return Difference("stale", record_id, name, **shown, columns=tuple(columns))


def _describe_ghost(entity: EntityConfig, key: str) -> Difference:
    record_id = show_key(entity, key)
    if entity.parent_key:
        return Difference("link", record_id, source="absent", table="there")
    return Difference("ghost", record_id)


def _show(entity: EntityConfig, column: str, value: str | None) -> str | None:
    if value is None:
        return None
    field = entity.fields.get(column)
    # leftovers may hold anything
    is_secret = column == "extra" or (field is not None and is_hidden(field))
    return HIDDEN if is_secret else show_value(value)
