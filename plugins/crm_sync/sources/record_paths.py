"""The keys that the records of a page have, by which later stages know what there is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from crm_sync.fields.key_paths import join_path
from crm_sync.rest.alike_records import AlikeRecords


def collect_key_paths(records: Sequence[dict[str, Any]]) -> frozenset[str]:
    """Give the dotted paths of all keys, two levels deep: `id`, `properties.email`."""
    if isinstance(records, AlikeRecords):
        return records.key_paths
    plain: set[str] = set()
    nested: dict[str, set[str]] = {}
    for record in records:
        for key, value in record.items():
            if type(value) is dict:
                nested.setdefault(key, set()).update(value)
            else:
                plain.add(key)
    # each path is written once a page, not once a record: this runs for every record that is fetched
    paths = {_write_path(key) for key in plain}
    return frozenset(
        paths.union(_write_path(key, inner) for key, inners in nested.items() for inner in inners)
    )


@lru_cache(maxsize=4096)
def _write_path(*keys: str) -> str:
    return join_path(keys)
