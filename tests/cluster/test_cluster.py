"""Several machines: entities of one CRM on two Celery workers, one rate budget, files in an object store."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType

import pytest

from crm_sync.constants import SyncStatus
from tests.cluster.conftest import DAG, LIMIT, WORKERS
from tests.conformance.tables import assert_table
from tests.e2e.conftest import build_warehouse_connection
from tests.e2e.dag_runs import assert_adds_up, latest_rows, list_history
from tests.e2e.real_runs import FORM, assert_made_good, list_workers, saving_held_up, sync_by_command

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]

COUNTS = {"contacts": 1500, "companies": 1500}
WHOLE = {
    **COUNTS,
    "deals": 800,
    "tickets": 500,
    "products": 200,
    "line_items": 500,
    "calls": 300,
    "owners": 30,
}
STAGES = ("fetch", "transform", "validate", "save")
_READ_AGAIN = 4
"""Of eight pages: the one asked for when the machine was lost, one that had come but was not stored yet, and
those stored since the last checkpoint, which holds back for 0.05 s: one or two where the store is quick."""


def test_machine_lost_in_a_fetch_then_a_save_killed_twice_then_a_run_that_makes_it_good(
    open_account, open_cluster, warehouse, tmp_path, monkeypatch
):
    # for the command, which is given here as on anybody's machine
    monkeypatch.setenv("AIRFLOW_CONN_CRM_WAREHOUSE", build_warehouse_connection(warehouse))
    account = open_account(COUNTS)
    # one retry: whoever is killed twice has none left
    with open_cluster(account, retries=1, has_triggerer=False) as cluster:
        _check_lost_machine(account, cluster, warehouse)
        _check_killed_saves(account, cluster, warehouse)
        _check_next_run(account, cluster, warehouse)
        _check_wrong_flags(cluster, warehouse)
    # neither machine fell back on a folder of its own
    assert not list(tmp_path.glob("*/crm_sync_staging"))


def _check_lost_machine(account, cluster, warehouse):
    lost = lose_reader(account, warehouse, cluster)
    flags = FORM | {"entities": list(COUNTS), "full": True, "batch_size": 100}
    run_id = cluster.services.trigger(DAG, flags)
    state, tasks = cluster.wait_for_end(DAG, run_id, timeout_s=300)
    assert state == "success"
    (left,) = set(WORKERS) - set(lost)
    assert tasks["companies.fetch"] == ("success", 1, left)
    assert tasks["contacts.fetch"] == ("success", 2, left)
    assert_little_was_read_again(account)
    assert_one_budget(account)
    rows = latest_rows(warehouse)
    for name, count in COUNTS.items():
        row = rows[name]
        assert (row.status, row.records_created) == (SyncStatus.SUCCESS, count)
        assert (row.dag_id, row.run_id) == (DAG, run_id)
        assert row.configuration["options"] == flags
        assert row.configuration["window"]["complete"] is True
        assert_adds_up(row)
        entity = account.source.entities[name]
        assert_table(warehouse, entity, account.expected(entity))


def _check_killed_saves(account, cluster, warehouse):
    """SIGKILL a save twice, so that no retry is left: the run's last task says what became of it."""
    account.change(account.source.entities["companies"], 5)
    with saving_held_up(warehouse, "companies") as holder:
        run_id = cluster.services.trigger(DAG, FORM | {"entities": ["companies"], "full": True})
        for _try in (1, 2):
            holder.kill_saver()
    state, tasks = cluster.wait_for_end(DAG, run_id, timeout_s=300)
    assert len(set(holder.killed)) == 2
    assert state == "failed"
    assert [tasks[f"companies.{stage}"].state for stage in STAGES] == [*["success"] * 3, "failed"]
    assert (tasks["companies.save"].try_number, tasks["close_history"].state) == (2, "success")
    (row,) = (row for row in list_history(warehouse) if row.run_id == run_id)
    assert row.status is SyncStatus.FAILED
    assert row.error_message.startswith("worker lost")
    assert_adds_up(row)


def _check_next_run(account, cluster, warehouse):
    """The command starts a run there and shows it; what the killed saves left out is made good."""
    run_id = sync_by_command(f"http://127.0.0.1:{cluster.services.port}", list(COUNTS))
    state, tasks = cluster.wait_for_end(DAG, run_id, timeout_s=300)
    assert state == "success"
    for name in account.source.entities:
        state, number, _ = tasks[f"{name}.fetch"]
        # a task that no process was started for has no try
        assert (state, number) == (("success", 1) if name in COUNTS else ("skipped", 0))
    assert (tasks["all_saved"].state, tasks["close_history"].state) == ("success", "success")
    assert_made_good(account, warehouse, list(COUNTS))


