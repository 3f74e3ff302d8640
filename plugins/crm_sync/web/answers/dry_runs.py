"""What a dry run found."""

from __future__ import annotations

from crm_sync.web.answers.base import Answer


class DryRunEntity(Answer):
    """What a dry run would have done to one table."""

    sync_type: str
    state: str | None
    """Of the entity in Airflow: `running`, `failed`, `skipped`; null: not started."""
    created: int | None
    """null until it has ended, as all counts."""
    updated: int | None
    unchanged: int | None
    deleted: int | None
    rejected: int | None
    samples: list[str]
    """The lines of its report, as the log has them; empty without the right to read the DAG's XComs."""


class DryRun(Answer):
    """A dry run in Airflow."""

    state: str | None
    """Of the DAG run."""
    entities: list[DryRunEntity]
