"""Remembers which mapped keys JSON records had, and reports a key that a whole read no longer has.

A record that omits a key says null; a source in which no record has it has most likely renamed it. The memory
is `configuration.keys` of the runs in sync_history.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.paths import path_keys, source_paths
from crm_sync.storage.staging import Manifest
from crm_sync.sync.window import RunPlan

MEMORY = "keys"
_MOST_OTHERS = 300
"""More unmapped keys than this are not remembered, since each history row would carry them."""
_SHOWN = 3


def note_keys(
    manifest: Manifest, entity: EntityConfig, plan: RunPlan, earlier: Mapping[str, Any]
) -> list[str]:
    """Compare the keys of a read that ended with those of earlier ones.

    `manifest.keys` gets the memory for the next run.

    Args:
        manifest: of the read; nothing of it was left unread, or no key counts as gone.
        entity: the mapping.
        plan: what was read.
        earlier: `manifest.keys` of the latest complete run; empty where there is none.

    Returns:
        A sentence for each column whose key is gone.
    """
    known, gone = set(earlier.get("known") or ()), set(earlier.get("gone") or ())
    others = earlier.get("others")
    manifest.keys = dict(earlier)
    seen = _collect(manifest)
    if plan.mode is SyncMode.REPLAY or seen is None:
        return []
    is_whole = plan.mode is SyncMode.FULL and plan.since is None and manifest.incomplete_reason is None
    mapped = {name: list(_list_paths(name, entity)) for name in entity.fields}
    places = [split_path(path) for path in seen]
    present = {path for paths in mapped.values() for path in paths if _has(places, path_keys(path, entity))}
    news = sorted(_list_others(seen, mapped, entity) - set(others or ()))
    notes = list(_explain_dots(mapped, present, seen)) if is_whole else []
    # the source's own statement about a column is in a separate note
    said = {name for chunk in manifest.chunks for name in chunk.missing if not chunk.is_refresh}
    missing = []
    for name, paths in mapped.items():
        before = known if is_whole else gone
        if present.isdisjoint(paths) and not before.isdisjoint(paths) and not _says_by_absence(name, entity):
            missing.append(name)
            if name not in said:
                notes.append(_explain(name, paths, news, entity))
    all_paths = {path for paths in mapped.values() for path in paths}
    unmapped = sorted(_list_others(seen, mapped, entity) | set(others or ()))
    manifest.keys = {
        "known": sorted((known | present) & all_paths),
        "gone": sorted(((known - present) if is_whole else (gone - present)) & all_paths),
        # a renamed key is reported until its column is mapped again
        "others": others if missing or len(unmapped) > _MOST_OTHERS else unmapped,
    }
    return notes


def _collect(manifest: Manifest) -> set[str] | None:
    """Give the keys of all records; None: there are no JSON records, or their keys are not known."""
    chunks = [chunk for chunk in manifest.chunks if chunk.records and not chunk.is_refresh]
    if not chunks or any(chunk.suffix != "ndjson" or chunk.key_paths is None for chunk in chunks):
        return None
    return {path for chunk in chunks for path in chunk.key_paths or ()}


def _list_paths(name: str, entity: EntityConfig) -> tuple[str, ...]:
    return source_paths(name, entity.fields[name].source)


def _has(seen: Collection[tuple[str, ...]], keys: tuple[str, ...]) -> bool:
    """Say whether a record may have a value at a path: pages list their keys only two levels deep."""
    return any(all(a == b for a, b in zip(found, keys, strict=False)) for found in seen)


def _list_others(seen: set[str], mapped: Mapping[str, list[str]], entity: EntityConfig) -> set[str]:
    places = [path_keys(path, entity) for paths in mapped.values() for path in paths]
    heads = {keys[:length] for keys in places for length in range(1, len(keys) + 1)}
    return {path for path in seen if split_path(path) not in heads and split_path(path)[:1] not in places}


def _says_by_absence(name: str, entity: EntityConfig) -> bool:
    """Keys that only deleted records have: if no record is deleted, none has them."""
    deleted = entity.deleted
    return name in entity.primary_key or (deleted is not None and name in {deleted.column, deleted.at})


def _explain(name: str, paths: list[str], news: list[str], entity: EntityConfig) -> str:
    shown = " or ".join(f"'{path}'" for path in paths)
    likely = _find_likely(name, paths, news)
    hint = f"; new keys: {', '.join(likely)}" if likely else ""
    field = entity.fields[name]
    what = "keeps its old values" if field.keep_when_missing else "becomes null"
    what = what if field.default is None else "has its default"
    return f"Column {name} {what}: no record has {shown}, which earlier reads had{hint}."


def _find_likely(name: str, paths: list[str], news: list[str]) -> list[str]:
    """Give the new keys whose name is like the old one; if there are few new keys, all of them."""
    by_key = {split_path(path)[-1].lower(): path for path in news}
    wanted = [name, *(split_path(path)[-1] for path in paths)]
    found = [key for one in wanted for key in difflib.get_close_matches(one.lower(), by_key, _SHOWN, 0.5)]
    if not found and len(news) <= _SHOWN:
        return news
    return [by_key[key] for key in dict.fromkeys(found)][:_SHOWN]


def _explain_dots(mapped: Mapping[str, list[str]], present: set[str], seen: set[str]) -> Iterator[str]:
    """Say where a key with a dot is mapped as if it were a path."""
    literal = {".".join(split_path(path)): path for path in seen}
    for name, paths in mapped.items():
        for path in paths:
            right = literal.get(path)
            if path not in present and right is not None and right != path:
                yield (
                    f"Column {name}: no record has '{path}' as a path, but one has a key with that dot "
                    f"in its name: write `source: {right}`."
                )
