"""Keys as their source wrote them, beside what a conversion made of them: two must never become one."""

from __future__ import annotations

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType, Mask
from crm_sync.fields.frames import to_text
from crm_sync.fields.masking import DIGEST, mask_column
from crm_sync.fields.paths import source_paths
from crm_sync.fields.record_ids import join_parts, record_id_parts

_KEPT_AS_THEY_ARE = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.OBJECT_ID})


def read_key_texts(given: pl.DataFrame, entity: EntityConfig) -> pl.DataFrame:
    """Give the key columns that a conversion can change, as texts that nothing was done to.

    Args:
        given: one column per source path, of texts or typed; a typed value has no notation to tell apart.
        entity: the entity.
    """
    columns: list[pl.Expr] = []
    for name in entity.primary_key:
        config = entity.fields[name]
        is_kept = config.type in _KEPT_AS_THEY_ARE and config.mask is None and entity.record_function is None
        paths = [path for path in source_paths(name, config.source) if given.schema[path] == pl.String]
        if is_kept or not paths:
            continue
        texts = [to_text(path, given.schema[path]) for path in paths]
        written: list[pl.Expr] = [pl.when(text.str.strip_chars() != "").then(text) for text in texts]
        if config.default is not None:
            written.append(pl.lit(config.default))
        columns.append(pl.coalesce(written).alias(name))
    return given.select(columns) if columns else pl.DataFrame(height=given.height)


def build_source_key(texts: pl.DataFrame, typed: pl.DataFrame, entity: EntityConfig) -> pl.Series | None:
    """Give each record's key as its source wrote it, null where the canonical key says the same.

    Args:
        texts: from `read_key_texts`.
        typed: the entity's columns.
        entity: the entity.

    Returns:
        Parts joined as in record ids; of masked parts the digests. None: all are null.
    """
    changed: dict[str, pl.Series] = {}
    for name in texts.columns:
        written = _digest(texts[name], entity.fields[name].mask)
        differs = (written != typed[name].cast(pl.String)).fill_null(value=False)
        if differs.any():
            changed[name] = differs
            texts = texts.with_columns(written)
    if not changed:
        return None
    parts = record_id_parts(entity)
    frame = typed.select(
        **parts,
        **{f"differs {name}": differs for name, differs in changed.items()},
        **{f"written {name}": texts[name] for name in changed},
    )
    spelled = {
        name: pl.when(f"differs {name}").then(f"written {name}").otherwise(name)
        if name in changed
        else pl.col(name)
        for name in parts
    }
    is_changed = pl.any_horizontal([f"differs {name}" for name in changed])
    return frame.select(pl.when(is_changed).then(join_parts(spelled))).to_series()


def _digest(texts: pl.Series, mask: Mask | None) -> pl.Series:
    if mask is None:
        return texts
    is_digest = texts.str.contains(DIGEST).fill_null(value=False)
    return texts.zip_with(is_digest, mask_column(texts, mask))
