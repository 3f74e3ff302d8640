"""Records that were kept out and wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm_sync.web.answers.base import Answer


class Reject(Answer):
    """One open reject, without the record itself."""

    id: int
    crm_source: str
    sync_type: str
    record_id: str
    """The record's key; `***` where a part of it is sensitive."""
    field: str
    rule: str
    error: str
    value: str | None
    """`***` without the right to edit the DAG, and where the field is sensitive."""
    times_seen: int
    first_seen_at: datetime
    last_seen_at: datetime
    sync_history_id: int | None
    """Run that saw it last."""


class RejectGroup(Answer):
    """Open rejects of one rule and field."""

    crm_source: str
    sync_type: str
    rule: str
    field: str
    count: int
    more: bool
    """There are more than `count`."""


class Rejected(Answer):
    """A page of open rejects, by rule and field, and how many there are of each."""

    problem: str | None
    rejects: list[Reject]
    groups: list[RejectGroup]
    groups_more: bool
    """There are more groups than these, and more pages: ask for one CRM or entity."""
    next: int | None
    """`after` for the next page; null: this is the last one, or it is of several warehouses."""
    may_edit: bool
    """The user may read the records themselves."""


class RawRecord(Answer):
    """One rejected record as it was fetched, masked."""

    record: Any
    """An object with the source's own keys; a text for a line that could not be read; null: not kept."""
    record_altered: bool
    """Characters that PostgreSQL can't store were replaced."""
