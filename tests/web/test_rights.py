"""Nobody gets past the guard: every route, asked by people with different rights."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Mount

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

RUN_ID = "manual__2026-11-30T10:00:00+00:00"
PUBLIC = {"/static"}
"""What nobody has to log in for: code without data."""
SUBJECTS = {
    "/api/overview",
    "/api/entities/{crm_source}/{sync_type}",
    "/api/runs/{number}",
    "/api/airflow-runs/{dag_id}/{run_id}/{sync_type}",
    "/api/rejected",
    "/api/rejected/{number}/record",
    "/api/budgets",
    "/api/compare/{crm_source}/{sync_type}",
    "/api/dry-runs/{dag_id}/{run_id}",
    "/api/openapi.json",
}


@pytest.fixture
def filled(add_run, add_reject):
    """One run and one reject, in the order of the numbers."""
    run = add_run()
    return {"run": run, "reject": add_reject("7", run=run)}


@pytest.fixture
def app(make_app, warehouse):
    return make_app(lambda _: warehouse.connect)


@pytest.fixture
def paths(app, filled):
    """Each route with what it is about filled in."""
    values = {
        "crm_source": "salesrabbit", "sync_type": "leads", "dag_id": "crm_sync_salesrabbit",
        "run_id": RUN_ID,
    }  # fmt: skip
    found = {}
    for route in app.routes:
        if isinstance(route, APIRoute):
            number = filled["reject" if "rejected" in route.path else "run"]
            found[route.path] = route.path.format(**values, number=number)
    return found


def test_app_has_these_routes_and_each_reads_only(app):
    api = [route for route in app.routes if isinstance(route, APIRoute)]
    assert {route.path for route in api} == SUBJECTS
    assert {method for route in api for method in route.methods} == {"GET"}
    others = [route for route in app.routes if not isinstance(route, APIRoute)]
    assert all(isinstance(route, Mount) for route in others)
    assert {route.path for route in others} == PUBLIC


def test_nobody_and_a_wrong_token_are_refused_everywhere(app, paths):
    client, stale = TestClient(app), TestClient(app, cookies={"_token": "garbage"})
    for path in paths.values():
        assert client.get(path).status_code == 401, path
        answer = client.get(path, headers={"Authorization": "Bearer garbage"})
        assert answer.status_code == 403, path
        assert answer.json() == {"detail": "Invalid JWT token"}
        assert stale.get(path).status_code == 403, path


def test_static_files_are_public_and_nothing_beside_them(make_app, warehouse, monkeypatch, tmp_path):
    static = tmp_path / "static"
    static.mkdir()
    (static / "page.js").write_text("1")
    (tmp_path / "secret.js").write_text("2")
    monkeypatch.setattr("crm_sync.web.app.STATIC", static)
    client = TestClient(make_app(lambda _: warehouse.connect))
    answer = client.get("/static/page.js")
    # browsers ask each time, so that no upgrade mixes old and new modules
    assert (answer.text, answer.headers["cache-control"]) == ("1", "no-cache")
    for path in ("/static/", "/static/none.js", "/static/%2e%2e/secret.js", "/static/..%2fsecret.js"):
        assert client.get(path).status_code == 404, path


def test_viewer_of_another_dag_sees_nothing_of_this_one(make_client, warehouse, paths):
    client = make_client("other", warehouse.connect)
    answers = {name: client.get(path) for name, path in paths.items()}
    for name in SUBJECTS - {"/api/overview", "/api/rejected", "/api/budgets", "/api/openapi.json"}:
        assert answers[name].status_code == 404, name
        assert answers[name].json()["detail"].endswith("or you may not see it."), name
    assert answers["/api/overview"].json()["unused"] == ["csv"]
    assert answers["/api/overview"].json()["entities"] == []
    assert answers["/api/rejected"].json()["rejects"] == []
    assert answers["/api/rejected"].json()["groups"] == []
    assert answers["/api/budgets"].json()["budgets"] == []
    for question in ("crm_source=salesrabbit", "crm_source=salesrabbit&sync_type=leads"):
        assert client.get(f"/api/rejected?{question}").status_code == 404
    assert client.get("/api/rejected?run=1").json()["rejects"] == []


def test_viewer_reads_everything_but_what_records_say(viewer, paths):
    for name, path in paths.items():
        expected = {"/api/rejected/{number}/record": 403, "/api/dry-runs/{dag_id}/{run_id}": 404}
        assert viewer.get(path).status_code == expected.get(name, 200), name
    refusal = viewer.get(paths["/api/rejected/{number}/record"]).json()
    assert refusal == {"detail": "Records are shown to those who may edit the DAG of the CRM."}
    (reject,) = viewer.get("/api/rejected").json()["rejects"]
    assert (reject["value"], reject["error"]) == ("***", "not a valid email: ***")
    assert viewer.get("/api/rejected").json()["may_edit"] is False


def test_editor_reads_what_records_say(editor, paths):
    for name, path in paths.items():
        assert editor.get(path).status_code == (404 if "dry-runs" in name else 200), name
    answer = editor.get(paths["/api/rejected/{number}/record"]).json()
    assert answer == {"record": {"id": 7, "email": "odd@"}, "record_altered": False}
    page = editor.get("/api/rejected").json()
    assert (page["rejects"][0]["value"], page["may_edit"]) == ("odd@", True)


def test_cookie_of_the_page_is_a_login(app, tokens):
    client = TestClient(app, cookies={"_token": tokens["viewer"]})
    assert client.get("/api/overview").status_code == 200


def test_description_has_each_route_and_its_answers(viewer):
    document = viewer.get("/api/openapi.json").json()
    assert set(document["paths"]) == SUBJECTS - {"/api/openapi.json"}
    for path in document["paths"].values():
        answers = path["get"]["responses"]
        assert "$ref" in answers["200"]["content"]["application/json"]["schema"]
        assert answers["404"]["content"]["application/json"]["schema"]["$ref"].endswith("/Fault")
