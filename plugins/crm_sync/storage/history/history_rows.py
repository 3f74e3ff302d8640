"""What the rows of crm_sync.sync_history tell; reading and writing them is left to `sync_history.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from crm_sync.constants import Stage, SyncStatus


@dataclass(frozen=True)
class RunIdentity:
    """The Airflow task that wants to work, and the process it runs in."""

    crm_source: str
    sync_type: str
    dag_id: str
    run_id: str
    try_number: int
    in_process: bool
    """All tasks of the run live in this one process, one after another (`airflow dags test`)."""
    host: str
    pid: int


@dataclass(frozen=True)
class Counts:
    """What became of some records."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    deleted: int = 0
    """Rows marked or removed by a sweep; not part of `processed`."""
    duplicates: int = 0
    """Equal records and older versions of one key in the same read; not part of `processed`."""
    collisions: int = 0
    """Records under a key that another record of the read has, neither equal nor of another time."""
    collisions_rejected: int = 0
    """Those of them that were kept out of the table, so they are in `failed` as well."""
    older: int = 0
    """Of `unchanged`: rows that differ and were kept, since their modified time is the newer one."""
    future: int = 0
    """Saved records whose modified time lies too far ahead to be believed."""

    @property
    def processed(self) -> int:
        """`records_processed` of these records."""
        return self.created + self.updated + self.unchanged + self.failed

    @property
    def fetched(self) -> int:
        """Records that came to this: each is in one count or, of two of one key, left out."""
        return self.processed + self.duplicates + self.collisions - self.collisions_rejected

    def make_metrics(self) -> dict[str, int]:
        """Give the counts that have no column of their own, as performance_metrics names them."""
        return {
            "records_unchanged": self.unchanged,
            "records_deleted": self.deleted,
            "duplicates": self.duplicates,
            "collisions": self.collisions,
            "collisions_rejected": self.collisions_rejected,
            "records_older": self.older,
            "future_times": self.future,
        }

    def __add__(self, other: Counts) -> Counts:
        """Add field by field."""
        names = [one.name for one in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True)
class HistoryRow:
    """One row of sync_history, columns in table order, and the Airflow run behind it."""

    id: int
    crm_source: str
    sync_type: str
    status: SyncStatus
    start_time: datetime
    end_time: datetime | None
    records_processed: int
    records_created: int
    records_updated: int
    records_failed: int
    error_message: str | None
    performance_metrics: dict[str, Any]
    configuration: dict[str, Any]
    dag_id: str | None
    """None when the row was not opened by a SyncOwner."""
    run_id: str | None

    @property
    def counts(self) -> Counts:
        """The stored figures in the shape that save returns."""
        metrics = self.performance_metrics
        return Counts(
            created=self.records_created,
            updated=self.records_updated,
            unchanged=int(metrics.get("records_unchanged", 0)),
            failed=self.records_failed,
            deleted=int(metrics.get("records_deleted", 0)),
            duplicates=int(metrics.get("duplicates", 0)),
            collisions=int(metrics.get("collisions", 0)),
            collisions_rejected=int(metrics.get("collisions_rejected", 0)),
            older=int(metrics.get("records_older", 0)),
            future=int(metrics.get("future_times", 0)),
        )

    def get_progress(self, stage: Stage) -> int | None:
        """Return the last chunk that the stage has done, None when it has done none."""
        progress = self.configuration.get("progress", {}).get(stage)
        return None if progress is None else int(progress)


def merge_metrics(stored: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return performance metrics with new figures in them.

    Numbers are added to what is stored, since a retried stage makes its calls and takes its time again,
    except for names that begin with `peak_` (the greater one stays) and `clock_` (the newer one stays).
    Anything that is no number replaces what is stored; objects are merged by these same rules.
    """
    merged = dict(stored)
    for name, value in new.items():
        old = merged.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            merged[name] = merge_metrics(old, value)
        elif not _is_number(value) or not _is_number(old) or name.startswith("clock_"):
            merged[name] = value
        else:
            merged[name] = max(old, value) if name.startswith("peak_") else old + value
    return merged


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
