"""Masks and sensitive values: in columns, and in a raw record before it is kept anywhere.

A record that was rejected holds masked values; when it is replayed, a digest is known by its shape and
stays as it is, and a removed value (`***`) rejects the record again, since saving it would wipe what the
table has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import polars as pl

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType, Mask
from crm_sync.fields.base import FieldValidator
from crm_sync.fields.findings import HIDDEN, is_hidden
from crm_sync.fields.paths import path_keys, source_paths
from crm_sync.fields.types import build_validator
from crm_sync.untyped import Json

DIGEST = r"^[0-9a-f]{64}$"
_DIGEST = re.compile(DIGEST)
MASKABLE_TYPES = frozenset(
    {FieldType.STRING, FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.OBJECT_ID}
)
"""Types whose column can hold a digest."""

_Change = Callable[[Any], Any]


def digest(text: str) -> str:
    """Give the SHA-256 of a text's UTF-8 bytes in hex."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_digest(text: str) -> bool:
    """Say whether a text looks like a digest, so that it is neither checked nor hashed again."""
    return _DIGEST.match(text) is not None


def mask_column(values: pl.Series, mask: Mask) -> pl.Series:
    """Apply a field's mask to its canonical values."""
    if mask is Mask.DROP:
        return pl.Series(values.name, [None], dtype=values.dtype).new_from_index(0, len(values))
    distinct = values.drop_nulls().unique()
    digests = pl.Series([digest(text) for text in distinct], dtype=pl.String)
    return values.replace_strict(distinct, digests, default=None, return_dtype=pl.String)


def mask_record(record: dict[str, Any], entity: EntityConfig) -> dict[str, Any]:
    """Mask a record as the source sent it, so that it may be kept.

    Args:
        record: decoded record; not changed.
        entity: whose fields say what to mask. `sha256` puts in the digest that the column would hold, `drop`
            takes the key out, and a sensitive value without a mask becomes `***`.

    Returns:
        A record that shares the untouched parts with the one given. Where the place of masked fields is no
        object, the whole value becomes `***`.
    """
    masked = dict(record)
    for column, field in entity.fields.items():
        if not is_hidden(field):
            continue
        change = _build_change(field, build_validator(field, entity))
        for path in source_paths(column, field.source):
            _change_at(masked, path_keys(path, entity), change)
    return masked


def _build_change(field: FieldConfig, validator: FieldValidator) -> _Change:
    if field.mask is Mask.DROP:
        return lambda _: None
    if field.mask is None:
        return lambda value: HIDDEN if str(value).strip() else value

    def hash_value(value: Json) -> Json:
        text = value if isinstance(value, str) else value.hex() if isinstance(value, bytes) else str(value)
        kept = text if not validator.is_trimmed else text.strip()
        if not kept.strip() or is_digest(kept):
            return kept
        canonical = validator.judge(kept).value
        return digest(kept if canonical is None else str(canonical))

    return hash_value


def _change_at(holder: dict[str, Any], keys: tuple[str, ...], change: _Change) -> None:
    """Change the value at a path; objects on the way are copied, so that the given record stays whole."""
    key, *rest = keys
    value = holder.get(key)
    if value is None:
        return
    if not rest:
        changed = change(value)
        if changed is None:
            del holder[key]
        else:
            holder[key] = changed
    elif isinstance(value, dict):
        holder[key] = dict(value)
        _change_at(holder[key], tuple(rest), change)
    else:
        holder[key] = HIDDEN
