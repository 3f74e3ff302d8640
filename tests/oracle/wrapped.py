"""Values in objects with several readings, as the docs of `read.wrapped` tell it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

KEPT = "_wrapped"


def unwrap(
    record: Any, words: Mapping[str, Any] | None, whole: Collection[str], hidden: Collection[str]
) -> Any:
    """Give the record as the read stages it.

    Args:
        record: as the source gave it.
        words: `read.wrapped` of the YAML.
        whole: paths of columns of type json, whose fields stay as they are.
        hidden: paths of masked or sensitive columns.
    """
    if not words or not isinstance(record, dict):
        return record
    at = words.get("at", "")
    fields: Any = record
    for name in at.split(".") if at else []:
        fields = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(fields, dict):
        return record
    plain, kept = dict(fields), {}
    for name, given in fields.items():
        path = f"{at}.{name}" if at else name
        is_meant = not words.get("fields") or name in words["fields"]
        if not is_meant or path in whole or not _wraps(given, words):
            continue
        plain[name] = _choose(given, words)
        if path not in hidden:
            kept[name] = given
    result = _put(record, at.split(".") if at else [], plain)
    return {**result, KEPT: kept} if kept else result


def _wraps(given: Any, words: Mapping[str, Any]) -> bool:
    if isinstance(given, list):
        return not given or not isinstance(given[0], (dict, list)) or _wraps_object(given[0], words)
    return _wraps_object(given, words)


def _wraps_object(given: Any, words: Mapping[str, Any]) -> bool:
    keys = [words["value"], *([words["raw"]] if words.get("raw") else [])]
    return isinstance(given, dict) and any(key in given for key in keys)


def _choose(given: Any, words: Mapping[str, Any]) -> Any:
    first = (given[0] if given else None) if isinstance(given, list) else given
    if not isinstance(first, dict):
        return first
    reading = first.get(words["value"])
    if not words.get("raw"):
        return reading
    refused = bool(words.get("valid")) and first.get(words["valid"]) is False
    if refused or reading is None or isinstance(reading, (dict, list)):
        return first.get(words["raw"])
    return reading


def _put(record: Mapping[str, Any], names: list[str], value: dict[str, Any]) -> dict[str, Any]:
    if not names:
        return value
    return {**record, names[0]: _put(record[names[0]], names[1:], value)}
