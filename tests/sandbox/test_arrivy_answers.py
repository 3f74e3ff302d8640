"""Arrivy fake: keys, rights, rate limit, errors, faults, awkward values."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from sandbox.arrivy import ArrivySandbox
from tests.sandbox.arrivy_caller import SMALL, ArrivyCaller


@pytest.fixture
def caller():
    with ArrivySandbox(counts=SMALL, rate_limits=False).serve() as fake:
        yield ArrivyCaller(fake)


@pytest.fixture(scope="module")
def large():
    return ArrivySandbox(records=4_000)


@pytest.mark.parametrize(
    ("key", "token"),
    [("", None), (None, ""), ("sandbox-token", "sandbox-key")],
    ids=["no key", "no token", "swapped"],
)
def test_wrong_key_or_token_is_401(caller, key, token):
    answer = ArrivyCaller(caller.fake, key=key, token=token).get("/tasks")
    assert answer.status_code == 401
    assert answer.json() == {"message": "UNAUTHORIZED", "description": "Authentication required"}


def test_profile_is_for_the_right_key_alone(caller):
    assert caller.get("/users/profile").json()["permission"] == "ADMIN"
    assert ArrivyCaller(caller.fake, key="other").get("/users/profile").status_code == 401


def test_missing_right_is_403_for_its_kind_alone():
    with ArrivySandbox(counts=SMALL, forbidden=frozenset({"tasks"})).serve() as fake:
        caller = ArrivyCaller(fake)
        assert caller.get("/tasks").json() == {"message": "FORBIDDEN", "description": "Permission denied"}
        assert caller.get("/tasks/1/status").status_code == 403
        assert caller.get("/entities").status_code == 200


def test_account_without_bookings_answers_404_there():
    with ArrivySandbox(counts=SMALL, has_bookings=False).serve() as fake:
        answer = ArrivyCaller(fake).get("/bookings")
    assert (answer.status_code, answer.json()["message"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/nothing"), ("GET", "/tasks"), ("GET", "/api/tasks/1/2/3"), ("POST", "/api/tasks")],
    ids=["unknown", "without the base path", "too deep", "other method"],
)
def test_unknown_path_is_200_with_html(caller, method, path):
    answer = caller.session.request(method, caller.fake.url + path, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<html>" in answer.text


def test_unknown_path_can_be_404_instead():
    with ArrivySandbox(counts={}, unknown_path="not_found").serve() as fake:
        assert ArrivyCaller(fake).get("/task-statuses").status_code == 404


def test_rate_limit_answers_429_with_the_seconds_to_wait():
    with ArrivySandbox(counts={}, requests_per_minute=3).serve() as fake:
        answers = [ArrivyCaller(fake).get("/groups") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json() == {"message": "RATE_LIMIT_EXCEEDED"}
    assert 50 <= int(answers[-1].headers["Retry-After"]) <= 60


@pytest.mark.parametrize("form", ["none", "date"])
def test_rate_limit_may_say_it_otherwise_or_not_at_all(form):
    with ArrivySandbox(counts={}, requests_per_minute=1, retry_after=form).serve() as fake:
        answer = [ArrivyCaller(fake).get("/groups") for _ in range(2)][-1]
    assert answer.status_code == 429
    if form == "none":
        assert "Retry-After" not in answer.headers
    else:
        assert 50 < parsedate_to_datetime(answer.headers["Retry-After"]).timestamp() - time.time() < 62


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("rate_limited", 429, "RATE_LIMIT_EXCEEDED"),
        ("unauthorized", 401, "UNAUTHORIZED"),
        ("missing_scope", 403, "FORBIDDEN"),
        ("not_found", 404, "NOT_FOUND"),
        ("bad_request", 400, "INVALID_VALUE"),
        ("server_error", 500, "<html>"),
        ("html_200", 200, "<html>"),
        ("error_in_200", 200, "MISSING_REQUEST_INFO"),
        ("empty_array", 200, "[]"),
        ("shrunken_page", 200, '"id"'),
    ],
)
def test_fault_spoils_one_answer_and_then_no_more(caller, kind, status, text):
    caller.fake.faults.add(kind, "/api/groups")
    spoiled, whole = caller.get("/groups"), caller.get("/groups")
    assert spoiled.status_code == status
    assert text in spoiled.text
    assert len(whole.json()) == 40


def test_fault_repeats_the_first_page_and_shrinks_another(caller):
    caller.fake.faults.add("repeated_page", "/api/groups", times=None)
    pages = [caller.get("/groups", page=page, items_per_page=5).json() for page in (1, 2, 9)]
    assert pages[0] == pages[1] == pages[2]
    caller.fake.faults.add("shrunken_page", "/api/customers", keep=3)
    assert len(caller.get("/customers").json()) == 3


@pytest.mark.parametrize("kind", ["truncated_json", "connection_reset", "cut_body"])
def test_common_faults_break_the_answer(caller, kind):
    caller.fake.faults.add(kind, "/api/groups")
    with pytest.raises((requests.RequestException, ValueError)):
        caller.get("/groups").json()


def test_single_records_and_their_lists(caller):
    record_id = caller.fake.store.ids("tasks")[0]
    assert str(caller.get(f"/tasks/{record_id}").json()["id"]) == record_id
    assert caller.get(f"/tasks/{record_id}/status").json()[0]["type"] == "NOTSTARTED"
    missing = caller.get("/tasks/1")
    assert (missing.status_code, missing.json()) == (
        404,
        {"message": "NOT_FOUND", "description": "Task not found"},
    )
    assert sum(len(crew["entities_data"]) for crew in caller.get("/crews").json()) == 60


def test_ids_have_16_digits_and_some_are_above_two_to_the_53(large):
    ids = [record.id for record in large.store.tables["tasks"]]
    assert {len(str(one)) for one in ids} == {16}
    above = [one for one in ids if one > 2**53]
    assert len(above) == len(ids) // 3
    assert any(int(float(one)) != one for one in above)


def test_ids_are_integers_in_most_records_and_text_in_some(large):
    kinds = [type(fields["id"]) for fields in large.store.fields("tasks")]
    assert 0 < kinds.count(str) < kinds.count(int)
    references = {type(f.get("group_id")) for f in large.store.fields("tasks")}
    assert {int, str} <= references


def test_id_of_an_undated_task_is_text_in_one_list_and_an_integer_in_the_other(caller):
    one, other = (
        caller.get("/tasks", **{name: "true"}).json() for name in ("unscheduled", "tasks_with_no_datetime")
    )
    forms = {str(record["id"]): type(record["id"]) for record in one}
    assert any(forms.get(record["id"]) is int for record in other)


def test_times_are_naive_utc_and_twins_carry_the_offset(large):
    from datetime import UTC, datetime

    checked = 0
    for fields in large.store.fields("tasks"):
        if fields.get("start_datetime_original_iso_str"):
            naive = datetime.fromisoformat(fields["start_datetime"])
            assert naive.tzinfo is None
            twin = datetime.fromisoformat(fields["start_datetime_original_iso_str"])
            assert twin.utcoffset().total_seconds() in (-7 * 3600, -8 * 3600)
            assert naive.replace(tzinfo=UTC) == twin
            checked += 1
    assert checked > 1000


def test_data_holds_the_awkward_values_of_the_vendor_page(large):
    tasks, entities = large.store.fields("tasks"), large.store.fields("entities")
    extra = {type(fields.get("extra_fields")) for fields in tasks}
    assert {dict, str, type(None)} <= extra
    assert {int, str} <= {type(fields.get("phone")) for fields in entities}
    assert any(fields.keys() == {"id", "type", "owner", "name"} for fields in entities)
    assert any("created" in fields and "due_datetime" in fields and len(fields) < 15 for fields in tasks)
    statuses = large.store.fields("statuses")
    assert any("title" not in fields and fields["name"] for fields in statuses)


def test_data_without_quirks_is_clean():
    fake = ArrivySandbox(counts=SMALL, quirks=False)
    assert {type(fields["id"]) for fields in fake.store.fields("tasks")} == {int}
    assert {type(fields["phone"]) for fields in fake.store.fields("entities")} == {str}


def test_change_of_the_modified_key_renames_both_times():
    fields = ArrivySandbox(counts={"tasks": 1}, changed_key="updated_at").store.fields("tasks")[0]
    assert {"created_at", "updated_at"} <= fields.keys()
    assert not {"created", "updated"} & fields.keys()


def test_every_answer_is_json_that_keeps_ids_whole(caller):
    text = caller.get("/tasks").text
    ids = {str(record["id"]) for record in json.loads(text)}
    assert ids <= set(caller.fake.store.ids("tasks"))
