"""The manifest of a staging folder: what the stages have done so far; writing it is left to `staging.py`."""

from __future__ import annotations

from typing import Any

import msgspec

from crm_sync.exceptions import StorageError
from crm_sync.untyped import AnyPath

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1


class RawChunk(msgspec.Struct):
    """One raw chunk as the manifest knows it: what lies beyond `bytes` was not checkpointed and is cut."""

    number: int
    suffix: str
    """`ndjson` or `parquet`."""
    records: int = 0
    bytes: int = 0
    parts: int = 0
    """How many pieces the chunk was written in; a local NDJSON chunk is appended to and stays one file."""
    key_paths: list[str] | None = None
    """Dotted key paths seen in its records; None: unknown."""
    parents: int = 0
    """Parents noted with it, for links."""
    missing: list[str] = msgspec.field(default_factory=list)
    """Columns that the source declares and that were gone where it was read: save keeps their old values."""
    is_refresh: bool = False
    """Its records have some columns only, for rows that the table has already."""


class Manifest(msgspec.Struct):
    """What the stages have done so far; the resume point of each of them."""

    crm_source: str
    sync_type: str
    version: int = MANIFEST_VERSION
    mark: dict[str, str] = msgspec.field(default_factory=dict)
    """Whose files these are: the warehouse, its history row, the DAG run, the connection, what is read."""
    plan: dict[str, Any] = msgspec.field(default_factory=dict)
    """Window and mode that fetch decided on; a resumed fetch keeps them."""
    origin: dict[str, Any] = msgspec.field(default_factory=dict)
    """Which account is read and by which words: a later run goes on from here if both are its own."""
    own_options: dict[str, Any] = msgspec.field(default_factory=dict)
    """The CRM's own flags that the read was begun with."""
    chunks: list[RawChunk] = msgspec.field(default_factory=list)
    cursors: dict[str, Any] = msgspec.field(default_factory=dict)
    """Part of the fetch to its cursor after the last stored page; null for a finished part."""
    records: int = 0
    fetched: bool = False
    incomplete_reason: str | None = None
    """Why something of the window was left unread; None: all was read."""
    can_resume: bool = False
    """A quota cut the read off: a later run may go on from the cursors."""
    sweep_scope: dict[str, Any] | None = None
    """The rows that a whole read was about; None: all of the table's."""
    source: dict[str, Any] = msgspec.field(default_factory=dict)
    """The source's own facts for sync_history.configuration."""
    notes: list[str] = msgspec.field(default_factory=list)
    """What the source has to say that leaves nothing unread: sentences for the log and the history row."""
    labels: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """By column, the source path of the field behind each of its labels; the same for the whole run."""
    earlier_labels: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """The same of earlier runs."""
    keys: dict[str, Any] = msgspec.field(default_factory=dict)
    """Which keys the records of this and of earlier reads had; see `sync/key_memory.py`."""
    is_snapshot: bool = False
    """The source can't have changed while it was read: one key has one content."""
    transformed: list[int] = msgspec.field(default_factory=list)
    validated: list[int] = msgspec.field(default_factory=list)
    metrics: dict[str, float] = msgspec.field(default_factory=dict)


def read_manifest(path: AnyPath, crm_source: str, sync_type: str) -> Manifest | None:
    """Read the manifest of an entity's folder, None where there is none.

    Raises:
        StorageError: it can't be read, or was written by another version or for another entity.
    """
    if not path.exists():
        return None
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise StorageError(f"Manifest {path} can't be read ({error}); run the DAG again.") from error
    found = (manifest.version, manifest.crm_source, manifest.sync_type)
    if found != (MANIFEST_VERSION, crm_source, sync_type):
        expected = f"version {MANIFEST_VERSION} of {crm_source} {sync_type}"
        raise StorageError(f"Manifest {path}: expected {expected}, got {found}.")
    return manifest
