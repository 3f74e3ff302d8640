"""Removes the staged files of runs that never came to their end; a run that ends well removes its own."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crm_sync.exceptions import StorageError
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.manifest import MANIFEST, read_manifest
from crm_sync.storage.staging import Staging
from crm_sync.untyped import AnyPath

log = logging.getLogger(__name__)

_CRM, _ENTITY = re.compile(r"[a-z0-9]+"), re.compile(r"[a-z_][a-z0-9_]{0,62}")
_RUN = re.compile(r"(?P<id>[0-9]+)|dry-[0-9a-f]{8}")


@dataclass
class Removed:
    """What became of the folders that were old enough."""

    folders: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """Sentences about those that are not ours to remove."""


def remove_old_files(connect: Connect, base: AnyPath, before: datetime, *, dry_run: bool) -> Removed:
    """Remove the folders of runs of this warehouse that were not touched since a moment.

    Nothing is removed of a run that is open, of another warehouse, or that can't be told.

    Args:
        connect: makes a warehouse connection.
        base: folder of all runs, a pathlib.Path or an ObjectStoragePath.
        before: aware; hours ago at least, since a run may wait for a limit.
        dry_run: only list.
    """
    removed = Removed()
    if not base.exists():
        return removed
    with open_transaction(connect) as cursor:
        warehouse = read_mark(cursor)["warehouse"]
    running = _list_running(connect)
    for crm_source, sync_type, folder in _list_folders(base):
        number = _RUN.fullmatch(folder.name)
        is_open = number is not None and number["id"] is not None and int(number["id"]) in running
        if is_open or _read_time(folder) >= before:
            continue
        try:
            manifest = read_manifest(folder / MANIFEST, crm_source, sync_type)
        except StorageError as error:
            removed.left.append(f"{folder} is left: {error}")
            continue
        if manifest is None or manifest.mark.get("warehouse") != warehouse:
            owner = manifest.mark.get("warehouse", "nobody") if manifest is not None else "nobody"
            removed.left.append(f"{folder} is left: it is marked as belonging to {owner}.")
            continue
        removed.folders.append(str(folder))
        if not dry_run:
            Staging(folder, manifest).remove()
    return removed


def _list_running(connect: Connect) -> set[int]:
    try:
        with open_transaction(connect) as cursor:
            cursor.execute("select id from crm_sync.sync_history where status = 'running'")
            return {number for (number,) in cursor.fetchall()}
    except NO_SCHEMA:
        return set()


def _list_folders(base: AnyPath) -> Iterator[tuple[str, str, AnyPath]]:
    """Give CRM, entity and folder of each run; what has other names is not ours."""
    for crm in _list_named(base, _CRM):
        for entity in _list_named(crm, _ENTITY):
            for folder in _list_named(entity, _RUN):
                yield crm.name, entity.name, folder


def _list_named(folder: AnyPath, name: re.Pattern[str]) -> Iterator[AnyPath]:
    for one in sorted(folder.iterdir(), key=str):
        if name.fullmatch(one.name) and one.is_dir():
            yield one


def _read_time(folder: AnyPath) -> datetime:
    """Give when the run last saved its state; now, if that can't be told: then nothing is removed."""
    try:
        seconds = float((folder / MANIFEST).stat().st_mtime)
    except (OSError, AttributeError, TypeError, ValueError):
        seconds = 0.0
    # an object store that tells no time says 0
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else datetime.now(UTC)
