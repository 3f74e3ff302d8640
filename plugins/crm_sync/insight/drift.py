"""Which keys of a source's records came or went, from what its runs noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql
from crm_sync.untyped import Json

_MOST_RUNS = 200
"""Runs that are looked at: each may carry hundreds of keys."""


@dataclass(frozen=True)
class KeyChange:
    """A key that came or went."""

    key: str
    what: Literal["came", "went"]
    since: datetime | None
    sync_history_id: int


@dataclass(frozen=True)
class _Noted:
    """What one run noted; None: it noted nothing of that kind."""

    others: frozenset[str] | None
    gone: frozenset[str] | None
    labelled: frozenset[str] | None
    missing: frozenset[str] | None


def list_key_changes(connect: Connect, crm_source: str, sync_type: str) -> list[KeyChange]:
    """Give what changed between the latest 200 runs of an entity, newest first."""
    asked = {"crm_source": crm_source, "sync_type": sync_type, "most": _MOST_RUNS}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_known_keys"), asked)
        rows = cursor.fetchall()
    return list(compare_noted(rows))[::-1]


def compare_noted(rows: list[tuple[Any, ...]]) -> Iterator[KeyChange]:
    """Compare what each run noted with the one before it.

    Args:
        rows: id, end_time, keys, labels and missing fields, oldest first.
    """
    # what the oldest of them lacked already, went before it
    known = _Noted(others=None, gone=frozenset(), labelled=None, missing=frozenset())
    for number, ended_at, keys, labels, missing in rows:
        found = _read(keys, labels, missing)
        came, went = _compare(known, found)
        yield from (KeyChange(key, "went", ended_at, number) for key in sorted(went))
        yield from (KeyChange(key, "came", ended_at, number) for key in sorted(came - went))
        known = _Noted(
            *(
                new if new is not None else old
                for new, old in (
                    (found.others, known.others),
                    (found.gone, known.gone),
                    (found.labelled, known.labelled),
                    (found.missing, known.missing),
                )
            )
        )


def _read(keys: Mapping[str, Any] | None, labels: Mapping[str, Any] | None, missing: Json) -> _Noted:
    others, gone = (keys or {}).get("others"), (keys or {}).get("gone")
    paths = {str(path) for one in (labels or {}).values() for path in _list_paths(one)}
    return _Noted(
        others=None if others is None else frozenset(map(str, others)),
        gone=None if gone is None else frozenset(map(str, gone)),
        labelled=None if labels is None else frozenset(paths),
        missing=None if missing is None else frozenset(map(str, missing)),
    )


def _list_paths(paths: Json) -> list[str]:
    return list(map(str, paths.values())) if isinstance(paths, dict) else [str(paths)]


def _compare(old: _Noted, new: _Noted) -> tuple[set[str], set[str]]:
    """Give the keys that came, and those that went; what was never noted before has not changed."""
    came: set[str] = set()
    went: set[str] = set()
    for before, after, more, less in (
        (old.others, new.others, came, None),
        (old.gone, new.gone, went, came),
        (old.missing, new.missing, went, came),
        (old.labelled, new.labelled, came, went),
    ):
        if before is None or after is None:
            continue
        more.update(after - before)
        if less is not None:
            less.update(before - after)
    return came, went
