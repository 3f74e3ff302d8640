"""What a read leaves in sync_history, by which the next one sees that the file has not changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from crm_sync.config.models import EntityConfig
from crm_sync.sources.files.fingerprint import hash_config

Strategy = Literal["read", "unchanged"]


def build_memory(
    strategy: Strategy, entity: EntityConfig, file: str, version: Mapping[str, Any], columns: frozenset[str]
) -> dict[str, Any]:
    """Build the facts about a read.

    Args:
        strategy: whether the tab was read.
        entity: how it was configured.
        file: id of the file.
        version: what the probe said before the read; empty: it was not asked.
        columns: keys that the titles gave.
    """
    facts: dict[str, Any] = {"strategy": strategy, "config": hash_config(entity), "file": file}
    return {**facts, **({"version": dict(version)} if version else {}), "columns": sorted(columns)}


def is_unchanged(
    previous: Mapping[str, Any], entity: EntityConfig, file: str, version: Mapping[str, Any]
) -> bool:
    """Tell whether the latest complete read was of this very version, with this configuration."""
    known = {name: previous.get(name) for name in ("config", "file", "version")}
    return known == {"config": hash_config(entity), "file": file, "version": dict(version)}


def read_columns(previous: Mapping[str, Any]) -> frozenset[str]:
    """Give the keys that the titles gave in an earlier read."""
    columns = previous.get("columns")
    return frozenset(map(str, columns)) if isinstance(columns, list) else frozenset()


def hash_row(row: list[Any]) -> str:
    """Give the fingerprint of a row's cells, by which a later page sees that it still lies where it lay."""
    return hashlib.sha256(msgspec.json.encode(_mend(row))).hexdigest()[:16]


def _mend(row: list[Any]) -> list[Any]:
    # half a surrogate pair can't be encoded
    return [ascii(cell) if isinstance(cell, str) else cell for cell in row]
