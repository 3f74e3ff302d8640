from __future__ import annotations

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

PATH = "/api/dry-runs/crm_sync_salesrabbit/manual__1"
STAGES = ("fetch", "transform", "validate", "save")
NOTE = {
    "created": 5, "updated": 4, "unchanged": 3, "deleted": 2, "failed": 1, "status": "partial",
    "report": ["5 would be created; for example 7"],
}  # fmt: skip


@pytest.fixture
def run(monkeypatch):
    """A run in which each entity is in another state; tests/e2e has a real one."""
    from crm_sync.web.airflow_rows import AirflowRun

    ends = {
        "leads": ("success", "success", "success", "skipped"),
        "users": ("success", "running", None, None),
        "lead_statuses": ("skipped",) * 4,
    }
    states = {
        f"{name}.{stage}": state
        for name, end in ends.items()
        for stage, state in zip(STAGES, end, strict=True)
    }
    found = AirflowRun("running", states, {"leads.save": NOTE})
    known = {("crm_sync_salesrabbit", "manual__1"): found}
    monkeypatch.setattr("crm_sync.web.routes.dry_runs.read_run", lambda *key: known.get(key))
    return states


def test_dry_run_has_what_each_entity_would_do_as_far_as_it_has_come(viewer, run):
    answer = viewer.get(PATH).json()
    assert answer["state"] == "running"
    leads, users = sorted(answer["entities"], key=lambda one: one["sync_type"])
    assert leads == {
        "sync_type": "leads", "state": "success", "created": 5, "updated": 4, "unchanged": 3, "deleted": 2,
        "rejected": 1, "samples": ["5 would be created; for example 7"],
    }  # fmt: skip
    assert (users["state"], users["created"], users["samples"]) == ("running", None, [])


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (("success", "failed", "upstream_failed", "upstream_failed"), "failed"),
        ((None, None, None, None), None),
    ],
)
def test_entity_that_failed_or_has_not_begun_is_said_so(viewer, run, end, state):
    run |= {f"users.{stage}": one for stage, one in zip(STAGES, end, strict=True)}
    (users,) = (one for one in viewer.get(PATH).json()["entities"] if one["sync_type"] == "users")
    assert users["state"] == state


def test_samples_need_the_right_to_read_what_tasks_have_left(make_client, warehouse, run):
    answer = make_client("reader", warehouse.connect).get(PATH).json()
    (leads,) = (one for one in answer["entities"] if one["sync_type"] == "leads")
    assert (leads["created"], leads["samples"]) == (5, [])


@pytest.mark.parametrize("path", ["crm_sync_salesrabbit/none", "salesrabbit/manual__1", "crm_sync_x/y"])
def test_unknown_run_or_dag_is_not_found(viewer, run, path):
    assert viewer.get(f"/api/dry-runs/{path}").status_code == 404
