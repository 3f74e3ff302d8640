"""Queries that are paid for: one per read, found again, priced, stopped, and repeated where that helps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import (
    AuthenticationError,
    ConfigError,
    FatalSourceError,
    JobLostError,
    LongWaitError,
    SourceError,
)
from crm_sync.rest.aws_auth import SigV4Auth
from crm_sync.rest.connection_facts import ConnectionFacts
from crm_sync.sources.registry import create_source
from crm_sync.storage.history.sync_history import read_history
from tests.conformance.tables import assert_table
from tests.conformance.worker import run_worker

START, LOOK, RESULTS = "/StartQueryExecution/*", "/GetQueryExecution/?*", "/GetQueryResults/*"
"""The question for the time asks about no query, so it has no table behind its slash."""


def count(pipeline, path):
    return len(pipeline.account.fake.requests.entries(path))


def test_read_of_many_pages_is_one_query(open_account):
    kit = open_account(counts={"estimates": 95})
    assert len(kit.read("estimates", page_size=10).records) == 95
    assert (kit.count("StartQueryExecution"), kit.count("GetQueryResults")) == (1, 10)


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["job_known", "during_fetch"])
def test_killed_worker_resumes_its_query_and_pays_once(lake, point):
    changes = {"chunk_records": 10, "page_size": 10}
    run_worker(lake, "estimates", kill=point, run_id="killed", records=10, changes=changes)
    run = lake.run(lake.entity("estimates", **changes), run_id="killed")
    assert (run.row.status, run.row.records_created) == (SyncStatus.SUCCESS, 45)
    assert count(lake, START) == 1, "one query was paid for"
    scanned = next(iter(lake.account.fake.store.queries.values())).scanned_bytes
    assert run.row.performance_metrics["data_scanned_bytes"] == scanned, "counted once"


@pytest.mark.postgres
def test_worker_killed_between_the_query_and_its_id_asks_with_the_same_token(lake):
    run_worker(lake, "estimates", kill="job_created", run_id="killed")
    run = lake.run("estimates", run_id="killed")
    assert (run.row.status, run.row.records_created) == (SyncStatus.SUCCESS, 45)
    assert count(lake, START) == 2
    assert len(lake.account.fake.store.queries) == 1, "Athena knew the token"


@pytest.mark.postgres
def test_scanned_bytes_and_price_are_in_the_history(open_lake):
    lake = open_lake(extra={"rate_limits": False, "price_per_tb": "1000000"})
    run = lake.run("estimates")
    (query,) = lake.account.fake.store.queries.values()
    metrics = run.row.performance_metrics
    assert metrics["data_scanned_bytes"] == query.scanned_bytes > 0
    assert metrics["query_cost_usd"] == pytest.approx(10_485_760 / 2**40 * 1_000_000, rel=1e-4)
    assert run.row.configuration["source"]["jobs"]["all"]["job"] == query.query_id


@pytest.mark.postgres
def test_failed_run_says_what_its_queries_have_used(lake):
    lake.account.fake.faults.add("query_cancelled", LOOK, times=None)
    run = lake.begin("estimates")
    with pytest.raises(JobLostError):
        lake.go(run)
    run.made.fail("it failed")
    scanned = sum(one.scanned_bytes for one in lake.account.fake.store.queries.values())
    assert len(lake.account.fake.store.queries) == 2
    row = read_history(lake.warehouse.connect, run.made.history_id)
    assert row.performance_metrics["data_scanned_bytes"] == scanned > 0
    assert row.status is SyncStatus.FAILED


def test_price_that_is_no_number_is_said_in_one_sentence(kit):
    client = kit.make_client(price_per_tb="five")
    with pytest.raises(ConfigError, match=r"extra\.price_per_tb.*a number from 0 on"):
        kit.read("estimates", client=client)


@pytest.mark.postgres
def test_entities_wait_for_one_another_so_that_one_query_runs_at_a_time(lake):
    entities = lake.account.source.entities
    first = [name for name, one in entities.items() if one.enabled and not one.after]
    followed = [one.after for one in entities.values() if one.after]
    assert first == ["customers"]
    assert len(followed) == len(set(followed)) == 7, "a chain: each follows another one"
    for name in ("estimates", "lead_results"):
        lake.run(name)
    assert lake.account.fake.store.most_running == 1


def test_cancelled_query_is_started_once_more(kit):
    kit.fake.faults.add("query_cancelled", LOOK)
    assert len(kit.read("estimates").records) == 45
    assert kit.count("StartQueryExecution") == 2


def test_query_that_is_cancelled_again_fails_the_read(kit):
    kit.fake.faults.add("query_cancelled", LOOK, times=None)
    result = kit.read("estimates", catch=SourceError)
    assert isinstance(result.error, JobLostError)
    assert "ended as CANCELLED: Query cancelled by user" in str(result.error)
    assert kit.count("StartQueryExecution") == 2


def test_query_that_athena_would_try_again_is_started_once_more(kit):
    kit.fake.faults.add("query_failed", LOOK, reason="Internal error in the engine", retryable=True)
    assert len(kit.read("estimates").records) == 45
    assert kit.count("StartQueryExecution") == 2


def test_query_that_athena_would_not_try_again_fails_at_once(kit):
    kit.fake.faults.add("query_failed", LOOK, times=None, reason="Something unheard of", retryable=False)
    result = kit.read("estimates", catch=SourceError)
    assert "Something unheard of" in str(result.error)
    assert kit.count("StartQueryExecution") == 1


def test_exhausted_query_of_a_delta_is_asked_for_in_halves(kit):
    kit.fake.faults.add("query_exhausted", LOOK)
    since = datetime(2024, 12, 1, tzinfo=UTC)
    result = kit.read("estimates", since=since)
    assert len(result.records) == len(kit.fake.store.counts() and kit.read("estimates", since=since).records)
    halves = kit.queries_sent()[1:3]
    assert "AND updated_at < timestamp" in halves[0]
    assert "AND updated_at < timestamp" not in halves[1]


def test_forgotten_query_is_started_again(kit):
    kit.fake.faults.add("query_gone", LOOK)
    assert len(kit.read("estimates").records) == 45
    assert kit.count("StartQueryExecution") == 2


def test_query_that_takes_too_long_is_stopped(kit):
    kit.fake.faults.add("query_slow", LOOK, times=None, looks=9999)
    client = kit.make_client(query_timeout="30")
    result = kit.read("estimates", client=client, catch=SourceError)
    assert "is still RUNNING after" in str(result.error)
    assert kit.count("StopQueryExecution") == 1
    (query,) = kit.fake.store.queries.values()
    assert query.state == "CANCELLED"


@pytest.mark.postgres
def test_long_query_gives_the_worker_back_and_is_found_again(lake):
    lake.account.facts["longest_wait_s"] = 60.0
    lake.account.fake.faults.add("query_slow", LOOK, looks=10)
    run = lake.begin("estimates", run_id="slow")
    with pytest.raises(LongWaitError, match="job 0000"):
        lake.go(run)
    run.made.release(force=True)
    again = lake.begin("estimates", run_id="slow")
    lake.account.facts["longest_wait_s"] = None
    lake.go(again)
    again.made.release(force=True)
    assert (again.row.status, again.row.records_created) == (SyncStatus.SUCCESS, 45)
    assert count(lake, START) == 1


@pytest.mark.parametrize("fault", ["rate_limited", "throttled"])
def test_throttling_is_waited_out(kit, fault):
    kit.policy = None
    kit.fake.faults.add(fault, START, times=4)
    assert len(kit.read("estimates").records) == 45
    assert len(kit.fake.store.queries) == 1
    assert (1 + 2 + 4 + 8) / 2 <= kit.skipped_s <= (1 + 2 + 4 + 8 + 2) * 1.5


@pytest.mark.parametrize("path", [START, LOOK, RESULTS])
def test_server_error_is_asked_again_and_pays_once(kit, path):
    kit.fake.faults.add("server_error", path)
    assert len(kit.read("estimates").records) == 45
    assert len(kit.fake.store.queries) == 1


@pytest.mark.parametrize(
    ("settings", "extra", "means"),
    [
        ({"session_token": "t", "is_expired": True}, {"aws_session_token": "t"}, "have expired"),
        ({"denied": frozenset({"StartQueryExecution"})}, {}, "athena:StartQueryExecution"),
        ({"denied": frozenset({"GetQueryResults"})}, {}, "athena:GetQueryResults"),
        ({"access_key": "AKIAOTHER"}, {"login": "AKIAUNKNOWN"}, "access key id"),
        ({}, {"password": "another secret"}, "secret access key"),
        ({"region": "eu-west-1"}, {}, "secret access key"),
    ],
    ids=["expired", "no_start", "no_results", "unknown_key", "wrong_secret", "wrong_region"],
)
def test_key_that_does_not_suffice_is_said_in_one_sentence(open_account, settings, extra, means):
    kit = open_account(**settings)
    result = kit.read("estimates", client=kit.make_client(**extra), catch=SourceError)
    assert isinstance(result.error, AuthenticationError)
    text = str(result.error)
    assert means in text
    assert text.startswith("connection salespro_default: ")
    assert text.count("\n") == 0
    assert kit.fake.config.secret_key not in text


def test_role_s_session_token_is_signed_and_sent(open_account):
    kit = open_account(session_token="temporary")
    client = kit.make_client(aws_session_token="temporary")
    assert len(kit.read("estimates", client=client).records) == 45


def test_connection_with_half_a_key_is_refused(kit):
    with pytest.raises(ConfigError, match="access key id"):
        SigV4Auth(kit.source.rest.sigv4, ConnectionFacts("c", "AKIA", "", {"region_name": "us-east-1"}))


def test_malformed_query_fails_at_once(kit):
    kit.fake.faults.add("bad_request", START, times=None)
    result = kit.read("estimates", catch=FatalSourceError)
    assert "mismatched input" in str(result.error)
    assert kit.count("StartQueryExecution") == 1


@pytest.mark.postgres
def test_delta_reads_what_changed_and_the_tables_are_equal(lake):
    lake.run("estimates")
    entity = lake.entity("estimates")
    lake.account.change(entity, 7)
    lake.account.add(entity)
    run = lake.run("estimates")
    assert (run.row.records_updated, run.row.records_created) == (7, 1)
    assert_table(lake.warehouse, entity, lake.account.expected(entity))
    assert "timestamp '" in list(lake.account.fake.store.queries.values())[-1].text
    assert datetime.now(UTC) - timedelta(days=1, minutes=10) < _read_bound(lake) < datetime.now(UTC)


def _read_bound(lake):
    text = list(lake.account.fake.store.queries.values())[-1].text
    return datetime.fromisoformat(text.split("timestamp '")[1][:19]).replace(tzinfo=UTC)


def test_time_is_that_of_a_refusal_which_costs_nothing(kit):
    kit.fake.config = kit.fake._account.config = replace(kit.fake.config, checks_time=False)
    kit.fake.clock.offset_s = -600.0
    source = create_source(kit.source, kit.entity("estimates"), client=kit.make_client())
    clock = source.read_clock()
    assert clock is not None
    assert abs((clock - kit.fake.clock.now()).total_seconds()) < 3
    assert (kit.count("GetQueryExecution"), len(kit.fake.store.queries)) == (1, 0)


def test_key_that_is_refused_is_said_before_a_query_is_paid_for(kit):
    source = create_source(kit.source, kit.entity("estimates"), client=kit.make_client(password="wrong"))
    with pytest.raises(AuthenticationError):
        source.read_clock()
