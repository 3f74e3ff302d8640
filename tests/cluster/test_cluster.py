"""Several machines: entities of one CRM on two Celery workers, one rate budget, files in an object store."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from types import MappingProxyType

import psycopg2
import pytest

from crm_sync.constants import SyncStatus
from tests.cluster.conftest import DAG, LIMIT, WORKERS
from tests.conformance.tables import assert_table
from tests.e2e.dag_runs import assert_adds_up, latest_rows
from tests.e2e.processes import wait_for

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
_WORKER = """
select o.pid from crm_sync.sync_owners as o join crm_sync.sync_history as h on h.id = o.sync_history_id
where h.sync_type = %s and h.status = 'running'
"""
_READ_AGAIN = 4
"""Of eight pages: the one asked for when the machine was lost, one that had come but was not stored yet, and
those stored since the last checkpoint, which holds back for 0.05 s: one or two where the store is quick."""
_WAITERS = "select count(*) from pg_locks where not granted and relation = 'hubspot.companies'::regclass"


def test_machine_lost_in_a_fetch_costs_its_last_pages_at_most(
    open_account, open_cluster, warehouse, tmp_path
):
    account = open_account(COUNTS)
    with open_cluster(account) as cluster:
        lost = lose_reader(account, warehouse, cluster)
        run_id = cluster.services.trigger(DAG, {"entities": list(COUNTS), "full": True, "batch_size": 100})
        state, tasks = cluster.wait_for_end(DAG, run_id, timeout_s=300)
    assert state == "success"
    (left,) = set(WORKERS) - set(lost)
    assert tasks["companies.fetch"] == ("success", 1, left)
    assert tasks["contacts.fetch"] == ("success", 2, left)
    assert_little_was_read_again(account)
    assert_one_budget(account)
    rows = latest_rows(warehouse)
    for name, count in COUNTS.items():
        assert (rows[name].status, rows[name].records_created) == (SyncStatus.SUCCESS, count)
        assert_adds_up(rows[name])
        entity = account.source.entities[name]
        assert_table(warehouse, entity, account.expected(entity))
    # neither machine fell back on a folder of its own
    assert not list(tmp_path.glob("*/crm_sync_staging"))


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
        with closing(psycopg2.connect(warehouse.dsn)) as holder, holder.cursor() as cursor:
            cursor.execute("lock table hubspot.companies in access exclusive mode")
            run_id = cluster.services.trigger(DAG, {"full": True})
            wait_for(lambda: warehouse.fetch_one(_WAITERS) != (0,), "companies to be saved", timeout_s=180)
            ((pid,),) = warehouse.fetch_all(_WORKER, ("companies",))
            saver = cluster.find_host(pid)
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
        ((pid,),) = warehouse.fetch_all(_WORKER, ("contacts",))
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
    in_turn = [request.path.rsplit("/", 1)[1] for request in log.entries("*/objects/*", bucket="general")]
    contacts, companies = in_turn.index("contacts"), in_turn.index("companies")
    # neither was read before the other began
    assert "contacts" in in_turn[companies:]
    assert "companies" in in_turn[contacts:]


def check_tables(account, warehouse, left=MappingProxyType({})):
    rows = latest_rows(warehouse)
    assert set(rows) == set(account.source.entities)
    for name, entity in account.source.entities.items():
        assert rows[name].status in {SyncStatus.SUCCESS, SyncStatus.PARTIAL}
        assert rows[name].configuration["window"]["complete"]
        assert_adds_up(rows[name])
        assert_table(warehouse, entity, account.expected(entity), left=left.get(name, ()))
