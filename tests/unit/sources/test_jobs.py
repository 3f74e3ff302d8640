"""Jobs in the words of any source: states that are booleans, starts known by a token, rows as results."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crm_sync.exceptions import (
    FatalSourceError,
    JobLostError,
    LongWaitError,
    SourceError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.messages import Answer
from crm_sync.rest.pacing import Pacer
from crm_sync.rest.waits import Waiter
from crm_sync.sources.jobs.position import JobPosition
from crm_sync.sources.jobs.results import ResultReader
from crm_sync.sources.jobs.source import JobSource
from tests.unit.sources.rest_list_support import NOW, AnsweringClient, make_entity, make_request

JOB = {
    "start": {
        "path": "/jobs",
        "body": {"content": {"what": "{what}", "token": "{token}"}},
        "id_path": "return",
    },
    "poll": {
        "path": "/jobs/{job}",
        "state_path": "running",
        "states": {"running": ["true"], "done": ["false"], "failed": ["no"]},
        "error_path": "why",
        "total_path": "count",
    },
    "results": {
        "path": "/jobs/{job}/rows",
        "records_path": "rows",
        "paging": {"style": "cursor", "next_path": "next", "param": "from"},
        "answer": {"rows": {"header_path": "names"}},
    },
}
WORDS = {
    "strategy": "job",
    "values": {"what": "things"},
    "paging": {"style": "cursor", "next_path": "next", "param": "from"},
}


class Account(AnsweringClient):
    """Runs jobs; each is looked at `looks` times before it is done."""

    connection_id = "demo_default"

    def __init__(self, looks=2, **answers):
        super().__init__(self._reply)
        self.time = [0.0]
        self.pacer = Pacer(waiter=Waiter(clock=lambda: self.time[0], sleep=self._sleep, slice_s=3600))
        self.looks, self.answers = looks, answers
        self.tokens: list[str] = []

    def _sleep(self, seconds):
        self.time[0] += seconds

    def _reply(self, request):
        if request.method == "POST":
            content = json.loads(request.content)
            assert content["what"] == "things"
            self.tokens.append(content["token"])
            return self.answers.get("start", {"return": "job 1"})
        if request.path.endswith("/rows"):
            if request.params.get("from") is None:
                return {"names": ["id"], "rows": [["1"], ["2"]], "next": "b"}
            return {"names": ["id"], "rows": [["3"]], "next": None}
        self.looks -= 1
        return self.answers.get("look", {"running": self.looks > 0, "count": 3})

    def send(self, request, **more):
        self.requests.append(request)
        data = self._reply(request)
        if isinstance(data, Exception):
            raise data
        answer = Answer(200, json.dumps(data).encode(), {}, NOW, NOW, data)
        if request.read is not None:
            answer = replace(answer, data=request.read(answer))
        if request.check is not None and (fault := request.check(answer.data)) is not None:
            raise UnexpectedResponseError(fault)
        return answer


def read(client, cursors=None, since=None, **job):
    source = JobSource(client, make_entity(**{**WORDS, "job": {**JOB, **job}}))
    pages, error = [], None
    try:
        pages.extend(source.read_pages(make_request(source._entity, since), cursors or {}))
    except (SourceError, LongWaitError) as caught:
        error = caught
    return pages, source, error


def list_ids(pages):
    return [json.loads(line)["id"] for page in pages for line in (page.lines or b"").splitlines()]


def test_everything_is_read_by_a_job_where_nothing_is_counted():
    client = Account()
    pages, source, error = read(client)
    assert error is None
    assert list_ids(pages) == ["1", "2", "3"]
    assert client.requests[1].path == "/jobs/job%201"
    assert source.describe()["jobs"] == {"all": {"job": "job 1", "records": 3}}


def test_token_is_stored_before_the_start_and_sent_again_by_the_next_try():
    client = Account(start=SourceUnavailableError("no answer"))
    pages, _, error = read(client)
    assert isinstance(error, SourceUnavailableError)
    position = JobPosition.from_cursor(pages[-1].cursor)
    assert (position.token, position.job) == (client.tokens[0], "")
    again = Account()
    pages, source, _ = read(again, {"all": pages[-1].cursor})
    assert again.tokens == client.tokens
    assert list_ids(pages) == ["1", "2", "3"]
    assert source.notes == []


def test_token_of_a_job_that_failed_is_not_used_again():
    client = Account(look={"running": "no", "why": "out of memory"})
    _, source, error = read(client)
    assert isinstance(error, JobLostError)
    assert "job 1 ended as no: out of memory" in str(error)
    assert len(set(client.tokens)) == 2
    assert len(source.notes) == 1


def test_restarts_say_how_often_another_job_is_started():
    client = Account(look={"running": "no"})
    assert isinstance(read(client, restarts=0)[2], JobLostError)
    assert len(client.tokens) == 1


def test_state_that_nobody_knows_is_an_error():
    error = read(Account(look={"running": "maybe"}))[2]
    assert isinstance(error, UnexpectedResponseError)
    assert "'maybe': expected one of read.job.poll.states" in str(error)


def test_start_without_an_id_is_an_error():
    assert "at 'return', expected a word" in str(read(Account(start={"return": ""}))[2])


def test_worker_is_given_back_after_a_minute_and_never_before():
    client = Account(looks=100)
    client.pacer.longest_wait_s = 60.0
    pages, _, wait = read(client)
    assert isinstance(wait, LongWaitError)
    assert wait.limit_name == "job job 1"
    assert 60 <= client.time[0] < 90
    cursor = pages[-1].cursor
    later = Account(looks=1)
    later.pacer.longest_wait_s = 60.0
    assert list_ids(read(later, {"all": cursor})[0]) == ["1", "2", "3"]
    assert later.tokens == []


def test_job_that_was_started_long_ago_is_given_up_at_the_next_look():
    old = JobPosition("t", 1, datetime.now(UTC) - timedelta(hours=1), "job 1")
    client = Account(looks=100)
    error = read(client, {"all": old.to_cursor()})[2]
    assert isinstance(error, FatalSourceError)
    assert "still true after 3,6" in str(error)
    assert "it is still running at the source" in str(error), "no word says how it is called off"


def test_read_goes_on_behind_the_locator():
    at = JobPosition("t", 1, datetime.now(UTC), "job 1", locator="b", read=2)
    pages, source, _ = read(Account(looks=0), {"all": at.to_cursor()})
    assert list_ids(pages) == ["3"]
    assert source.incomplete_reason is None, "2 that came before and 1 now are the 3 of the job"


@pytest.mark.parametrize(("count", "doubt", "notes"), [(4, "it has 4 records, and 3 came", 0), (2, None, 1)])
def test_fewer_records_than_the_job_says_leave_a_doubt_and_more_a_note(count, doubt, notes):
    pages, source, _ = read(Account(look={"running": False, "count": count}))
    assert len(list_ids(pages)) == 3
    assert doubt is None or doubt in str(source.incomplete_reason)
    assert (source.incomplete_reason is None, len(source.notes)) == (doubt is None, notes)


def test_column_is_missing_only_where_no_record_of_a_page_has_its_key():
    fields = {"id": {"type": "object_id", "required": True}, "name": {}}
    entity = make_entity(**WORDS, job=JOB).model_copy(update={"fields": make_entity(fields=fields).fields})
    part = SimpleNamespace(one=SimpleNamespace(names=lambda _slot: True))
    results = ResultReader(None, entity, None, None, part, None)
    assert results._find_missing([{"id": "1"}, {"id": "2", "name": "x"}]) == frozenset()
    assert results._find_missing([{"id": "1"}, {"id": "2"}]) == {"name"}


PRICED = {
    **JOB["poll"],
    "retry_path": "again",
    "figures": {"scanned": "used.bytes", "rows_seen": "used.rows"},
    "price": {"name": "cost", "of": "scanned", "per": 100, "each": 2, "least": 50},
}


def test_figures_and_price_of_a_job_are_metrics():
    client = Account(look={"running": False, "count": 3, "used": {"bytes": 400, "rows": "many"}})
    _, source, error = read(client, poll=PRICED)
    assert error is None
    metrics = source.metrics()
    assert (metrics["scanned"], metrics["cost"]) == (400, 8)
    assert "rows_seen" not in metrics, "what is no number is left out"


def test_finished_job_costs_at_least_the_least_and_a_failed_one_what_it_used():
    done = Account(look={"running": False, "count": 3, "used": {"bytes": 10}})
    assert read(done, poll=PRICED)[1].metrics()["cost"] == 1
    failed = Account(look={"running": "no", "used": {"bytes": 10}})
    assert read(failed, poll=PRICED, restarts=0)[1].metrics()["cost"] == 0.2


def test_figures_of_a_job_whose_pages_are_read_later_are_not_counted_again():
    client = Account(look={"running": False, "count": 3, "used": {"bytes": 400}})
    pages, _, _ = read(client, poll=PRICED)
    counted = [page.cursor for page in pages if page.is_landmark and page.cursor.get("is_counted")]
    again, source, _ = read(client, {"all": counted[0]}, poll=PRICED)
    assert list_ids(again) == ["1", "2", "3"]
    assert "scanned" not in source.metrics()


@pytest.mark.parametrize(
    ("said", "job", "starts"),
    [({"again": False}, {}, 1), ({"again": True}, {}, 2), ({}, {}, 2), ({}, {"final": "no such table"}, 1)],
    ids=["no", "yes", "nothing", "by its words"],
)
def test_job_that_no_other_could_repair_ends_the_read(said, job, starts):
    client = Account(look={"running": "no", "why": "No such table", **said})
    error = read(client, poll=PRICED, **job)[2]
    assert isinstance(error, FatalSourceError)
    assert "ended as no: No such table" in str(error)
    assert len(client.tokens) == starts


@pytest.mark.parametrize(("text", "starts"), [("job 1 was not found", 2), ("no right to read it", 1)])
def test_answer_means_a_job_that_is_gone_only_if_its_text_says_so(text, starts):
    client = Account(look=FatalSourceError(text, status_code=400))
    read(client, gone_status=[400], gone_text="was not found")
    assert len(client.tokens) == starts


def test_extras_of_the_connection_change_the_pauses():
    client = Account(looks=100)
    client.extras = {"first": "10", "patience": "30"}
    poll = {**JOB["poll"], "first_extra": "first", "give_up_extra": "patience"}
    error = read(client, poll=poll)[2]
    assert "is still true after" in str(error)
    assert 30 <= client.time[0] < 50


def test_key_that_the_fetch_makes_is_not_missing():
    fields = {"id": {"type": "object_id", "required": True}, "hash": {"source": "_hash"}}
    changes = {"fields": make_entity(fields=fields).fields, "digests": {"hash": ("id",)}}
    entity = make_entity(**WORDS, job=JOB).model_copy(update=changes)
    part = SimpleNamespace(one=SimpleNamespace(names=lambda _slot: True))
    results = ResultReader(None, entity, None, None, part, None)
    assert results._find_missing([{"id": "1"}]) == frozenset()
