"""What the history says to people: its views and queries, and the commands that ask them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync import warehouses
from crm_sync.exceptions import DatabaseUnavailableError
from crm_sync.insight.overview import Health, read_overview
from crm_sync.insight.rejects import list_rejects
from crm_sync.insight.runs import list_runs
from tests.command_line import run_command
from tests.shipped import CONFIGS, read_shipped

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def source():
    return read_shipped("salesrabbit")


def add_run(
    warehouse, sync_type="leads", *, ago=HOUR, status="success", complete=True, error=None, created=5
):
    """Write a run that ended some time ago."""
    end = NOW - ago
    until = (end - timedelta(minutes=1)).isoformat()
    configuration = {
        "window": {"until": until, "since": None, "complete": complete, "mode": "delta"},
        "options": {"full": False, "batch_size": 100},
        "table": f"salesrabbit.{sync_type}",
        "notes": ["odd"],
    }
    (number,) = warehouse.fetch_one(
        """
        insert into crm_sync.sync_history (
            crm_source, sync_type, status, start_time, end_time, error_message, records_processed,
            records_created, performance_metrics, configuration
        )
        values ('salesrabbit', %s, %s, %s, %s, %s, %s, %s, %s, %s)
        returning id
        """,
        (
            *(sync_type, status, end - timedelta(seconds=30), None if status == "running" else end, error),
            *(created, created, json.dumps({"api_calls": 3, "records_deleted": 1})),
            json.dumps(configuration),
        ),
    )
    return number


def add_reject(warehouse, record_id, *, sync_type="leads", rule="required", resolved=False):
    warehouse.execute(
        """
        insert into crm_sync.rejected_records (
            crm_source, sync_type, record_id, field, rule, error, value, resolved_at
        )
        values (
            'salesrabbit', %s, %s, 'email', %s, 'is missing', 'x',
            case when %s then clock_timestamp() + interval '1 second' end
        )
        """,
        (sync_type, record_id, rule, resolved),
    )


def states(warehouse, source):
    return {one.sync_type: one for one in read_overview(warehouse.connect, [source], NOW)}


def test_overview_has_each_configured_entity_the_worst_first(warehouse, source):
    add_run(warehouse, "leads", ago=timedelta(minutes=5))
    add_run(
        warehouse,
        "users",
        ago=timedelta(minutes=5),
        status="failed",
        complete=False,
        error="no key",
        created=0,
    )
    found = read_overview(warehouse.connect, [source], NOW)
    assert [(one.sync_type, one.health) for one in found] == [
        ("users", Health.FAILED), ("lead_statuses", Health.NEVER), ("leads", Health.FRESH)
    ]  # fmt: skip
    assert found[2].watermark == NOW - timedelta(minutes=6)


def test_failures_in_a_row_end_at_the_last_good_run(warehouse, source):
    for hours, status in ((5, "failed"), (4, "success"), (3, "failed"), (2, "failed")):
        add_run(warehouse, ago=hours * HOUR, status=status, complete=status == "success", created=0)
    state = states(warehouse, source)["leads"]
    assert state.reason.startswith("The last 2 runs failed")
    assert (state.runs_24h, state.good_24h, state.runs_7d, state.good_7d) == (4, 1, 4, 1)


def test_runs_of_a_day_and_of_a_week_are_counted_apart_and_open_ones_not(warehouse, source):
    for hours in (200, 100, 30, 2):
        add_run(warehouse, ago=hours * HOUR)
    add_run(warehouse, ago=timedelta(minutes=1), status="running", complete=False)
    state = states(warehouse, source)["leads"]
    assert (state.runs_24h, state.runs_7d, state.status) == (1, 3, "running")


def test_open_rejects_are_counted_and_listed_and_resolved_ones_not(warehouse, source):
    add_run(warehouse)
    for number in range(3):
        add_reject(warehouse, f"{number}")
    add_reject(warehouse, "9", resolved=True)
    add_reject(warehouse, "4", sync_type="users", rule="type")
    assert states(warehouse, source)["leads"].open_rejects == 3
    found = list_rejects(warehouse.connect, "salesrabbit")
    assert [(one.sync_type, one.record_id) for one in found] == [
        ("leads", "0"), ("leads", "1"), ("leads", "2"), ("users", "4")
    ]  # fmt: skip
    assert [one.record_id for one in list_rejects(warehouse.connect, rule="type")] == ["4"]
    assert [one.record_id for one in list_rejects(warehouse.connect, sync_type="leads", most=2)] == ["0", "1"]
    assert list_rejects(warehouse.connect, "hubspot") == []


def test_runs_are_listed_newest_first(warehouse):
    numbers = [
        add_run(warehouse, name, ago=ago * HOUR) for name, ago in (("leads", 3), ("users", 2), ("leads", 1))
    ]
    assert [row.id for row in list_runs(warehouse.connect)] == numbers[::-1]
    assert [row.id for row in list_runs(warehouse.connect, "salesrabbit", "leads")] == [
        numbers[2],
        numbers[0],
    ]
    assert [row.id for row in list_runs(warehouse.connect, most=1)] == [numbers[2]]
    assert list_runs(warehouse.connect, "hubspot") == []


def test_freshness_knows_the_usual_gap_of_complete_runs(warehouse):
    usual = "select usual_gap from crm_sync.freshness"
    for hours in (9, 5):
        add_run(warehouse, ago=hours * HOUR)
    assert warehouse.fetch_one(usual) == (None,)
    # one that was not complete is between them
    add_run(warehouse, ago=4 * HOUR, status="partial", complete=False)
    add_run(warehouse, ago=2 * HOUR)
    add_run(warehouse, ago=HOUR)
    assert warehouse.fetch_one(usual) == (3 * HOUR,)


@pytest.mark.parametrize(
    ("runs", "findings"),
    [
        ([(3, "success"), (2, "success"), (1, "success")], {}),
        (
            [(2, "success"), (1, "failed")],
            {"failed": "The last 1 run(s) failed", "unreliable": "1 of 2 runs"},
        ),
        (
            [(1, "failed")],
            {"failed": "The last 1 run(s) failed", "never": "No run has read it completely yet."},
        ),
        ([(12, "success"), (11, "success"), (10, "success")], {"late": "The last complete run ended "}),
    ],
)
def test_health_has_a_sentence_for_each_finding(warehouse, runs, findings):
    for hours, status in runs:
        add_run(warehouse, ago=hours * HOUR, status=status, complete=status == "success")
    found = dict(warehouse.fetch_all("select finding, sentence from crm_sync.health"))
    assert found.keys() == findings.keys()
    assert all(found[name].startswith(begin) for name, begin in findings.items())


def test_health_names_a_run_that_nobody_works_on(warehouse):
    number = add_run(warehouse, status="running", complete=False)
    warehouse.execute(
        """
        insert into crm_sync.sync_owners (
            sync_history_id, dag_id, run_id, try_number, in_process, host, pid, token, heartbeat_at
        )
        values (%s, 'd', 'r', 1, false, 'h', 1, gen_random_uuid(), now() - interval '8 hours')
        """,
        (number,),
    )
    ((finding, sentence),) = warehouse.fetch_all("select finding, sentence from crm_sync.health")
    assert finding == "abandoned"
    assert sentence.startswith(f"Run {number} is open and nobody works on it")
    # it may wait for a limit
    warehouse.execute("update crm_sync.sync_owners set heartbeat_at = now() - interval '6 hours'")
    assert warehouse.fetch_all("select finding from crm_sync.health") == []


def test_throughput_sums_the_runs_of_a_day(warehouse):
    noon = NOW.replace(hour=12) - timedelta(days=2)
    for minutes in (0, 10):
        add_run(warehouse, ago=NOW - noon - timedelta(minutes=minutes))
    add_run(warehouse, ago=timedelta(days=40))
    assert warehouse.fetch_all(
        "select day, runs, failed_runs, records_created, records_deleted, seconds, api_calls "
        "from crm_sync.throughput"
    ) == [(noon.date(), 2, 0, 10, 2, 60, 6)]


def test_schema_of_an_earlier_version_is_brought_up_to_date_and_is_no_empty_history(warehouse, source):
    add_run(warehouse, ago=timedelta(minutes=5))
    warehouse.execute(
        "drop view crm_sync.health, crm_sync.further_findings, crm_sync.freshness, crm_sync.latest_runs, "
        "crm_sync.entities"
    )
    warehouse.execute("delete from crm_sync.schema_migrations where name like 'views/%'")
    assert states(warehouse, source)["leads"].health is Health.FRESH


def test_warehouse_that_no_run_has_touched_stays_untouched(empty_warehouse, source):
    connect = empty_warehouse.connect
    assert {one.health for one in read_overview(connect, [source], NOW)} == {Health.NEVER}
    assert (list_runs(connect), list_rejects(connect)) == ([], [])
    assert empty_warehouse.fetch_all("select 1 from pg_namespace where nspname = 'crm_sync'") == []


@pytest.fixture
def run(warehouse, monkeypatch):
    monkeypatch.setattr(warehouses, "open_warehouse", lambda _source: warehouse.connect)

    def invoke(*arguments):
        return run_command(*arguments, "--configs", CONFIGS)

    return invoke


def test_status_is_1_as_long_as_something_is_wrong(warehouse, run):
    for name in ("leads", "users", "lead_statuses"):
        add_run(warehouse, name, ago=timedelta(minutes=5))
    good = run("status")
    assert (good.exit_code, good.output.count("fresh")) == (0, 3)
    assert "No run yet of: arrivy, " in good.output
    add_run(
        warehouse,
        "users",
        ago=timedelta(minutes=1),
        status="failed",
        complete=False,
        error="the key is wrong",
    )
    bad = run("status", "salesrabbit")
    assert bad.exit_code == 1
    assert bad.output.splitlines()[1].split()[:3] == ["salesrabbit", "users", "failed"]
    assert "the key is wrong" in bad.output


def test_status_of_a_named_crm_that_never_ran_is_1(run):
    assert run("status").exit_code == 0
    assert run("status", "csv").exit_code == 1


def test_commands_print_json(warehouse, run):
    number = add_run(warehouse, ago=timedelta(minutes=5))
    add_reject(warehouse, "7")
    (state,) = [one for one in json.loads(run("status", "--json").output) if one["sync_type"] == "leads"]
    assert (state["health"], state["open_rejects"], state["sync_history_id"]) == ("fresh", 1, number)
    assert [row["id"] for row in json.loads(run("history", "salesrabbit", "--json").output)] == [number]
    assert json.loads(run("show", number, "--json").output)["records_created"] == 5
    assert [one["record_id"] for one in json.loads(run("rejected", "--json").output)] == ["7"]


def test_commands_print_tables(warehouse, run):
    number = add_run(warehouse, status="failed", complete=False, error="two\nlines")
    add_reject(warehouse, "7")
    assert "two lines" in run("history", "salesrabbit", "leads").output
    shown = run("show", number).output
    assert "salesrabbit.leads" in shown
    assert "odd" in shown
    assert "is missing" in run("rejected", "salesrabbit").output


def test_status_names_a_quota_near_its_end_below_the_table(warehouse, run):
    for name in ("leads", "users", "lead_statuses"):
        add_run(warehouse, name, ago=timedelta(minutes=5))
    warehouse.execute(
        """
        insert into crm_sync.rate_budget (
            crm_source, account, endpoint_class, quota_day, day_count, per_day, day_zone, unit
        )
        values ('salesrabbit', 'a', 'default', (now() at time zone 'UTC')::date, 95, 100, 'UTC', 'calls')
        """
    )
    told = run("status")
    assert told.exit_code == 1
    assert "\nsalesrabbit: 95 of 100 calls of the day are used (a, default); " in told.output
    *states, whole = json.loads(run("status", "--json").output)
    assert {state["health"] for state in states} == {"fresh"}
    assert (whole["crm_source"], whole["sync_type"], whole["health"]) == ("salesrabbit", None, "budget")


def test_many_rejects_are_not_counted_to_their_end(warehouse, run):
    add_run(warehouse, ago=timedelta(minutes=5))
    for number in range(102):
        add_reject(warehouse, f"{number}")
    assert "over 100" in run("status", "salesrabbit").output


def test_run_that_ended_early_says_that_it_read_nothing(warehouse, run):
    number = add_run(warehouse, status="failed", complete=False, error="no file")
    warehouse.execute("update crm_sync.sync_history set configuration = configuration - 'window'")
    assert "nothing: it ended before its window was chosen" in run("show", number).output


def test_wrong_names_and_numbers_are_one_sentence(run):
    assert run("show", 77).output == "There is no run 77: expected a number from `crm-sync history`.\n"
    assert run("show", 77).exit_code == 1
    assert (run("history", "hupspot").exit_code, run("status", "hupspot").exit_code) == (2, 2)
    assert "CRM 'hupspot' is unknown: expected one of arrivy, " in run("rejected", "hupspot").output


@pytest.mark.parametrize("command", [("status",), ("history",), ("show", "1"), ("rejected",)])
def test_warehouse_that_does_not_answer_is_one_sentence(run, monkeypatch, command):
    def refuse():
        raise DatabaseUnavailableError("the warehouse can't be used:\nrefused")

    monkeypatch.setattr(warehouses, "open_warehouse", lambda _source: refuse)
    result = run(*command)
    assert (result.exit_code, result.output) == (1, "Error: the warehouse can't be used: refused\n")
