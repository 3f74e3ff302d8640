"""Limits: processes share them, a quota that is used up ends a run as partial, and the next one goes on."""

from __future__ import annotations

from itertools import cycle, islice

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.kinds import orders_by_time, read_source
from tests.conformance.tables import assert_table
from tests.conformance.worker import start_worker

pytestmark = pytest.mark.postgres


def use_up(pipeline, entity, calls):
    """Refuse all but some calls for the rest of the day: in the source's words, else by our own count."""
    faults = pipeline.account.fake.faults
    if "daily_limit" in faults.kinds:
        faults.add("daily_limit", pipeline.account.read_paths(entity)[0], skip=calls, times=None)
    else:
        pipeline.account.facts["extra"] = {"requests_per_day": max(1, calls), "requests_per_s": 1_000}


def give_back(pipeline):
    """Begin the next day."""
    pipeline.account.fake.faults.clear()
    pipeline.account.facts["extra"] = {"rate_limits": False}


@pytest.mark.check("daily_quota")
@pytest.mark.one_per("rest_reader")
def test_daily_quota_ends_the_run_as_partial_and_sweeps_nothing(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    gone = pipeline.account.remove(entity, 5)
    watermark = pipeline.read_watermark(entity)
    use_up(pipeline, entity, 0)
    run = pipeline.run(sync_type, full=True, batch_size=10)
    assert run.row.status is SyncStatus.PARTIAL
    assert "daily" in run.row.error_message.lower()
    assert run.row.counts.deleted == 0
    assert pipeline.read_watermark(entity).until == watermark.until
    give_back(pipeline)
    pipeline.run(sync_type, full=True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=gone)


@pytest.mark.check("quota_resumes")
@pytest.mark.one_per("rest_reader_with_pages")
def test_daily_quota_resumes_from_the_same_page(pipeline, sync_type):
    entity = pipeline.entity(sync_type)
    for parent in entity.after:
        pipeline.run(parent)
    total = sum(1 for _ in pipeline.account.list_records(entity))
    entity = pipeline.entity(sync_type, page_size=max(1, total // 6))
    start = pipeline.account.count_reads(entity)
    pipeline.run(entity, dry_run=True)
    use_up(pipeline, entity, (pipeline.account.count_reads(entity) - start) // 2)
    first = pipeline.run(entity)
    assert (first.row.status, first.is_complete) == (SyncStatus.PARTIAL, False)
    staged = first.outcome.records
    assert 0 < staged < total
    # what was read already changes again: the run after the next has it
    changed = [] if entity.parent_key else pipeline.account.change(entity, 5)
    give_back(pipeline)
    second = pipeline.run(entity)
    assert second.is_complete, second.row.error_message
    assert second.plan.until == first.plan.until
    # a list in the order of changes shows again what changed after it was read
    moved = len(changed) if orders_by_time(entity) else 0
    assert total - staged <= second.outcome.records <= total - staged + moved
    pipeline.run(entity)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), by_delta=changed)


def test_daily_quota_of_searches_resumes_from_the_same_page(open_pipeline):
    pipeline = open_pipeline(counts={"companies": 150})
    entity = pipeline.run("companies").entity
    pipeline.pass_time(3600)
    pipeline.account.change(entity, 140)
    # a page of a search holds twice as many as one of a list
    search = {**entity.read.search.model_dump(), "page_size": 20}
    entity = pipeline.entity("companies", read={"search": search})
    pipeline.account.fake.faults.add("daily_limit", "*/companies/search", skip=3, times=None)
    first = pipeline.run(entity)
    assert (first.row.status, first.is_complete) == (SyncStatus.PARTIAL, False)
    assert first.outcome.records > 0
    pipeline.account.fake.faults.clear()
    second = pipeline.run(entity)
    assert second.is_complete
    assert second.outcome.records == 140 - first.outcome.records
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("own_daily_quota")
@pytest.mark.one_per("rest_crm")
def test_own_count_of_the_day_ends_the_run_before_the_source_has_to(open_own, sync_type, entity_name):
    rest = read_source(entity_name[0]).rest
    if not any(limit.per_day for limit in rest.rate_limits.values()):
        pytest.skip("the source has no daily quota")
    pipeline = open_own(extra={"requests_per_day": 3, "requests_per_s": 1_000})
    entity = pipeline.entity(sync_type, page_size=5)
    first = pipeline.run(entity)
    assert first.row.status is SyncStatus.PARTIAL
    assert pipeline.account.count_reads(entity) <= 3
    give_back(pipeline)
    second = pipeline.run(entity)
    assert second.is_complete
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("shared_budget")
@pytest.mark.one_per("rest_crm")
def test_four_processes_on_one_account_share_its_limit(open_own, entity_name):
    # A limit that makes them take seconds: a process that gets no CPU for a moment stays inside, four that
    # each count for themselves do not. The vendor's own limit and its 95 % are measured in bench/.
    source = read_source(entity_name[0])
    own = {name: entity for name, entity in source.entities.items() if entity.read.kind == source.kind}
    alone = [name for name, entity in own.items() if not entity.after]
    # an account with fewer entities than that has some of them looked at twice, by dry runs at the same time
    names = list(islice(cycle(alone), 4))
    pipeline = open_own()
    pipeline.account.ask_often()
    requests = pipeline.account.fake.requests
    flags, asked = {}, {}
    for name in dict.fromkeys(names):
        records = sum(1 for _ in pipeline.account.list_records(pipeline.entity(name)))
        flags[name] = {"batch_size": max(1, records // 5), "dry_run": names.count(name) > 1}
        before = len(requests)
        pipeline.run(name, **{**flags[name], "dry_run": True})
        asked[name] = len(requests) - before
    limit = max(8, sum(asked[name] for name in names) // 3)
    requests.clear()
    pipeline.account.facts["extra"] = {
        "requests_per_2s": limit,
        **{f"{bucket}_requests_per_2s": limit for bucket in source.rest.rate_limits if bucket != "default"},
    }
    workers = [start_worker(pipeline, name, flags=flags[name]) for name in names]
    for worker in workers:
        worker.finish()
    assert len(requests) >= 2 * limit, "too few to tell anything"
    for bucket in {entry.bucket for entry in requests.entries()}:
        assert requests.max_in_window(1.9, bucket=bucket) <= limit + 1, bucket
