"""One word and one sentence for an entity, from its history and its schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.exceptions import ConfigError
from crm_sync.insight.expectation import find_oldest_good
from crm_sync.insight.overview import Health, judge

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_source(schedule="0 * * * *", **entity):
    things = EntityConfig(
        crm_source="crm",
        sync_type="things",
        table_schema="crm",
        primary_key=["id"],
        fields={"id": {}},
        read={"strategy": "rest_list", "passes": [{"name": "all", "path": "/x", "records_path": ""}],
              "paging": {"style": "offset"}},
        **entity,
    )  # fmt: skip
    return SourceConfig.model_construct(
        crm_source="crm", dag=SourceConfig.model_fields["dag"].annotation(schedule=schedule),
        entities={"things": things},
    ), things  # fmt: skip


def make_row(**changes):
    return {
        "crm_source": "crm", "sync_type": "things", "sync_history_id": 7, "status": "success",
        "start_time": NOW - HOUR, "end_time": NOW - HOUR, "error_message": None,
        "last_good_end_time": NOW - HOUR, "watermark": NOW - HOUR, "usual_gap_s": 3600.0,
        "runs_24h": 24, "good_24h": 24, "runs_7d": 168, "good_7d": 168, "failures_in_a_row": 0,
        "failing_since": None, "last_error": None,
        "open_rejects": 0, "dag_id": "crm_sync_crm", "run_id": "r", **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "every", "oldest"),
    [
        ("0 * * * *", None, NOW.replace(hour=11, minute=0)),
        ("@hourly", None, NOW.replace(hour=11, minute=0)),
        ("0 6 * * *", None, NOW.replace(day=9, hour=6, minute=0)),
        # Monday to Friday: on a Tuesday, Monday's; the weekend does not count
        ("0 6 * * 1-5", None, NOW.replace(day=9, hour=6, minute=0)),
        ("0 * * * *", 86_400, NOW - timedelta(days=2)),
        (None, None, None),
        (None, 86_400, None),
        ("@continuous", None, None),
    ],
)
def test_two_moments_may_pass_before_an_entity_is_late(schedule, every, oldest):
    source, entity = make_source(schedule, every=every)
    assert find_oldest_good(source, entity, NOW) == oldest


def test_schedule_that_is_none_is_one_sentence():
    source, entity = make_source("every day at noon")
    with pytest.raises(
        ConfigError, match=r"crm/source\.yaml, key 'dag\.schedule': expected a cron expression"
    ):
        find_oldest_good(source, entity, NOW)


@pytest.mark.parametrize(
    ("changes", "health", "said"),
    [
        ({}, Health.FRESH, ""),
        ({"status": "failed", "failures_in_a_row": 3, "last_error": "no\nkey"}, Health.FAILED,
         "The last 3 runs failed: no key"),
        ({"status": "failed", "failures_in_a_row": 1}, Health.FAILED,
         "The last run failed: no reason was noted."),
        ({"last_good_end_time": NOW - 2 * HOUR}, Health.LATE,
         "The last complete run ended 2026-03-10 10:30 UTC, and two have been due since."),
        # a run that never ends keeps nothing fresh
        ({"status": "running", "last_good_end_time": NOW - 2 * HOUR}, Health.LATE, "The last complete run"),
        ({"last_good_end_time": None, "status": "partial", "last_error": "cut"}, Health.NEVER,
         "No run has read it completely yet: cut"),
        ({"last_good_end_time": None, "status": "running", "runs_7d": 0, "runs_24h": 0, "good_24h": 0},
         Health.RUNNING, "Its first run is under way."),
        # a try that is under way ends nothing: people would be told that it is over, and again that it is not
        ({"last_good_end_time": None, "status": "running", "last_error": "cut"}, Health.NEVER,
         "No run has read it completely yet: cut"),
        ({"status": "running", "failures_in_a_row": 2, "last_error": "no key"}, Health.FAILED,
         "The last 2 runs failed: no key"),
        ({"runs_24h": 10, "good_24h": 7}, Health.UNRELIABLE, "7 of 10 runs of the last 24 hours went well."),
        ({"runs_24h": 10, "good_24h": 8}, Health.FRESH, ""),
        ({"runs_24h": 1, "good_24h": 0}, Health.FRESH, ""),
        ({"status": "partial", "error_message": "2 records were rejected."}, Health.PARTIAL,
         "2 records were rejected."),
        ({"status": "running"}, Health.RUNNING, "A run is under way."),
    ],
)  # fmt: skip
def test_the_worst_is_said(changes, health, said):
    source, entity = make_source()
    state = judge(source, entity, make_row(**changes), NOW)
    assert (state.health, state.reason[: len(said)]) == (health, said)
    assert state.is_good is (health in {Health.FRESH, Health.PARTIAL, Health.RUNNING})


def test_entity_that_never_ran_is_said():
    source, entity = make_source()
    state = judge(source, entity, None, NOW)
    assert (state.health, state.reason, state.sync_history_id) == (Health.NEVER, "It has never run.", None)


def test_without_a_schedule_nothing_is_late():
    source, entity = make_source(None)
    assert judge(source, entity, make_row(last_good_end_time=NOW - 900 * HOUR), NOW).health is Health.FRESH
