"""Whatever goes wrong is one sentence, and a silent warehouse does not hide what another one has."""

from __future__ import annotations

import pytest
from psycopg2 import errors

from crm_sync.exceptions import DatabaseUnavailableError

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


def raising(error):
    def connect():
        raise error

    return connect


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (errors.QueryCanceled(), 504, "The warehouse took too long to answer."),
        (RuntimeError("odd"), 500, "The page has a fault; the API server's log has it whole."),
    ],
    ids=["slow", "unforeseen"],
)
def test_fault_is_one_sentence(make_client, error, status, sentence):
    answer = make_client("viewer", raising(error)).get("/api/overview")
    assert (answer.status_code, answer.json()) == (status, {"detail": sentence})


def test_run_is_found_although_another_warehouse_is_silent(make_app, tokens, warehouse, configs, add_run):
    from fastapi.testclient import TestClient

    file = configs / "csv" / "source.yaml"
    file.write_text(file.read_text() + "\nwarehouse_connection_id: another\n")
    silent = raising(DatabaseUnavailableError("refused"))
    app = make_app(lambda source: silent if source.crm_source == "csv" else warehouse.connect)
    client = TestClient(app, headers={"Authorization": f"Bearer {tokens['viewer']}"})
    number = add_run()
    assert client.get(f"/api/runs/{number}").json()["id"] == number
    assert client.get("/api/runs/99999").status_code == 503, "nobody knows whether the other one has it"
    overview = client.get("/api/overview").json()
    assert overview["problem"].startswith("The warehouse of the connection another can't be reached")
    assert {one["crm_source"] for one in overview["entities"]} == {"salesrabbit", "csv"}
