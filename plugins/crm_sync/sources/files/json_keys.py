"""Keys of JSON objects in a file: one that is there twice, and one that a dotted source misses."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.fields.key_paths import join_path
from crm_sync.fields.paths import source_paths
from crm_sync.untyped import Json

_BLANKS = ('" ', '"\t', '"\r')
_KEY_END = re.compile(r'"\s*:')


def may_repeat_key(text: str, objects: Collection[dict[str, Any]]) -> bool:
    """Tell whether some object may have a key twice, from the number of keys alone.

    Args:
        text: of all the objects.
        objects: decoded; of keys that are there twice they have one.
    """
    # a quote and a colon in a text count as well, so that too many are found and never too few
    has_blanks = any(blank in text for blank in _BLANKS)
    found = len(_KEY_END.findall(text)) if has_blanks else text.count('":')
    if found == sum(map(len, objects)):
        return False
    return found != sum(map(_count_keys, objects))


def find_repeated_key(line: str) -> str | None:
    """Give a key that an object of the line has twice with different values; None: there is none."""
    repeated: list[str] = []

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, value in pairs:
            if key in built and built[key] != value:
                repeated.append(key)
            built[key] = value
        return built

    # numbers stay as they are written: 1 and 1.0 are no reason to choose
    json.loads(line, object_pairs_hook=build, parse_float=str, parse_int=str)
    return repeated[0] if repeated else None


def describe_dotted_keys(entity: EntityConfig, key_paths: Collection[str]) -> list[str]:
    r"""Name the sources that mean a key inside an object where the file has a key with a dot in it.

    Args:
        entity: the mapping.
        key_paths: of the records; a dot inside a key is `\.`.
    """
    notes = []
    for column, config in entity.fields.items():
        for path in source_paths(column, config.source):
            whole = join_path([path])
            if whole != path and path not in key_paths and whole in key_paths:
                notes.append(
                    f"column '{column}': source '{path}' names a key inside an object, but the file has a "
                    f"key with a dot in its name; write '{whole}' for it."
                )
    return notes


def _count_keys(value: Json) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_count_keys, value.values()))
    return sum(map(_count_keys, value)) if isinstance(value, list) else 0
