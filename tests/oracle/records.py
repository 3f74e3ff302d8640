"""One record of a source to what must become of it: paths, required columns, keys, what is left over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from tests.oracle.json_values import Literal, plain
from tests.oracle.settings import Column, Entity
from tests.oracle.told import FINDINGS, NOTHING, REPLACED, Choice, Key, Record, Told
from tests.oracle.values import BLANKS, replace, tell, to_text
from tests.oracle.wrapped import unwrap

OWN_NAMES = ("_file", "_line", "_hash")
"""What is always there beside a file's own columns."""

_NOWHERE = object()
_REJECTED = ("required", "type", "missing_key")


class ShapeError(Exception):
    """A path of the YAML leads through something that has no parts."""


def judge(
    record: Any, entity: Entity, place: str, *, flat: bool = False, gone_columns: Collection[str] = ()
) -> Record:
    """Say what must become of one record.

    Args:
        record: as the source gave it; numbers are `Literal`.
        entity: its YAML.
        place: where it stands.
        flat: its keys are whole names, of a file's header or a table's columns.
        gone_columns: columns that the source declares no longer.
    """
    if not isinstance(record, dict):
        return Record(place, rejected=("shape",))
    columns = entity.columns.values()
    if words := entity.read.get("wrapped"):
        record = unwrap(
            record,
            words,
            {path for one in columns if one.type == "json" for path in one.sources},
            {path for one in columns if one.masked for path in one.sources},
        )
    try:
        values = {name: _find(record, column, flat=flat) for name, column in entity.columns.items()}
    except ShapeError:
        return Record(place, key=_key_of_broken(record, entity), rejected=("shape",))
    told: dict[str, Told] = {}
    rejected: list[str] = []
    may: list[str] = [] if flat or _has_all_ways(record, entity) else ["shape"]
    for name, column in entity.columns.items():
        told[name] = tell(values[name][0], column, zone=entity.zone, region=entity.region)
        for other in values[name][1:]:
            told[name] += tell(other, column, zone=entity.zone, region=entity.region)
        if column.default is not None and _is_null(told[name]):
            told[name] = tell(column.default, column, zone=entity.zone, region=entity.region)
            if _is_null(told[name]):
                # it is stored as it is written, even an empty text
                told[name] = (Choice(column.default),)
        is_key = name in entity.key
        faults = _list_faults(told[name], column, is_key=is_key)
        rejected += faults
        for one in told[name]:
            may += faults if len(told[name]) == 1 else _list_faults((one,), column, is_key=is_key)
    judged = Record(
        place,
        columns=told,
        rejected=tuple(dict.fromkeys(rejected)),
        may=tuple(dict.fromkeys(may)),
        missing=frozenset(gone_columns),
    )
    judged.key, judged.source_key = _build_keys(values, told, entity)
    if judged.key is None and not judged.rejected:
        judged.rejected = _REJECTED
    if entity.modified:
        stamp = told[entity.modified][0].value
        judged.stamp = stamp if isinstance(stamp, datetime) else None
    if entity.deleted:
        flag = told[entity.deleted["column"]][0].value
        judged.gone = flag is not None and flag is not False
    if entity.extra:
        told["extra"] = _tell_extra(record, entity, flat=flat)
    return judged


def _is_null(told: Told) -> bool:
    return told == NOTHING


def _list_faults(told: Told, column: Column, *, is_key: bool) -> tuple[str, ...]:
    if is_key and any(one.rule == REPLACED for one in told):
        return (*_REJECTED, REPLACED)
    for one in told:
        if one.value is not None:
            return ()
    nulled = any(one.rule in FINDINGS for one in told)
    if is_key or column.required or (nulled and column.rejects):
        return _REJECTED
    return ()


def _find(record: dict[str, Any], column: Column, *, flat: bool) -> list[Any]:
    """Give the first value that is not null; behind a blank one the next may be meant as well."""
    found = []
    for path in column.sources:
        value = record.get(path) if flat else follow(record, path)
        if value is not None and value is not _NOWHERE:
            found.append(value)
            if not isinstance(value, str) or not is_blank(value):
                break
    return found or [None]


def _has_all_ways(record: dict[str, Any], entity: Entity) -> bool:
    """Tell whether the paths that nothing was looked for at could be followed, too."""
    try:
        for column in entity.columns.values():
            for path in column.sources:
                follow(record, path)
    except ShapeError:
        return False
    return True


@cache
def split_path(path: str) -> tuple[str, ...]:
    """Cut a path at its dots."""
    return tuple(one.replace("\0", ".") for one in path.replace("\\.", "\0").split("."))


def follow(record: Mapping[str, Any], path: str) -> Any:
    """Follow a dotted path; a backslash before a dot makes it part of a name.

    Raises:
        ShapeError: on its way stands a value without parts.
    """
    value: Any = record
    names = split_path(path)
    for number, name in enumerate(names):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ShapeError(".".join(names[:number]))
        if name not in value:
            return _NOWHERE
        value = value[name]
    return value


def _key_of_broken(record: dict[str, Any], entity: Entity) -> Key | None:
    parts = []
    for name in entity.key:
        value = record.get(entity.columns[name].sources[0])
        if value is None or isinstance(value, (dict, list)):
            return None
        parts.append(to_text(value))
    return tuple(parts)


def _build_keys(
    values: Mapping[str, Any], told: Mapping[str, Told], entity: Entity
) -> tuple[Key | None, Key | None]:
    parts, sources = [], []
    for name in entity.key:
        choice = told[name][0]
        if choice.value is None or choice.rule == REPLACED:
            return None, None
        parts.append(key_text(choice.value))
        value = values[name][0] if values[name][0] is not None else entity.columns[name].default
        sources.append(to_text(value))
    return tuple(parts), tuple(sources)


def key_text(value: Any) -> str:
    """Give one notation for a key's part, whatever its type."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Decimal)):
        number = Decimal(value)
        return format(number.normalize() if number else Decimal(0), "f")
    text = getattr(value, "literal", value)
    return str(text)


def _tell_extra(record: dict[str, Any], entity: Entity, *, flat: bool) -> Told:
    sources = {path for column in entity.columns.values() for path in column.sources}
    taken = {(path,) if flat else split_path(path) for path in sources}
    if entity.is_snapshot:
        record = {key: value for key, value in record.items() if key not in OWN_NAMES}
    left = _left_over(record, (), taken, flat=flat)
    if left is _NOWHERE:
        return NOTHING
    inner = plain(left)
    cleaned = replace(inner)
    return (Choice(cleaned, REPLACED if cleaned != inner else None), Choice(cleaned))


def _left_over(value: Any, path: tuple[str, ...], taken: Collection[tuple[str, ...]], *, flat: bool) -> Any:
    if value is None or path in taken:
        return _NOWHERE
    if not isinstance(value, dict) or (flat and path):
        return value
    found = {}
    for name, inner in value.items():
        left = _left_over(inner, (*path, name), taken, flat=flat)
        if left is not _NOWHERE:
            found[name] = left
    return found or _NOWHERE


def is_blank(text: str) -> bool:
    """Tell whether a text is nothing but blanks."""
    return not text.strip(BLANKS)


__all__ = ["Literal", "ShapeError", "follow", "is_blank", "judge", "key_text"]
