"""A run in a running Airflow: its token, its run, its tasks, and what is shown of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from crm_sync.cli.live import there
from crm_sync.cli.live.airflow_api import AirflowApi, AirflowApiError, AirflowAwayError
from crm_sync.cli.live.board import Board
from crm_sync.cli.live.there import Follower, list_news, run_there
from crm_sync.constants import SyncStatus
from crm_sync.storage.history.history_rows import Counts

URL = "http://airflow.example.com"


class FakeSession:
    """Answers by method and path; a list gives one answer after the other, the last one for ever."""

    def __init__(self, **answers: Any) -> None:
        self.headers: dict[str, str] = {}
        self.answers = answers
        self.sent: list[tuple[str, str, Any]] = []

    def request(self, method: str, url: str, *, json: Any, timeout: float) -> Any:
        path = url.removeprefix(URL)
        self.sent.append((method, path, json))
        name = f"{method} {path}"
        found = self.answers[next(key for key in self.answers if name.startswith(key))]
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, Exception):
            raise found
        status, body = found
        answer = requests.Response()
        answer.status_code = status
        answer.json = lambda: body if body is not None else {}["detail"]
        answer._content = str(body).encode()
        return answer


def make_api(answers):
    session = FakeSession(**answers)
    return AirflowApi(f"{URL}/", session), session


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("TOKEN", "USER", "PASSWORD"):
        monkeypatch.delenv(f"CRM_SYNC_AIRFLOW_{name}", raising=False)


def test_given_token_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv("CRM_SYNC_AIRFLOW_TOKEN", "given")
    api, session = make_api({})
    api.log_in()
    assert (session.headers["Authorization"], session.sent) == ("Bearer given", [])


def test_user_and_password_get_a_token(monkeypatch):
    monkeypatch.setenv("CRM_SYNC_AIRFLOW_USER", "ann")
    monkeypatch.setenv("CRM_SYNC_AIRFLOW_PASSWORD", "secret")
    api, session = make_api({"POST /auth/token": (201, {"access_token": "got"})})
    api.log_in()
    assert session.headers["Authorization"] == "Bearer got"
    assert session.sent == [("POST", "/auth/token", {"username": "ann", "password": "secret"})]


@pytest.mark.parametrize("has_user", [True, False])
def test_no_token_names_the_variables_and_no_password(monkeypatch, has_user):
    if has_user:
        monkeypatch.setenv("CRM_SYNC_AIRFLOW_USER", "ann")
        monkeypatch.setenv("CRM_SYNC_AIRFLOW_PASSWORD", "secret")
    api, _ = make_api({"POST /auth/token": (401, {"detail": "no"}), "GET /auth/token": (404, {})})
    with pytest.raises(
        AirflowApiError, match="CRM_SYNC_AIRFLOW_USER and CRM_SYNC_AIRFLOW_PASSWORD"
    ) as caught:
        api.log_in()
    assert "secret" not in str(caught.value)


def test_run_is_triggered_as_the_form_does():
    api, session = make_api({"POST /api/v2": (200, {"dag_run_id": "manual__1+0"})})
    assert api.trigger("crm_sync_csv", {"full": True}) == "manual__1+0"
    assert session.sent == [
        ("POST", "/api/v2/dags/crm_sync_csv/dagRuns", {"logical_date": None, "conf": {"full": True}})
    ]
    assert api.name_page("crm_sync_csv", "manual__1+0") == f"{URL}/dags/crm_sync_csv/runs/manual__1%2B0"


def test_tasks_are_read_page_by_page():
    first = {"task_instances": [{"task_id": "a.fetch", "state": "success"}], "total_entries": 2}
    second = {"task_instances": [{"task_id": "a.save", "state": None}], "total_entries": 2}
    api, session = make_api({"GET /api/v2": [(200, first), (200, second)]})
    assert api.read_tasks("crm_sync_csv", "r1") == {"a.fetch": "success"}
    assert [path.rpartition("=")[2] for _, path, _ in session.sent] == ["0", "1"]


def test_token_that_has_run_out_is_renewed_once():
    answers = {
        "GET /auth/token": (201, {"access_token": "new"}),
        "GET /api/v2": [(401, {}), (200, {"is_paused": True})],
    }
    api, session = make_api(answers)
    assert api.is_paused("crm_sync_csv")
    assert session.headers["Authorization"] == "Bearer new"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, {"detail": "x"}, "knows no dags/crm_sync_csv"),
        (403, {"detail": "x"}, "lacks the right"),
        (400, {"detail": "batch_size\nis wrong"}, "answered with 400: batch_size is wrong"),
        (400, None, "answered with 400"),
    ],
)
def test_refusal_is_a_sentence(status, body, said):
    api, _ = make_api({"GET /api/v2": (status, body)})
    with pytest.raises(AirflowApiError, match=said):
        api.is_paused("crm_sync_csv")


@pytest.mark.parametrize("answer", [requests.ConnectionError("secret"), (502, {})], ids=["no", "502"])
def test_airflow_that_is_away_is_known_as_such(answer):
    api, _ = make_api({"GET /api/v2": answer})
    with pytest.raises(AirflowAwayError) as caught:
        api.is_paused("crm_sync_csv")
    assert "secret" not in str(caught.value)


def make_row(status, **facts):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ended = None if status is SyncStatus.RUNNING else start + timedelta(seconds=4)
    row = {"sync_type": "deals", "status": status, "start_time": start, "end_time": ended, "id": 7}
    row |= {
        "error_message": None,
        "configuration": {"window": {"mode": "delta"}},
        "counts": Counts(created=2),
    }
    return SimpleNamespace(**row | facts)


STATES = {
    "not begun": ({}, None, False, []),
    "left out": ({"fetch": "skipped"}, None, False, ["left_out"]),
    "works": ({"fetch": "success", "transform": "running"}, None, False, ["begin"]),
    "saves": ({"save": "running"}, make_row(SyncStatus.RUNNING), False, ["begin", "progress"]),
    "ended": ({"save": "success"}, make_row(SyncStatus.PARTIAL), False, ["end"]),
    "ended, no warehouse": ({"fetch": "success", "save": "success"}, None, False, ["end"]),
    "nothing new": ({"fetch": "success", "save": "skipped"}, None, False, ["end"]),
    "failed": ({"fetch": "failed"}, None, False, ["failed"]),
    "failed, row open": ({"fetch": "failed"}, make_row(SyncStatus.RUNNING), False, ["begin", "progress"]),
    "upstream failed": ({"fetch": "upstream_failed"}, None, True, []),
}  # fmt: skip


@pytest.mark.parametrize(("tasks", "row", "is_over", "kinds"), STATES.values(), ids=STATES.keys())
def test_states_of_tasks_become_news(tasks, row, is_over, kinds):
    stages = {stage: tasks.get(stage) for stage in ("fetch", "transform", "validate", "save")}
    news = list(list_news("deals", stages, row, is_over=is_over))
    assert [one["kind"] for one in news] == kinds
    board = Board(["deals"])
    for one in news:
        board.take(one)
    if row is not None and kinds == ["end"]:
        line = board.lines["deals"]
        assert (line.status, line.mode, line.counts["created"], line.seconds) == ("partial", "delta", 2, 4.0)


class FakeApi:
    """Three looks: the run works, is away for one, and has ended."""

    def __init__(self, *states):
        self.states = list(states)

    def read_state(self, _dag_id, _run_id):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, BaseException):
            raise state
        return state

    def read_tasks(self, _dag_id, _run_id):
        return {"deals.fetch": "success", "deals.save": "success"}

    def name_page(self, dag_id, run_id):
        return f"{URL}/dags/{dag_id}/runs/{run_id}"


def follow(*states, connect=None):
    waits = []
    follower = Follower(FakeApi(*states), connect, "crm_sync_csv", "r1", Board(["deals"]))
    return run_there(follower, is_quiet=True, sleep=waits.append), waits


def test_run_is_followed_to_its_end_although_airflow_is_away_meanwhile(capsys):
    outcome, waits = follow("running", AirflowAwayError("restarts"), "success")
    assert (outcome.exit_code, outcome.board.run_state, len(waits)) == (0, "success", 2)
    assert outcome.board.lines["deals"].status == "success"


def test_failed_run_exits_with_1(capsys):
    assert follow("failed")[0].exit_code == 1


def test_airflow_that_stays_away_ends_the_look_and_not_the_run(capsys):
    outcome, waits = follow(AirflowAwayError("is gone"))
    assert (outcome.exit_code, len(waits)) == (1, 60)
    assert outcome.words == ("is gone", f"The run goes on in Airflow: {URL}/dags/crm_sync_csv/runs/r1")


def test_ctrl_c_leaves_the_run_working(capsys):
    outcome, _ = follow(KeyboardInterrupt())
    assert outcome.exit_code == 130
    assert outcome.words == (f"The run goes on in Airflow: {URL}/dags/crm_sync_csv/runs/r1",)


def test_warehouse_that_is_away_for_a_moment_is_asked_again(monkeypatch, capsys):
    answers = [there.CrmSyncError("away"), [make_row(SyncStatus.PARTIAL)]]

    def read(*_):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(there, "list_rows_of_run", read)
    monkeypatch.setattr(FakeApi, "read_tasks", lambda *_: {"deals.save": "running"})
    outcome, _ = follow("running", "success", connect=object())
    assert outcome.board.lines["deals"].counts["created"] == 2
