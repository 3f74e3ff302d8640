"""Answers for states that no short test can bring about; the API's own models check them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crm_sync.web.answers.entity import EntityDetail
from crm_sync.web.answers.overview import Overview
from crm_sync.web.answers.runs import RunDetail

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
REASONS = {
    "failed": "The last 3 runs failed: the API token (password) is missing, wrong or revoked.",
    "late": "The last complete run ended 2026-11-30 06:02 UTC, and two have been due since.",
    "never": "It has never run.",
    "unreliable": "14 of 24 runs of the last 24 hours went well.",
    "partial": "2 records were rejected.",
    "running": "A run is under way.",
    "fresh": "",
}
"""By state, the worst first."""
_GOOD = {"partial", "running", "fresh"}


def ago(**span: float) -> str:
    """Give a moment before now."""
    return (NOW - timedelta(**span)).isoformat()


def build_entity(health: str = "fresh", crm: str = "hubspot", name: str = "contacts") -> dict[str, Any]:
    """One entity in a state."""
    has_run = health != "never"
    return {
        "crm_source": crm,
        "title": crm.capitalize(),
        "sync_type": name,
        "table": f"{crm}.{name}",
        "health": health,
        "is_good": health in _GOOD,
        "reason": REASONS[health],
        "found_at": None,
        "status": {"failed": "failed", "partial": "partial", "running": "running"}.get(health, "success")
        if has_run
        else None,
        "sync_history_id": 7 if has_run else None,
        "start_time": ago(minutes=9) if has_run else None,
        "end_time": ago(minutes=8) if has_run and health != "running" else None,
        "watermark": ago(minutes=9) if has_run else None,
        "last_good_end_time": ago(minutes=8) if has_run else None,
        "due_since": ago(hours=2),
        "every_s": None,
        "schedule": "0 * * * *",
        "is_paused": False,
        "next_run": ago(minutes=-51),
        "runs_24h": 24,
        "good_24h": 14 if health == "unreliable" else 24,
        "runs_7d": 168,
        "good_7d": 160,
        "rows": 48210,
        "open_rejects": 2 if health == "partial" else 0,
        "open_rejects_more": False,
        "dag_id": f"crm_sync_{crm}",
        "run_id": "scheduled__2026-11-30",
        "proof": {"verdict": "equal", "ended_at": ago(days=2)} if health == "fresh" else None,
    }


def build_overview(*, healths: list[str], problem: str | None = None) -> dict[str, Any]:
    """The overview of entities in these states."""
    entities = [build_entity(health, name=f"kind_{at:03}s") for at, health in enumerate(healths)]
    unused = ["five9", "genius"]
    answer = {"now": NOW.isoformat(), "problem": problem, "unused": unused, "entities": entities}
    look = {"looked_at": ago(minutes=12), "is_recent": True, "is_paused": False}
    return check(Overview, answer | {"look": look, "findings": []})


def build_run(*, status: str = "success", number: int = 7, **changed: Any) -> dict[str, Any]:
    """One run."""
    run = {
        **_build_short(number, status),
        "notes": ["Column city becomes null: no record has city, which earlier reads had."],
        "options": {"full": False, "batch_size": 100, "entities": []},
        "metrics": {"api_calls": 12, "save_statement_seconds": {"merge": 0.4}},
        "task_ids": ["contacts.fetch", "contacts.transform", "contacts.validate", "contacts.save"],
        "log_url": "dags/crm_sync_hubspot/runs/manual__1/tasks/contacts.save",
        "open_rejects_of_run": 0,
        "open_rejects_more": False,
        "progress": None,
    }
    return check(RunDetail, run | changed)


def build_progress(done: int) -> dict[str, Any]:
    """How far a run of 1,000 records is."""
    return {
        "stage": "fetch",
        "fetched": done,
        "expected": 1000,
        "written": 0,
        "rate_per_s": 50.0,
        "share": done / 1000,
        "seconds_left": (1000 - done) / 50,
        "heartbeat_at": NOW.isoformat(),
    }


def _build_short(number: int, status: str) -> dict[str, Any]:
    return {
        "id": number,
        "crm_source": "hubspot",
        "sync_type": "contacts",
        "status": status,
        "start_time": ago(hours=number),
        "end_time": None if status == "running" else ago(hours=number - 0.01),
        "duration_s": 36.0 + number,
        "records_processed": 250,
        "created": 12,
        "updated": 40,
        "unchanged": 197,
        "deleted": 0,
        "failed": 1,
        "older": 0,
        "duplicates": 3,
        "records_per_s": 6.9,
        "api_calls": 12,
        "retries": 1,
        "wait_s": 2.5,
        "error_message": "1 record was rejected." if status == "partial" else None,
        "mode": "delta",
        "since": ago(hours=number + 1),
        "until": ago(hours=number),
        "complete": status != "running",
        "dag_id": "crm_sync_hubspot",
        "run_id": "manual__1",
    }


def build_detail(*, statuses: list[str]) -> dict[str, Any]:
    """An entity with runs that ended so, the newest first."""
    detail = {
        "now": NOW.isoformat(),
        "problem": None,
        "entity": build_entity(),
        "look": None,
        "runs": [_build_short(len(statuses) - at, status) for at, status in enumerate(statuses)],
        "next_before": 1,
        "docs_url": "https://docs.example.com/hubspot",
        "delta": {"method": "Search by modified time", "sentence": "It can miss merges."},
        "columns": [
            _build_column("id", is_key=True),
            _build_column("email", sensitive=True, null_share=0.12),
        ],
        "drift": [{"key": "lead_tier", "what": "came", "since": ago(days=3), "sync_history_id": 4}],
        "usual": {"duration_s_median": 41.0, "records_per_s_median": 6.9},
    }
    return check(EntityDetail, detail)


def _build_column(name: str, **changed: Any) -> dict[str, Any]:
    column = {
        "name": name,
        "type": "string",
        "source_path": f"properties.{name}",
        "is_key": False,
        "sensitive": False,
        "null_share": None,
        "description": "Made up.",
    }
    return column | changed


def check(model: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """Give an answer as the API's model writes it."""
    checked: dict[str, Any] = model.model_validate(answer).model_dump(mode="json")
    return checked
