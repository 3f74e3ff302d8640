"""The closed sets of words used across the package; open sets (CRMs, entities) live in YAML."""

from __future__ import annotations

from enum import StrEnum


class SyncStatus(StrEnum):
    """The four words of `sync_history.status`."""

    RUNNING = "running"
    SUCCESS = "success"
    PARTIAL = "partial"
    FAILED = "failed"


class SyncMode(StrEnum):
    """What a run reads: the whole source or the window since the watermark."""

    FULL = "full"
    DELTA = "delta"
    REPLAY = "replay"


class SourceKind(StrEnum):
    """Which family of source a CRM belongs to; it chooses the hook's client."""

    REST = "rest"
    DATABASE = "database"
    FILES = "files"


class FieldType(StrEnum):
    """The field types that YAML may name; `fields/types.py` maps each to its class and column type."""

    STRING = "string"
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    OBJECT_ID = "object_id"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    JSON = "json"


class OnError(StrEnum):
    """What happens to a record whose optional field can't be converted."""

    NULL = "null"
    REJECT = "reject"


class Mask(StrEnum):
    """What is done to a field's value on its way in."""

    SHA256 = "sha256"
    DROP = "drop"


class RuleAction(StrEnum):
    """What a broken business rule does to its record."""

    REJECT = "reject"
    WARN = "warn"


class Action(StrEnum):
    """What a finding does to its record: keep it out, null one field, keep both, or only say so."""

    REJECT = "reject"
    NULL = "null"
    KEEP = "keep"
    """The value is saved as it can be, and stays open in rejected_records: it isn't quite the source's."""
    WARN = "warn"


class Stage(StrEnum):
    """The four tasks of an entity, in order; also the keys of the manifest and of the metrics."""

    FETCH = "fetch"
    TRANSFORM = "transform"
    VALIDATE = "validate"
    SAVE = "save"


BOOKKEEPING_COLUMNS = ("sync_created_at", "sync_updated_at", "sync_deleted_at", "sync_history_id")
"""Columns that every target table has and that no YAML may map."""

DEFAULT_BATCH_SIZE = 100
"""The design guide's default of `batch_size`; it means "not set": the entity's own `page_size` is used."""

COMPLETE_NOTE = "complete"
"""XCom of the task that ended an entity's run with a complete window; only of entities with a rhythm."""

DRY_RUN_NOTE = "dry_run"
"""XCom of the task that ended an entity's dry run: its figures, and the report that the log has."""