def _check_wrong_flags(cluster, warehouse):
    """Flags that contradict each other fail the selected fetches alone, without a history row."""
    before = len(list_history(warehouse))
    wrong = {"entities": ["owners"], "full": True, "start_date": "2020-01-01"}
    run_id = cluster.services.trigger(DAG, FORM | wrong)
    state, tasks = cluster.wait_for_end(DAG, run_id, timeout_s=300)
    assert state == "failed"
    assert (tasks["owners.fetch"].state, tasks["owners.fetch"].try_number) == ("failed", 1)
    assert (tasks["contacts.fetch"].state, tasks["contacts.fetch"].try_number) == ("skipped", 0)
    assert len(list_history(warehouse)) == before
    assert warehouse.fetch_one("select count(*) from crm_sync.sync_history where status = 'running'") == (0,)


@pytest.mark.thorough
def test_whole_account_on_two_machines_of_which_one_is_lost_twice(open_account, open_cluster, warehouse):
    account = open_account(WHOLE)
    with open_cluster(account) as cluster:
        lost = lose_reader(account, warehouse, cluster)
        state, tasks = run(cluster, {"full": True, "batch_size": 100})
        assert (state, tasks["contacts.fetch"].try_number) == ("success", 2)
        assert_little_was_read_again(account)
        cluster.start_worker(lost[0])
        cluster.wait_for_workers()
        assert_one_budget(account)
        check_tables(account, warehouse)

        links = account.expected(account.source.entities["associations"]).rows.keys()
        for entity in account.source.entities.values():
            account.change(entity, 20)
        left = {"companies": account.remove(account.source.entities["companies"], 5)}
        left["associations"] = links - account.expected(account.source.entities["associations"]).rows.keys()
        account.fake.requests.clear()
        with saving_held_up(warehouse, "companies") as holder:
            run_id = cluster.services.trigger(DAG, {"full": True})
            saver = cluster.find_host(holder.find_saver())
            cluster.lose(saver)
        state, tasks = cluster.wait_for_end(DAG, run_id, timeout_s=600)
        assert state == "success"
        # the other machine saved what this one had fetched and typed: nothing was asked for twice
        assert (tasks["companies.fetch"].try_number, tasks["companies.save"].try_number) == (1, 2)
        assert tasks["companies.save"].host != saver
        requests = account.fake.requests.entries("*/objects/companies")
        queries = Counter(request.query for request in requests if "properties=" in request.query)
        assert max(queries.values()) == 1, queries
        assert_one_budget(account)
        check_tables(account, warehouse, left)


def run(cluster, conf):
    return cluster.wait_for_end(DAG, cluster.services.trigger(DAG, conf), timeout_s=600)


def lose_reader(account, warehouse, cluster):
    """Lose the machine that reads contacts in the midst of a page; gives a list that will name it."""
    lost = []

    def lose():
        (pid,) = list_workers(warehouse, "contacts")
        lost.append(cluster.find_host(pid))
        cluster.lose(lost[0])

    account.fake.hooks.before_page("*/objects/contacts", 8, lose)
    return lost


def assert_little_was_read_again(account):
    requests = account.fake.requests.entries("*/objects/contacts")
    # those of the read itself, not those by which associations look for contacts that changed
    queries = Counter(request.query for request in requests if "properties=email," in request.query)
    assert 1 <= sum(times - 1 for times in queries.values()) <= _READ_AGAIN, queries
    assert max(queries.values()) == 2


def assert_one_budget(account):
    """Check with the source's own log that two machines stayed below one limit and came close to it."""
    log = account.fake.requests
    assert log.entries()
    assert [request for request in log.entries() if request.status == 429] == []
    assert LIMIT / 2 < log.max_in_window(10.0, bucket="general") <= LIMIT
    # mostly at the same time, but on a busy machine a task may start when the other one has read everything
    asked = {request.path.rsplit("/", 1)[1] for request in log.entries("*/objects/*", bucket="general")}
    assert asked >= COUNTS.keys()


def check_tables(account, warehouse, left=MappingProxyType({})):
    rows = latest_rows(warehouse)
    assert set(rows) == set(account.source.entities)
    for name, entity in account.source.entities.items():
        assert rows[name].status in {SyncStatus.SUCCESS, SyncStatus.PARTIAL}
        assert rows[name].configuration["window"]["complete"]
        assert_adds_up(rows[name])
        assert_table(warehouse, entity, account.expected(entity), left=left.get(name, ()))
