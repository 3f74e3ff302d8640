"""Bad answers: what passes costs nothing, what stays fails the run without harm, quotas end it as partial."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AuthenticationError, CrmSyncError
from tests.conformance.tables import assert_table, read_rows
from tests.conformance.worker import start_worker

pytestmark = pytest.mark.postgres
READS = {
    "list": ("contacts", "*/objects/contacts", {"full": True}),
    "search": ("companies", "*/companies/search", {"start_date": "2000-01-01"}),
    "owners": ("owners", "*/owners", {}),
    "links": ("associations", "*/batch/read", {"full": True}),
}
PASSING = {
    "429": ("rate_limited", {"times": 2}),
    "429-seconds": ("rate_limited", {"retry_after_s": 0}),
    "429-date": ("rate_limited", {"retry_after_s": 1, "retry_after_form": "date"}),
    "503-burst": ("unavailable", {"times": 3}),
    "502-html": ("bad_gateway", {}),
    "500": ("server_error", {}),
    "truncated-json": ("truncated_json", {}),
    "html-with-200": ("html_200", {}),
    "connection-reset": ("connection_reset", {}),
    "cut-body": ("cut_body", {}),
    "slow-drip": ("slow_drip", {"drip_s": 0.3}),
}
STAYING = {
    "503": ("unavailable", {}),
    "error-in-200": ("error_in_200", {}),
    "html-with-200": ("html_200", {}),
    "truncated-json": ("truncated_json", {}),
    "400": ("status", {"code": 400, "body": '{"category": "VALIDATION_ERROR"}'}),
    "repeated-token": ("repeated_token", {}),
    "401": ("unauthorized", {}),
    "403": ("missing_scope", {}),
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("fault", PASSING)
def test_fault_that_passes_loses_nothing(open_pipeline, read, fault):
    sync_type, path, flags = READS[read]
    kind, options = PASSING[fault]
    pipeline = open_pipeline(counts=COUNTS)
    entity = pipeline.account.source.entities[sync_type]
    for parent in entity.after:
        pipeline.run(parent)
    planned = pipeline.account.fake.faults.add(kind, path, skip=1, **options)
    run = pipeline.run(sync_type, batch_size=50, **flags)
    assert planned.fired == options.get("times", 1)
    assert run.row.status is SyncStatus.SUCCESS
    by_delta = pipeline.account.expected(entity).rows if read == "search" else ()
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), by_delta=by_delta)
    if kind != "slow_drip":
        assert run.row.performance_metrics["retries"] >= planned.fired


COUNTS = {
    "contacts": 150,
    "companies": 150,
    "deals": 150,
    "tickets": 20,
    "line_items": 20,
    "calls": 20,
    "owners": 120,
}


@pytest.mark.parametrize(
    ("read", "fault"),
    # searches start each page above the last id: there is no token to repeat
    [(r, f) for r in ("list", "search", "owners") for f in STAYING if (r, f) != ("search", "repeated-token")],
)
def test_fault_that_stays_fails_the_run_and_harms_nothing(open_pipeline, read, fault):
    sync_type, path, flags = READS[read]
    kind, options = STAYING[fault]
    pipeline = open_pipeline(counts=COUNTS)
    entity = pipeline.run(sync_type).entity
    before, watermark = read_rows(pipeline.warehouse, entity), pipeline.read_watermark(entity)
    pipeline.account.fake.faults.add(kind, path, skip=1, times=None, **options)
    with pytest.raises(CrmSyncError) as caught:
        pipeline.run(sync_type, batch_size=50, **flags)
    if fault in {"401", "403"}:
        assert isinstance(caught.value, AuthenticationError)
        assert "hubspot_default" in str(caught.value)
    sync, status, message = pipeline.list_history()[-1]
    assert (sync, status) == (sync_type, SyncStatus.FAILED)
    assert message
    assert read_rows(pipeline.warehouse, entity) == before
    assert pipeline.read_watermark(entity).until == watermark.until
    assert len(pipeline.account.fake.requests) < 100
    pipeline.account.fake.faults.clear()
    pipeline.account.change(entity, 3)
    pipeline.run(sync_type)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.parametrize("read", ["list", "owners"])
def test_empty_page_with_a_next_token_is_not_the_end(open_pipeline, read):
    sync_type, path, _ = READS[read]
    pipeline = open_pipeline(counts=COUNTS)
    pipeline.account.fake.faults.add("empty_page", path, skip=1)
    run = pipeline.run(sync_type, batch_size=50)
    assert_table(pipeline.warehouse, run.entity, pipeline.account.expected(run.entity))


def test_token_that_expires_under_many_workers_is_refreshed_once_each_time(open_pipeline):
    extra = {"auth": "oauth", "refresh_token": "sandbox-refresh-token", "rate_limits": False}
    pipeline = open_pipeline(counts={"contacts": 2_000}, extra=extra, latency_ms=5)
    fake = pipeline.account.fake
    pipeline.account.facts |= {"login": fake.config.oauth_client_id, "token": fake.config.oauth_client_secret}
    for page in (5, 15):
        fake.hooks.before_page("*/objects/contacts", page, fake.tokens.expire_all)
    run = pipeline.run(pipeline.entity("contacts", read={"parallel": 4}))
    assert [entry.status for entry in fake.requests.entries()].count(401) >= 2
    assert fake.tokens.refreshes == 3
    assert_table(pipeline.warehouse, run.entity, pipeline.account.expected(run.entity))


def test_slow_answer_is_cut_off_and_asked_for_again(open_pipeline):
    pipeline = open_pipeline(counts=COUNTS)
    pipeline.account.facts["read_timeout_s"] = 0.5
    pipeline.account.fake.faults.add("slow", "*/objects/contacts", delay_s=1.5, skip=1)
    run = pipeline.run("contacts", batch_size=50)
    assert run.row.performance_metrics["retries"] >= 1
    assert_table(pipeline.warehouse, run.entity, pipeline.account.expected(run.entity))


def test_daily_quota_ends_the_run_as_partial_and_sweeps_nothing(open_pipeline):
    pipeline = open_pipeline()
    entity = pipeline.run("contacts").entity
    gone = pipeline.account.remove(entity, 5)
    watermark = pipeline.read_watermark(entity)
    pipeline.account.fake.faults.add("daily_limit", "*/objects/contacts", skip=2, times=None)
    run = pipeline.run("contacts", full=True)
    assert run.row.status is SyncStatus.PARTIAL
    assert "daily" in run.row.error_message.lower()
    assert run.row.counts.deleted == 0
    assert pipeline.read_watermark(entity).until == watermark.until
    pipeline.account.fake.faults.clear()
    pipeline.run("contacts", full=True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=gone)


@pytest.mark.parametrize("read", READS)
def test_daily_quota_resumes_from_the_same_page(open_pipeline, read):
    sync_type, path, _ = READS[read]
    pipeline = open_pipeline(counts={**COUNTS, "contacts": 600, "owners": 200})
    entity = pipeline.entity(sync_type, page_size=50 if read == "owners" else 100)
    for parent in entity.after:
        pipeline.run(parent)
    if read == "search":
        pipeline.run(entity)
        age_watermark(pipeline)
        pipeline.account.change(entity, 140)
        # a page of a search holds twice as many as one of a list
        entity = pipeline.entity(sync_type, read={"search_page_size": 20})
    fake = pipeline.account.fake
    fault = fake.faults.add("daily_limit", path, skip=3, times=None)
    first = pipeline.run(entity)
    assert (first.row.status, first.is_complete) == (SyncStatus.PARTIAL, False)
    staged = first.outcome.records
    assert staged > 0
    # what was read already changes again: the run after the next has it
    changed = pipeline.account.change(entity, 5) if read == "list" else []
    fake.faults.planned.remove(fault)
    second = pipeline.run(entity)
    assert second.is_complete
    assert second.plan.until == first.plan.until
    total = 140 if read == "search" else len(pipeline.account.expected(entity).rows)
    assert second.outcome.records == total - staged
    pipeline.run(entity)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), by_delta=changed)


def age_watermark(pipeline):
    """Let an hour pass since the runs so far."""
    pipeline.account.fake.clock.advance(3600)
    pipeline.now = lambda: datetime.now(UTC) + timedelta(hours=1)


def test_four_processes_on_one_account_share_its_limit(open_pipeline):
    # Two a second where the fake allows five: a process that gets no CPU for a moment stays inside, four that
    # each count for themselves do not. The vendor's own limit and its 95 % are measured in bench/.
    busy = dict.fromkeys(("contacts", "deals", "tickets", "calls"), 240)
    pipeline = open_pipeline(rate_limits=True, extra={"search_rps": 2}, counts={**COUNTS, **busy})
    requests = pipeline.account.fake.requests
    sync_at_once(pipeline, list(busy))
    assert not [entry for entry in requests.entries() if entry.status == 429]
    assert requests.utilisation(2, 1.0, bucket="search") >= 0.7


def sync_at_once(pipeline, names):
    flags = {"start_date": "2000-01-01", "batch_size": 40}
    for worker in [start_worker(pipeline, name, flags=flags) for name in names]:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors[-2000:]
