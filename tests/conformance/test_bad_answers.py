"""Bad answers over REST: what passes costs nothing, what stays fails the run without harm."""

from __future__ import annotations

import pytest

from crm_sync.config.file_words import FileWords
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AuthenticationError, CrmSyncError
from tests.conformance.kinds import has_pages, pick
from tests.conformance.tables import assert_table, read_rows

pytestmark = pytest.mark.postgres
READS = [(name, 0, {"full": True}) for name in pick("rest_reader")]
# deltas that ask elsewhere than full reads do, and in another way
READS += [(("hubspot", "companies"), 1, {"start_date": "2000-01-01"})]
IDS = [f"{crm}.{entity}{'-delta' if place else ''}" for (crm, entity), place, _ in READS]
FIRST = set(pick("rest_crm"))
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
    "400": ("status", {"code": 400, "body": '{"error": "made up", "category": "VALIDATION_ERROR"}'}),
    "401": ("unauthorized", {}),
    "403": ("missing_scope", {}),
}


def combine(faults, usual):
    """Combine reads and faults: all faults with one read of each CRM, the other reads with the usual ones."""
    for fault in faults:
        for (name, place, flags), id_ in zip(READS, IDS, strict=True):
            is_usual = fault in usual or (name in FIRST and not place)
            marks = () if is_usual else pytest.mark.thorough
            yield pytest.param(name, place, flags, fault, id=f"{fault}-{id_}", marks=marks)


def prepare(pipeline, sync_type, place):
    """Give entity, path, how many requests to let through first, and a page size that makes five pages."""
    entity = pipeline.entity(sync_type)
    for parent in entity.after:
        pipeline.run(parent)
    records = sum(1 for _ in pipeline.account.list_records(entity))
    skip = 1 if has_pages(entity) else 0
    return entity, pipeline.account.read_paths(entity)[place], skip, max(1, records // 5)


def tell_good(expected):
    return SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS


@pytest.mark.check("bad_answer_that_passes")
@pytest.mark.parametrize(("entity_name", "place", "flags", "fault"), [*combine(PASSING, {"truncated-json"})])
def test_fault_that_passes_loses_nothing(pipeline, sync_type, place, flags, fault):
    kind, options = PASSING[fault]
    entity, path, skip, size = prepare(pipeline, sync_type, place)
    planned = pipeline.account.fake.faults.add(kind, path, skip=skip, **options)
    run = pipeline.run(sync_type, batch_size=size, **flags)
    assert planned.fired == options.get("times", 1)
    expected = pipeline.account.expected(entity)
    assert run.row.status is tell_good(expected)
    by_delta = expected.rows if "start_date" in flags else ()
    assert_table(pipeline.warehouse, entity, expected, by_delta=by_delta)
    if kind != "slow_drip":
        assert run.row.performance_metrics["retries"] >= planned.fired


@pytest.mark.check("bad_answer_that_stays")
@pytest.mark.parametrize(("entity_name", "place", "flags", "fault"), [*combine(STAYING, {"503", "403"})])
def test_fault_that_stays_fails_the_run_and_harms_nothing(pipeline, sync_type, place, flags, fault):
    kind, options = STAYING[fault]
    entity, path, skip, size = prepare(pipeline, sync_type, place)
    pipeline.run(sync_type, batch_size=size)
    usual = pipeline.account.count_calls()
    before, watermark = read_rows(pipeline.warehouse, entity), pipeline.read_watermark(entity)
    if fault == "403" and has_parents(entity) and not says_feature_off(entity, fault):
        skip = 0  # of several parents, one that refuses is left out: here all of them do
    pipeline.account.fake.faults.add(kind, path, skip=skip, times=None, **options)
    if not skip and says_feature_off(entity, fault):
        # by its YAML such a first answer is no failure: the list is not there for this account
        assert pipeline.run(sync_type, batch_size=size, **flags).row.status is SyncStatus.SUCCESS
        assert read_rows(pipeline.warehouse, entity) == before
        return
    with pytest.raises(CrmSyncError) as caught:
        pipeline.run(sync_type, batch_size=size, **flags)
    if fault in {"401", "403"}:
        assert isinstance(caught.value, AuthenticationError)
        assert pipeline.account.source.connection_id in str(caught.value)
    sync, status, message = pipeline.list_history()[-1]
    assert (sync, status) == (sync_type, SyncStatus.FAILED)
    assert message
    assert read_rows(pipeline.warehouse, entity) == before
    assert pipeline.read_watermark(entity).until == watermark.until
    assert pipeline.account.count_calls() <= 2 * usual + 60, "a fault that stays is not asked for without end"
    pipeline.account.fake.faults.clear()
    pipeline.account.change(entity, 3)
    pipeline.sync(sync_type)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


def has_parents(entity):
    return isinstance(entity.read, RestListRead) and entity.read.parents is not None


def says_feature_off(entity, fault):
    if not isinstance(entity.read, RestListRead) or not fault.isdecimal():
        return False
    return any(one.feature_off and int(fault) in one.feature_off.status for one in entity.read.passes)


@pytest.mark.check("repeated_page")
@pytest.mark.parametrize(("entity_name", "place", "flags"), READS, ids=IDS)
def test_page_or_token_sent_again_is_an_error_and_no_end(pipeline, sync_type, place, flags):
    entity, path, _, size = prepare(pipeline, sync_type, place)
    read, faults = entity.read, pipeline.account.fake.faults
    is_one_list = not isinstance(read, FileWords) and (
        not isinstance(read, RestListRead) or not (read.end_on_repeat or read.windows or read.parents)
    )
    if place or entity.parent_key or not has_pages(entity) or not is_one_list:
        pytest.skip("one page after another, of one list, by token or number: not how this is read")
    before = read_rows(pipeline.warehouse, pipeline.run(sync_type, batch_size=size).entity)
    kind = "repeated_token" if "repeated_token" in faults.kinds else "repeated_page"
    faults.add(kind, path, skip=1, times=None)
    with pytest.raises(CrmSyncError):
        pipeline.run(sync_type, batch_size=size, **flags)
    assert read_rows(pipeline.warehouse, entity) == before


@pytest.mark.check("empty_page")
@pytest.mark.one_per("rest_reader")
def test_empty_page_that_says_there_is_more_is_not_the_end(pipeline, sync_type):
    entity, path, skip, size = prepare(pipeline, sync_type, 0)
    faults = pipeline.account.fake.faults
    if "empty_page" not in faults.kinds:
        pytest.skip("an empty page is how this source says that there is no more")
    before = pipeline.run(sync_type, batch_size=size)
    faults.add("empty_page", path, skip=skip)
    try:
        pipeline.run(sync_type, batch_size=size, full=True)
    except CrmSyncError:
        # a source that can't tell where it was may say so
        assert pipeline.list_history()[-1][1] == SyncStatus.FAILED
    assert before.is_complete
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("slow_answer")
@pytest.mark.one_per("rest_crm")
def test_slow_answer_is_cut_off_and_asked_for_again(pipeline, sync_type):
    entity, path, skip, size = prepare(pipeline, sync_type, 0)
    pipeline.account.facts["read_timeout_s"] = 0.5
    pipeline.account.fake.faults.add("slow", path, delay_s=1.5, skip=skip)
    run = pipeline.run(sync_type, batch_size=size)
    assert run.row.performance_metrics["retries"] >= 1
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


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
