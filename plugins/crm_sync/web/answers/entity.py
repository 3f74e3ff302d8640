"""One entity: its runs, its columns, and what came or went at the source."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from crm_sync.web.answers.base import Answer
from crm_sync.web.answers.overview import EntityStatus, Look
from crm_sync.web.answers.runs import RunShort


class Delta(Answer):
    """How a run without flags finds what has changed."""

    method: str
    sentence: str
    """What it can miss, and what finds that."""


class Column(Answer):
    """One column of the table."""

    name: str
    type: str
    """Field type of the YAML."""
    source_path: str
    """Where a record has the value; several, joined by ` | `, are tried in turn."""
    is_key: bool
    sensitive: bool
    null_share: float | None
    """Share of rows without a value, 0 to 1, as PostgreSQL's statistics have it; null: not analysed yet."""
    description: str | None


class Drift(Answer):
    """A key of the source's records that came or went."""

    key: str
    what: Literal["came", "went"]
    since: datetime | None
    """When the run that noted it ended."""
    sync_history_id: int | None


class Usual(Answer):
    """How the latest good runs were."""

    duration_s_median: float | None
    records_per_s_median: float | None


class EntityDetail(Answer):
    """Everything that is known of one entity."""

    now: datetime
    problem: str | None
    """Why the history is missing, in one sentence."""
    entity: EntityStatus
    look: Look | None
    """null: there is no history to look at."""
    runs: list[RunShort]
    """Newest first."""
    next_before: int | None
    """`before` for the runs before these; null: there are none."""
    docs_url: str | None
    delta: Delta
    columns: list[Column]
    drift: list[Drift]
    usual: Usual
