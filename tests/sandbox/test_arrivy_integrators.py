"""Arrivy fake: the requests that public integrators send, and what they read from the answers.

Arrivy has no client of its own on PyPI or npm. So the reading requests of three unlike programs are sent here
as theirs look on the wire: a Zapier app (proof of the key), a dashboard's TypeScript client (tasks by days,
single records, readings, error texts) and a Python program that pages by names of its own.
"""

from __future__ import annotations

import pytest

from sandbox.arrivy import ArrivySandbox
from tests.sandbox.arrivy_caller import SMALL, ArrivyCaller


@pytest.fixture(scope="module")
def caller():
    with ArrivySandbox(counts={**SMALL, "tasks": 1200}, rate_limits=False).serve() as fake:
        yield ArrivyCaller(fake)


def test_proof_of_the_key_names_the_user(caller):
    profile = caller.get("/users/profile").json()
    assert {"id", "fullname", "email"} <= profile.keys()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"start_date": "2025-05-01", "end_date": "2025-05-31"},
        {"entity_ids": "1,2", "group_id": "3"},
        {"page": 1, "page_size": 100, "order_by": "CREATED", "unscheduled": "false"},
        {"page": 1, "page_size": 100, "updated_after": "2025-05-01T00:00:00Z"},
    ],
    ids=["everything", "days", "lists", "own page size", "changes"],
)
def test_tasks_are_an_array_whatever_is_asked_beside(caller, params):
    tasks = caller.get("/tasks", **params).json()
    assert isinstance(tasks, list)
    # one that asks for 100 by a name of its own gets 500 all the same
    assert len(tasks) == 500
    assert all(task["id"] and "status" in task for task in tasks)


def test_paging_up_to_an_empty_array_finds_every_scheduled_task(caller):
    ids = caller.walk("/tasks", page_size=100, order_by="CREATED", unscheduled="false")
    table = caller.fake.store.tables["tasks"]
    assert sorted(ids) == sorted(one.id for one in table if one.schedule_ms is not None)


def test_task_by_its_external_id_and_then_by_its_own(caller):
    fields = next(
        one for one in caller.fake.store.fields("tasks") if one.get("external_id") and one["start_datetime"]
    )
    (found,) = caller.get("/tasks", external_id=fields["external_id"]).json()
    assert caller.get(f"/tasks/{found['id']}").json() == found
    history = caller.get(f"/tasks/{found['id']}/status").json()
    assert all({"id", "type", "time"} <= event.keys() for event in history)


def test_crew_by_list_by_id_and_by_place(caller):
    entities = caller.get("/entities").json()
    assert all({"id", "name", "type"} <= entity.keys() for entity in entities)
    entity = next(one for one in entities if one.get("lastreading"))
    assert caller.get(f"/entities/{entity['id']}").json() == entity
    times = {"start_time": "2025-05-06T00:00:00Z", "end_time": "2025-05-07T00:00:00Z"}
    (reading,) = caller.get(f"/entities/{entity['id']}/readings", **times).json()
    assert {"entity", "lat", "lng", "time"} <= reading.keys()


def test_divisions_hold_the_crew(caller):
    members = [member for crew in caller.get("/crews").json() for member in crew["entities_data"]]
    assert {str(member["id"]) for member in members} == set(caller.fake.store.ids("entities"))


@pytest.mark.parametrize("path", ["/task-statuses", "/task_statuses", "/taskstatuses"])
def test_wrong_names_of_the_statuses_are_a_web_page_and_the_right_one_is_not(caller, path):
    assert "<html>" in caller.get(path).text
    assert {"id", "type", "order"} <= caller.get("/statuses").json()[0].keys()


def test_bookings_are_paged_by_the_names_of_the_python_program(caller):
    day = {"start_date": "2025-05-01T00:00:00Z", "end_date": "2025-06-01T00:00:00Z", "page_size": 100}
    ids = caller.walk("/bookings", **day)
    assert len(ids) == len(set(ids)) > 40


def test_error_is_read_from_message_then_description(caller):
    error = caller.get("/tasks/1").json()
    assert (error.get("message") or error.get("description")) == "NOT_FOUND"


def test_client_that_looks_for_a_doctype_before_parsing_finds_one(caller):
    assert caller.get("/no/such/path").text.lstrip().lower().startswith(("<!doctype", "<html"))
