"""Takes values out of the objects that a source may wrap them in, and keeps the objects beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.wrapped import WrappedFields
from crm_sync.constants import FieldType
from crm_sync.fields.findings import is_hidden
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.paths import source_paths
from crm_sync.sources.base import Record
from crm_sync.untyped import Json

KEPT = "_wrapped"
"""Where a record has the objects that its values were taken from; with `_` begins what a read adds."""
_NESTED = (dict, list)


class Unwrapper:
    """Unwraps the fields of records.

    Args:
        entity: columns of type json get their object; of hidden ones nothing may be kept beside the value.
        words: which fields, and what their objects look like.
    """

    def __init__(self, entity: EntityConfig, words: WrappedFields) -> None:
        self._words = words
        self._at = split_path(words.at) if words.at else ()
        self._whole: set[str] = set()
        self._hidden: set[str] = set()
        for column, config in entity.fields.items():
            for path in source_paths(column, config.source):
                *above, field = split_path(path)
                if tuple(above) == self._at and config.type is FieldType.JSON:
                    self._whole.add(field)
                elif tuple(above) == self._at and is_hidden(config):
                    self._hidden.add(field)

    def unwrap(self, records: Sequence[Record]) -> list[Record]:
        """Give the records with plain values; one without wrapped fields is the same object."""
        return [self._unwrap(record) for record in records]

    def _unwrap(self, record: Record) -> Record:
        fields: Json = record
        for key in self._at:
            fields = fields.get(key) if isinstance(fields, Mapping) else None
        if not isinstance(fields, Mapping):
            return record
        values, kept = {}, {}
        for name in self._words.fields or fields:
            given = fields.get(name)
            if isinstance(given, _NESTED) and name not in self._whole:
                is_wrapped, value = self._read(given)
                if is_wrapped:
                    values[name] = value
                    kept[name] = given
        if not values:
            return record
        left = {name: given for name, given in kept.items() if name not in self._hidden}
        plain = _replace(record, self._at, {**fields, **values})
        return {**plain, KEPT: left} if left else plain

    def _read(self, given: Json) -> tuple[bool, Json]:
        """Give whether something wraps a value, and that value."""
        is_list = isinstance(given, list)
        first = (given[0] if given else None) if is_list else given
        if not isinstance(first, dict):
            return is_list and not isinstance(first, list), first
        words = self._words
        if words.value not in first and (not words.raw or words.raw not in first):
            return False, None
        value = first.get(words.value)
        if not words.raw:
            return True, value
        is_valid = not words.valid or first.get(words.valid) is not False
        counts = is_valid and value is not None and not isinstance(value, _NESTED)
        return True, value if counts else first.get(words.raw)


def _replace(record: Mapping[str, Any], at: Sequence[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give a record with other fields at a place; what it shares with the old one is left alone."""
    if not at:
        return dict(fields)
    return {**record, at[0]: _replace(record[at[0]], at[1:], fields)}
