"""Findings of save itself before it writes a chunk: collisions of keys, and impossible times.

They have the form of transform's and validate's findings, so that a save and its preview keep, count and show
the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.fields.findings import (
    HIDDEN,
    BuiltInRule,
    build_findings,
    hide,
    is_hidden,
    join_findings,
)
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.log_messages import show_value
from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.repeated_keys import Fate, source_key_expression
from crm_sync.sync.staged_rows import StagedRows

COLLISION, FUTURE, OLDER, UNREAD = "collision", "future_time", "older", "unread_refresh"
"""Names of the examples."""
_SAME_KEY = "another record has this key and the same modified time, but other values"
_FOREIGN_KEY = "another record's key is the same once it is converted"
_REPLAYED = "another record has this key and is in the table"
_AHEAD = "so far in the future that it counts as unknown"


def show_key(entity: EntityConfig, record_id: str | None) -> str:
    """Show the part of a record's id that may be shown."""
    if is_key_hidden(entity):
        return HIDDEN
    return show_value(record_id) or "without key"


def is_key_hidden(entity: EntityConfig) -> bool:
    """Say whether a part of the key must not be shown."""
    return any(is_hidden(entity.fields[column]) for column in entity.primary_key)


def add_unread(rows: StagedRows, entity: EntityConfig) -> StagedRows:
    """Name an unreadable value of a refresh: a rejected record would be replayed without the rest."""
    if rows.verdicts.is_empty():
        return rows
    found = rows.verdicts.row(0, named=True)
    example = f"{found['field'] or 'the record'} of {show_key(entity, found['record_id'])}"
    return replace(rows, examples={**rows.examples, UNREAD: example})


def add_repeats(rows: StagedRows, entity: EntityConfig, fates: pl.DataFrame) -> StagedRows:
    """Leave out duplicates, versions and collisions, and reject the collisions that are kept apart.

    Args:
        rows: as transform and validate left them.
        entity: configuration.
        fates: the chunk's part of the `RepeatPlan`.
    """
    if fates.is_empty():
        return rows
    is_rejected = fates["fate"] == str(Fate.REJECTED)
    rejected, left_out = fates.filter(is_rejected), fates.filter(~is_rejected)
    duplicates = left_out.filter(pl.col("fate") == str(Fate.DUPLICATE)).height
    collided = fates.filter(pl.col("fate") != str(Fate.DUPLICATE))
    counts = Counts(
        duplicates=duplicates, collisions=fates.height - duplicates, collisions_rejected=rejected.height
    )
    ids = rows.typed.select(record_id_expression(entity)).to_series()
    examples = {COLLISION: show_key(entity, ids[collided["row"][0]])} if collided.height else {}
    rows = replace(
        rows,
        left_out=pl.concat([rows.left_out, left_out["row"]]),
        counts=rows.counts + counts,
        examples={**rows.examples, **examples},
    )
    if rejected.is_empty():
        return rows
    error = pl.when("is_foreign").then(pl.lit(_FOREIGN_KEY)).otherwise(pl.lit(_SAME_KEY))
    source_keys = rows.typed.select(source_key_expression(rows.typed, entity)).to_series()
    source_keys = source_keys.gather(rejected["row"])
    shown = hide(source_keys) if is_key_hidden(entity) else source_keys
    number = pl.when(pl.col("number") > 1).then(pl.format("#{}", "number")).otherwise(pl.lit(""))
    found = build_findings(
        rejected["row"],
        rule=BuiltInRule.COLLISION,
        field="",
        error=rejected.select(error).to_series(),
        value=shown.zip_with(rejected["is_foreign"], shown.clear(len(shown))),
        action=Action.REJECT,
    )
    # several records of one key are kept, each with a separate id
    own_ids = ids.gather(rejected["row"]) + rejected.select(number).to_series()
    return _add(rows, found.with_columns(own_ids.alias("record_id")), ids)


def add_replayed(rows: StagedRows, entity: EntityConfig, numbers: pl.Series) -> StagedRows:
    """Keep out replayed records whose key the table still has for another record."""
    if numbers.is_empty():
        return rows
    found = build_findings(
        numbers, rule=BuiltInRule.COLLISION, field="", error=_REPLAYED, value=None, action=Action.REJECT
    )
    count = len(numbers)
    ids = rows.typed.select(record_id_expression(entity)).to_series()
    counts = rows.counts + Counts(collisions=count, collisions_rejected=count)
    examples = {**rows.examples, COLLISION: show_key(entity, ids[numbers[0]])}
    return _add(replace(rows, counts=counts, examples=examples), found, ids)


def add_future_times(rows: StagedRows, entity: EntityConfig, future: datetime) -> StagedRows:
    """Note the rows to be saved whose modified time is after a moment; they are saved all the same."""
    column = entity.modified_column
    if column is None:
        return rows
    good = rows.get_good()
    latest = good[column].max()
    if not isinstance(latest, datetime) or latest <= future:
        return rows
    late = good.filter(pl.col(column) > future)
    values = late[column].cast(pl.String)
    hidden = is_hidden(entity.fields[column])
    found = build_findings(
        late["_row"],
        rule=BuiltInRule.FUTURE_TIME,
        field=column,
        error=_AHEAD,
        value=hide(values) if hidden else values,
        action=Action.NULL,
    )
    ids = rows.typed.select(record_id_expression(entity)).to_series()
    shown = HIDDEN if hidden else show_time(late[column][0])
    example = f"{show_key(entity, ids[late['_row'][0]])} ({shown})"
    counts = rows.counts + Counts(future=late.height)
    return _add(replace(rows, counts=counts, examples={**rows.examples, FUTURE: example}), found, ids)


def show_time(value: object) -> str:
    """Show a moment in UTC, without a fraction of zeros."""
    return value.isoformat() if isinstance(value, datetime) else show_value(value)


def _add(rows: StagedRows, found: pl.DataFrame, ids: pl.Series) -> StagedRows:
    return replace(rows, verdicts=join_findings([rows.verdicts, found], ids))
