"""Puts a list of records where `records_path` says that it is, for answers that have something else there."""

from __future__ import annotations

from typing import Any

from crm_sync.fields.key_paths import split_path
from crm_sync.rest.failure_words import find_complaint
from crm_sync.rest.messages import find_path


def list_elements(data: object, paths: tuple[str, ...]) -> None:
    """Make what is at a path of records a list: XML can't tell one from a single element, nor from none."""
    for path in paths:
        *outer, last = split_path(path)
        around = _walk(data, outer)
        if not isinstance(around, dict):
            continue
        found = around.get(last)
        if not isinstance(found, list):
            around[last] = [] if found in (None, "") else [found]
        return


def fill_null(data: object, paths: tuple[str, ...]) -> None:
    """Put an empty list in the place of a null that is really there."""
    for path in paths:
        *outer, last = split_path(path)
        around = _walk(data, outer)
        if isinstance(around, dict) and last in around and around[last] is None:
            around[last] = []
            return


def wrap_single(data: object, paths: tuple[str, ...]) -> object:
    """Put a list of one in the place of an object; one that speaks of an error stays, and is no list."""
    for path in paths:
        found = find_path(data, path)
        if isinstance(found, list):
            return data
        if isinstance(found, dict) and find_complaint(found) is None:
            return replace_at(data, path, [found])
    return data


def replace_at(data: object, path: str, records: list[dict[str, Any]]) -> object:
    """Put records in the place of what is at a path; gives the data."""
    *outer, last = split_path(path)
    around = _walk(data, outer)
    if not path or not isinstance(around, dict):
        return records
    around[last] = records
    return data


def _walk(data: object, keys: list[str]) -> object:
    """Follow keys through objects; an empty element that would hold the records becomes an object."""
    for at, key in enumerate(keys):
        if not isinstance(data, dict):
            return None
        if data.get(key) == "" and at == len(keys) - 1:
            data[key] = {}
        data = data.get(key)
    return data
