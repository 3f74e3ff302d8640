"""Large reads by Bulk jobs: equal to pages cell by cell, counted, found again, never paid for twice."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crm_sync.exceptions import (
    ConfigError,
    FatalSourceError,
    JobLostError,
    SourceError,
    SourceUnavailableError,
)
from tests.sources.salesforce.conftest import SMALL

KINDS = sorted(SMALL)
POLL, RESULTS = "*/jobs/query/750*", "*/results"


@pytest.fixture
def bulk(open_account):
    """An org that is read by jobs, 20 rows a page of results."""
    kit = open_account(bulk_page_rows=20)
    kit.usual_extra = {"rate_limits": False, "bulk_threshold": "10"}
    return kit


def count_starts(kit):
    return len(kit.fake.requests.entries("*/jobs/query"))


def by_id(result):
    return {record["Id"]: record for record in result.records}


def typed(result):
    # the number of a row in its chunk is where it came, and nothing of it
    return {
        key: {name: cell for name, cell in row.items() if name[0] != "_"} for key, row in result.rows.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_record_is_the_same_by_a_job_and_by_pages(open_account, kind):
    kit = open_account(counts={**SMALL, kind: 90}, custom_fields=6)
    by_pages, by_job = (kit.read(kind, client=kit.make_client(bulk_threshold=n)) for n in ("1000", "10"))
    assert "jobs" not in by_pages.facts
    assert by_job.facts["jobs"]["all"]["records"] == 90
    # texts of both, so that 1 and 1.0, or true and "true", are two things
    wanted, came = ({key: json.dumps(one, sort_keys=True) for key, one in by_id(r).items()}
                    for r in (by_pages, by_job))  # fmt: skip
    assert came == wanted
    assert typed(by_job) == typed(by_pages)


def test_threshold_of_2000_is_told_by_a_count(open_account):
    kit = open_account(counts={"contacts": 2000, "leads": 2001}, page_size=2000)
    assert "jobs" not in kit.read("contacts").facts
    assert count_starts(kit) == 0
    assert kit.read("leads").facts["jobs"]["all"]["records"] == 2001
    assert [one for one in kit.asked() if one.startswith("SELECT COUNT()")] == [
        "SELECT COUNT() FROM Contact", "SELECT COUNT() FROM Lead",
    ]  # fmt: skip
    assert len(kit.fake.requests.entries("*/queryAll")) == 3


def test_threshold_that_is_no_number_is_refused_by_name(kit):
    error = kit.read("users", client=kit.make_client(bulk_threshold="many"), catch=ConfigError).error
    assert "extra.bulk_threshold" in str(error)


def test_delta_above_the_threshold_asks_its_job_for_the_span_alone(bulk):
    since = bulk.fake.clock.now() - timedelta(seconds=1)
    changed = bulk.stored_ids("contacts")[:15]
    for one in changed[:-1]:
        bulk.fake.changes.update("contacts", one, {"Title": "Owner"})
    bulk.fake.changes.delete("contacts", changed[-1])
    result = bulk.read("contacts", since=since, previous={"refreshed": since.isoformat()})
    assert result.ids == changed
    assert result.rows[changed[-1]]["is_deleted"] is True
    assert count_starts(bulk) == 1


def test_refresh_reads_its_few_fields_by_a_job_of_its_own(bulk):
    since = bulk.fake.clock.now() + timedelta(days=1)
    result = bulk.read("contacts", since=since)
    assert {page.is_refresh for page in result.pages if page.records} == {True}
    assert set(result.records[0]) == {"Id", "LastActivityDate"}
    assert list(result.facts["jobs"]) == ["refreshed/all"]


def test_few_records_that_are_wanted_cost_no_job(bulk):
    assert bulk.read("leads", max_records=5).records
    assert count_starts(bulk) == 0


def test_id_is_stored_before_the_first_look_and_the_intent_before_the_start(bulk):
    result = bulk.read("leads", stop_after=1)
    assert result.cursors["all"].get("job") is None
    assert result.pages[0].is_landmark
    assert count_starts(bulk) == 0
    result = bulk.read("accounts", stop_after=2)
    assert result.cursors["all"]["job"].startswith("750")
    assert result.pages[1].is_landmark
    assert bulk.fake.requests.entries(POLL) == []


@pytest.mark.parametrize("stored", [2, 3, 4])
def test_later_try_finds_the_job_again(bulk, stored):
    first = bulk.read("leads", stop_after=stored)
    second = bulk.read("leads", cursors=first.cursors)
    assert sorted({*first.ids, *second.ids}) == bulk.stored_ids("leads")
    assert len(first.ids) + len(second.ids) == 45, "no page is read twice"
    assert count_starts(bulk) == 1
    assert second.is_whole


def test_start_whose_answer_was_lost_is_said_and_made_anew(bulk):
    bulk.fake.faults.add("connection_reset", "*/jobs/query", method="POST")
    first = bulk.read("leads", catch=SourceUnavailableError)
    assert first.error is not None, "it is never sent twice without a word"
    second = bulk.read("leads", cursors=first.cursors)
    assert second.ids == bulk.stored_ids("leads")
    assert [note for note in second.notes if "one may have been started at" in note]


@pytest.mark.parametrize(("fault", "said"), [
    ("job_failed", "ended as Failed: InternalServerError"), ("job_aborted", "ended as Aborted"),
    ("job_gone", "is not there any more"),
])  # fmt: skip
def test_job_that_is_lost_is_started_anew_once_and_said(bulk, fault, said):
    bulk.fake.faults.add(fault, POLL)
    result = bulk.read("leads")
    assert result.ids == bulk.stored_ids("leads")
    assert [note for note in result.notes if said in note and "a new job" in note]
    assert count_starts(bulk) == 2
    bulk.fake.faults.add(fault, POLL, times=None)
    error = bulk.read("leads", catch=FatalSourceError).error
    assert isinstance(error, JobLostError)
    assert said in str(error)
    assert "\n" not in str(error)
    assert count_starts(bulk) == 4


def test_job_that_vanishes_between_two_pages_is_started_anew(bulk):
    bulk.fake.faults.add("job_gone", RESULTS, skip=1)
    result = bulk.read("leads")
    assert sorted(set(result.ids)) == bulk.stored_ids("leads")
    assert count_starts(bulk) == 2


def test_job_of_another_api_version_is_started_anew(bulk):
    first = bulk.read("leads", stop_after=2)
    result = bulk.read("leads", cursors=first.cursors, client=bulk.make_client(api_version="60.0"))
    assert result.ids == bulk.stored_ids("leads")
    assert count_starts(bulk) == 2


@pytest.mark.parametrize("stored", [2, 4])
def test_lost_locator_begins_the_results_of_the_same_job_again(bulk, stored):
    first = bulk.read("leads", stop_after=stored)
    bulk.fake.faults.add("locator_expired", RESULTS, skip=1 if stored == 2 else 0)
    result = bulk.read("leads", cursors=first.cursors)
    assert len(set(result.ids)) == 45, "all of it, whatever an earlier try has read"
    assert count_starts(bulk) == 1
    assert result.is_whole


@pytest.mark.parametrize("skip", [0, 2])
def test_result_that_is_shorter_than_the_job_says_is_never_whole(bulk, skip):
    bulk.fake.faults.add("short_result", RESULTS, skip=skip)
    result = bulk.read("leads")
    assert "says that it has 45 records, and 44 came" in result.reason
    assert not result.is_whole


def test_short_result_is_still_doubted_after_a_kill(bulk):
    bulk.fake.faults.add("short_result", RESULTS)
    first = bulk.read("leads", stop_after=4)
    assert "44 came" in bulk.read("leads", cursors=first.cursors).reason


def test_locator_header_that_is_missing_ends_the_results_and_the_count_tells(bulk):
    bulk.fake.faults.add("bulk_locator", RESULTS)
    assert "45 records, and 20 came" in bulk.read("leads").reason


def test_page_that_holds_less_than_its_header_says_is_asked_for_again(bulk):
    bulk.fake.faults.add("truncated_json", RESULTS)
    assert bulk.read("leads").ids == bulk.stored_ids("leads")


def test_session_that_ends_in_mid_job_is_renewed(bulk):
    bulk.fake.faults.add("session_expired", POLL)
    bulk.fake.faults.add("session_expired", RESULTS, skip=1)
    assert bulk.read("leads").ids == bulk.stored_ids("leads")
    assert (bulk.fake.tokens.logins, count_starts(bulk)) == (3, 1)


def test_object_that_bulk_refuses_is_read_by_pages_and_said(bulk):
    bulk.fake.faults.add("bulk_refused", "*/jobs/query", method="POST", times=None)
    result = bulk.read("leads")
    assert result.ids == bulk.stored_ids("leads")
    assert [note for note in result.notes if "read by its pages" in note and "INVALIDENTITY" in note]


@pytest.mark.parametrize("status", [400, 403])
def test_used_up_jobs_of_the_day_leave_the_pages(bulk, status):
    body = '[{"errorCode": "LIMIT_EXCEEDED", "message": "no more jobs"}]'
    bulk.fake.faults.add("status", "*/jobs/query", method="POST", times=None, code=status, body=body)
    assert bulk.read("leads").ids == bulk.stored_ids("leads")


def test_field_hidden_before_the_start_costs_a_second_describe(bulk):
    bulk.fake.hooks.before_page(
        "*/jobs/query", 1, lambda: bulk.fake.changes.hide_field("accounts", "Site"), method="POST"
    )
    result = bulk.read("accounts")
    assert result.ids == bulk.stored_ids("accounts")
    assert result.facts["missing_fields"] == ["Site"]


def test_field_granted_since_the_job_was_started_keeps_its_values(bulk):
    bulk.fake.changes.hide_field("accounts", "Site")
    first = bulk.read("accounts", stop_after=2)
    bulk.fake.changes.grant_field("accounts", "Site")
    second = bulk.read("accounts", cursors=first.cursors)
    assert all("site" in page.missing for page in second.pages if page.records)


def test_slow_job_is_called_off_in_the_end(bulk):
    bulk.fake.faults.add("job_slow", POLL, method="GET", times=None, looks=9)
    error = bulk.read("leads", catch=FatalSourceError).error
    assert "still InProgress after 1," in str(error)
    assert "it was called off" in str(error)
    assert [one.state for one in bulk.fake.jobs.list_all()] == ["Aborted"]
    assert round(max(bulk.time.waits)) == 30


def test_query_that_takes_too_long_is_halved_until_it_is_answered(open_account):
    kit = open_account(timeout_rows=12)
    since = kit.fake.clock.now() - timedelta(hours=8)
    ids = kit.stored_ids("contacts")
    for number, one in enumerate(ids):
        at_ms = int((since + timedelta(minutes=1 + number * 10)).timestamp() * 1000)
        kit.fake.changes.touch("contacts", [one], at_ms=at_ms)
    result = kit.read("contacts", since=since, previous={"refreshed": since.isoformat()})
    assert result.ids == ids, "each once: the halves neither overlap nor leave anything between them"
    assert result.reason is None
    assert [note for note in result.notes if "two spans" in note]
    stopped = kit.read("contacts", since=since, previous={"refreshed": since.isoformat()}, stop_after=3)
    rest = kit.read("contacts", since=since, previous={"refreshed": since.isoformat()},
                    cursors=stopped.cursors)  # fmt: skip
    assert sorted([*stopped.ids, *rest.ids]) == ids


def test_whole_query_that_takes_too_long_goes_on_as_a_job(open_account):
    kit = open_account(timeout_rows=12)
    result = kit.read("contacts")
    assert result.ids == kit.stored_ids("contacts")
    assert [note for note in result.notes if "is read by a job" in note and "QUERY_TIMEOUT" in note]


def test_job_that_takes_too_long_is_halved_where_it_has_a_span(open_account):
    kit = open_account(job_timeout_rows=30)
    kit.usual_extra = {"rate_limits": False, "bulk_threshold": "10"}
    since = kit.fake.clock.now() - timedelta(hours=8)
    for number, one in enumerate(kit.stored_ids("leads")):
        at_ms = int((since + timedelta(minutes=1 + number * 10)).timestamp() * 1000)
        kit.fake.changes.touch("leads", [one], at_ms=at_ms)
    result = kit.read("leads", since=since, previous={"refreshed": since.isoformat()})
    assert result.ids == kit.stored_ids("leads")
    assert "QUERY_TIMEOUT" in str(kit.read("leads", catch=JobLostError).error), "without a span it fails"


def test_record_that_is_purged_between_two_pages_is_missed_aloud(kit):
    victim = kit.stored_ids("contacts")[-1]
    kit.fake.hooks.before_page("*/v62.0/query/*", 1, lambda: kit.fake.changes.purge("contacts", victim))
    result = kit.read("contacts")
    assert not result.is_whole
    assert "totalSize" in result.reason


def test_purge_while_a_job_is_read_changes_nothing(bulk):
    victim = bulk.stored_ids("contacts")[-1]
    bulk.fake.hooks.before_page(RESULTS, 2, lambda: bulk.fake.changes.purge("contacts", victim))
    result = bulk.read("contacts")
    assert victim in result.ids
    assert result.is_whole


def test_fields_that_are_too_many_for_an_address_are_all_read_by_jobs(open_account):
    kit = open_account(counts={"leads": 12}, custom_fields=1100)
    result = kit.read("leads")
    fields = kit.fake.store.tables["leads"].visible
    assert sum(name.endswith("__c") for name in result.records[0]) == sum(
        one.is_custom for one in fields.values()
    )
    assert result.ids == kit.stored_ids("leads")
    assert "jobs" in result.facts
    assert {int(one["maxRecords"]) for one in kit.queries(RESULTS)} == {1_000_000 // len(result.records[0])}
    assert not [note for note in result.notes if "not read" in note]


def test_fields_that_are_too_many_are_cut_aloud_where_bulk_refuses(open_account):
    kit = open_account(counts={"leads": 12}, custom_fields=1100)
    kit.fake.faults.add("bulk_refused", "*/jobs/query", method="POST", times=None)
    result = kit.read("leads")
    assert result.ids == kit.stored_ids("leads")
    assert [note for note in result.notes if "without its last fields" in note]


def test_calculated_fields_that_no_refresh_can_name_are_said_by_whole_reads(kit):
    result = kit.read("opportunities")
    assert "Net_Amount__c" in result.facts["stale_fields"]
    assert [note for note in result.notes if "Net_Amount__c" in note]
    delta = kit.read("opportunities", since=kit.fake.clock.now())
    assert not [note for note in delta.notes if "Net_Amount__c" in note]


@pytest.mark.parametrize("path", [POLL, RESULTS])
@pytest.mark.parametrize("fault", ["html_200", "cut_body", "server_error", "empty_406", "error_in_200"])
def test_garbage_in_the_place_of_a_job_is_asked_for_again_and_never_an_end(bulk, path, fault):
    bulk.fake.faults.add(fault, path, method="GET")
    assert bulk.read("leads").ids == bulk.stored_ids("leads")
    bulk.fake.faults.add(fault, path, method="GET", times=None)
    result = bulk.read("leads", catch=SourceError)
    assert result.error is not None
    assert not result.is_whole
