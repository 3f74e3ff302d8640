"""Remembers the files that a run read, and says whether the next run finds them unchanged.

The memory is `configuration.source` of the run's row in sync_history; there is no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec

from crm_sync.config.models import EntityConfig
from crm_sync.sources.files.store import FileFacts

Strategy = Literal["read", "unchanged", "waiting"]
"""Whether the files were read, were as before, or are too young to be read."""


def hash_config(entity: EntityConfig) -> str:
    """Give the fingerprint of an entity's configuration: a changed mapping makes an old file news."""
    return hashlib.sha256(entity.model_dump_json().encode()).hexdigest()[:16]


def hash_set(files: Sequence[FileFacts]) -> str:
    """Give the fingerprint of a set of files, which a resumed read must find again."""
    pairs = [(file.name, file.sha256) for file in files]
    return hashlib.sha256(msgspec.json.encode(pairs)).hexdigest()[:16]


def build_memory(
    strategy: Strategy, entity: EntityConfig, files: Sequence[FileFacts], columns: Collection[str] = ()
) -> dict[str, Any]:
    """Build what a run leaves in sync_history.

    Args:
        strategy: what it did.
        entity: how it was configured.
        files: what it read.
        columns: mapped sources that the headers had, now or before.
    """
    memory = {
        "strategy": strategy,
        "config": hash_config(entity),
        "files": [file.to_json() for file in files],
    }
    return {**memory, "columns": sorted(columns)} if columns else memory


def read_good(previous: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the memory of the last good run, however later runs ended."""
    before = previous.get("before")
    return before if isinstance(before, Mapping) else previous


def read_columns(previous: Mapping[str, Any]) -> frozenset[str]:
    """Give the mapped sources that the headers had in earlier runs, however the entity was configured."""
    columns = read_good(previous).get("columns")
    return frozenset(map(str, columns)) if isinstance(columns, list) else frozenset()


def read_memory(previous: Mapping[str, Any], entity: EntityConfig) -> dict[str, FileFacts]:
    """Give the files of an earlier run by name.

    Args:
        previous: what `build_memory` made; anything else, such as another version's, counts as no memory.
        entity: today's configuration.

    Returns:
        Nothing if there is none, if the entity had another configuration, or if a later run was not good.
    """
    if previous.get("config") != hash_config(entity) or previous.get("strategy") == "waiting":
        return {}
    try:
        files = msgspec.convert(previous.get("files"), list[FileFacts])
    except msgspec.ValidationError:
        return {}
    return {file.name: file for file in files if file.sha256 is not None}
