"""What becomes of records that share a key with another record of the same read; a pure function.

Equal content makes a duplicate, another modified time another version. Anything else is a collision: a live
source's later record is taken, a snapshot's is kept out. Keys that only a conversion made equal are never
merged: the first record stays. `repeat_plan.py` finds the records.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.storage.rows.merge_sql import AMBIGUOUS_COLUMN
from crm_sync.storage.rows.versions import SPAN, TIME, TRUST, add_ranks

SOURCE_KEY = "_source_key"
"""Column of a typed chunk: the key as the source wrote it if that differs from the key, else null."""
KEY = ("key_1", "key_2")
"""Two hashes with different seeds: together they are as good as the key, at 16 bytes a record."""
_SEEDS = (1, 2)
_CONTENT_SEED = 3


class Fate(StrEnum):
    """The fate of a record that is not taken for its key."""

    DUPLICATE = "duplicate"
    """Left out: the table gets an equal or newer record."""
    COLLISION = "collision"
    """Left out although it differs: the later record is taken."""
    REJECTED = "rejected"
    """Kept out of the table and in rejected_records."""


FATES_SCHEMA = pl.Schema(
    {
        "chunk": pl.UInt32(),
        "row": pl.UInt32(),
        "fate": pl.String(),
        "is_foreign": pl.Boolean(),
        "number": pl.UInt32(),
    }
)


def hash_keys(frame: pl.DataFrame, entity: EntityConfig, which: int = 0) -> pl.Series:
    """Hash the key of each row, in one of two ways."""
    return frame.select(entity.primary_key).hash_rows(_SEEDS[which])


def source_key_expression(frame: pl.DataFrame, entity: EntityConfig) -> pl.Expr:
    """Build the key as the source wrote it."""
    record_id = record_id_expression(entity)
    if SOURCE_KEY not in frame.columns:
        return record_id.alias(SOURCE_KEY)
    return pl.coalesce(pl.col(SOURCE_KEY), record_id).alias(SOURCE_KEY)


def describe_records(typed: pl.DataFrame, entity: EntityConfig, held: frozenset[str]) -> pl.DataFrame:
    """Describe key, content and time, which the judgement needs, in a few bytes per record.

    Args:
        typed: rows of a typed chunk with a key and without a verdict.
        entity: mapping of its columns.
        held: keys, as the source wrote them, of records that an earlier run kept out.
    """
    compared = (name for name, field in entity.fields.items() if field.compared)
    columns = [*compared, *(("extra",) if entity.extra else ())]
    as_json = [
        name
        for name in columns
        if name == "extra" or (name in entity.fields and entity.fields[name].type is FieldType.JSON)
    ]
    plain = typed.with_columns(
        pl.col(name).map_elements(_spell_json, return_dtype=pl.String) for name in as_json
    )
    source_key = typed.select(source_key_expression(typed, entity)).to_series()
    none = pl.Series([None]).new_from_index(0, typed.height)
    no = pl.Series([False]).new_from_index(0, typed.height)
    return pl.DataFrame(
        {
            "row": typed["_row"],
            KEY[0]: hash_keys(typed, entity, 0),
            KEY[1]: hash_keys(typed, entity, 1),
            "own": source_key.hash(_CONTENT_SEED),
            "content": plain.select(columns).hash_rows(_CONTENT_SEED),
            "held": source_key.is_in(list(held)) if held else no,
            "modified": typed[entity.modified_column] if entity.modified_column else none,
            AMBIGUOUS_COLUMN: typed[AMBIGUOUS_COLUMN] if AMBIGUOUS_COLUMN in typed.columns else no,
        },
        schema_overrides={"modified": pl.Datetime("us", "UTC")},
    )


def _spell_json(text: str) -> str:
    """Spell equal JSON the same way: a source may give an object's keys in any order."""
    try:
        return json.dumps(json.loads(text, parse_float=str, parse_int=str), sort_keys=True)
    except ValueError:
        return text


def judge_repeats(
    records: pl.DataFrame, *, future: datetime | None, is_snapshot: bool, is_whole: bool
) -> pl.DataFrame:
    """Decide on records that may share a key.

    Args:
        records: as `describe_records` gives them, with their `chunk`, in the order of the read.
        future: modified times after this moment are not believed.
        is_snapshot: the source can't have changed while it was read.
        is_whole: the read has every record of the source; else one that was kept out before stays out, also
            where the other record of its key was not read again.

    Returns:
        Columns of `FATES_SCHEMA`: the records that are not simply saved; of several of one key that are
        rejected the `number`, from 1.
    """
    key, order = list(KEY), pl.col("order")
    frame = add_ranks(records.with_row_index("order"), key, "modified", future)
    owner = pl.col("own").sort_by("held", "order").first().over(key)
    stays_out = pl.lit(value=False) if is_whole else pl.col("held").all().over(key)
    frame = frame.with_columns(is_foreign=(pl.col("own") != owner) | stays_out)
    place = order.cast(pl.Int64)
    # in an hour that comes twice, the later record is the newer one, whatever the source is
    tie = pl.when(AMBIGUOUS_COLUMN).then(place).otherwise(-place) if is_snapshot else place
    same = frame.filter(~pl.col("is_foreign")).with_columns(tie.alias("tie"))
    newest = same.sort(TRUST, SPAN, "tie").unique(subset=key, keep="last")
    newest = newest.select(*key, order.alias("winner"), pl.col("content", TIME).name.prefix("winner_"))
    losers = same.join(newest, on=key, how="left").filter(order != pl.col("winner"))
    is_version = (pl.col(TIME) != pl.col(f"winner_{TIME}")).fill_null(value=False)
    is_harmless = (pl.col("content") == pl.col("winner_content")) | is_version
    other = Fate.REJECTED if is_snapshot else Fate.COLLISION
    fate = pl.when(is_harmless).then(pl.lit(str(Fate.DUPLICATE))).otherwise(pl.lit(str(other)))
    foreign = frame.filter("is_foreign").with_columns(fate=pl.lit(str(Fate.REJECTED)))
    judged = pl.concat([losers.with_columns(fate=fate), foreign], how="diagonal").sort("order")
    return _number(judged, key).select(FATES_SCHEMA.names()).cast(FATES_SCHEMA)


def _number(judged: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Number the rejected records of each key; one that equals another rejected one is a duplicate."""
    is_rejected = pl.col("fate") == str(Fate.REJECTED)
    is_first = pl.col("order") == pl.col("order").min().over([*key, "own", "content", "fate"])
    repeated = pl.when(is_rejected & ~is_first).then(pl.lit(str(Fate.DUPLICATE))).otherwise(pl.col("fate"))
    judged = judged.with_columns(fate=repeated)
    return judged.with_columns(number=is_rejected.cast(pl.UInt32).cum_sum().over(key))
