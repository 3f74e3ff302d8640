"""`crm-sync sync` and `replay`: a real run in a process of its own, shown, counted and ended in order."""

from __future__ import annotations

import json
import os
import signal
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_sync.cli.live.dag_process import find_scheduler, work
from crm_sync.constants import SyncStatus
from tests.command_line import run_command
from tests.conformance.tables import assert_table, read_everything
from tests.dags.airflow_home import HOME, copy_dags, leave_only
from tests.e2e.dag_runs import latest_rows, list_history, read_result

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]

_WORKER = "select pid from crm_sync.sync_owners order by sync_history_id desc limit 1"


@pytest.fixture
def one_dag(tmp_path, monkeypatch):
    """A DAG folder with the stub of one CRM, so that a run parses no other."""

    def leave(dag_id):
        folder = leave_only(copy_dags(tmp_path / "dags"), dag_id)
        monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(folder))
        return folder

    return leave


def test_run_is_shown_in_lines_and_json_names_the_failed_entity(hubspot, warehouse, one_dag, tmp_path):
    one_dag("crm_sync_hubspot")
    hubspot.fake.faults.add(
        "missing_scope", "*/objects/companies*", times=None, scope="crm.objects.companies.read"
    )
    log = tmp_path / "logs" / "sync.log"
    result = run_command("sync", "hubspot", "companies", "owners", "--verbose", "--json", "--log", log)
    assert result.exit_code == 1, result.output + log.read_text()[-2000:]
    # where standard output is the document, the lines are beside it
    lines = result.stderr.splitlines()
    assert {"Flag 'verbose' is an old name: use 'debug'.", f"Log: {log}"} <= set(lines)
    names = ("entity", "companies", "owners")
    shown = {name: line.split() for line in lines for name in names if line.startswith(f"{name} ")}
    assert shown["entity"][:3] == ["entity", "status", "mode"]
    assert shown["owners"][:8] == ["owners", "success", "full", "30", "0", "0", "0", "0"]
    assert shown["companies"][:2] == ["companies", "failed"]
    found = json.loads(result.stdout)
    assert (found["state"], found["exit_code"], found["log"]) == ("failed", 1, str(log))
    companies, owners = found["entities"]
    assert (companies["sync_type"], companies["status"]) == ("companies", "failed")
    assert "crm.objects.companies.read" in companies["reason"]
    assert (owners["status"], owners["created"], owners["mode"]) == ("success", 30, "full")
    rows = latest_rows(warehouse)
    assert owners["sync_history_id"] == rows["owners"].id
    assert (rows["owners"].configuration["options"]["debug"], rows["owners"].status) == (
        True, SyncStatus.SUCCESS
    )  # fmt: skip
    assert rows["companies"].run_id == found["run_id"]
    entity = hubspot.source.entities["owners"]
    assert_table(warehouse, entity, hubspot.expected(entity))
    text = log.read_text()
    assert "Completed hubspot owners sync: 30 created" in text
    assert "Fatal Python error" not in text, text[-1000:]


def test_ctrl_c_ends_the_process_and_closes_the_rows(hubspot, warehouse, one_dag, tmp_path):
    one_dag("crm_sync_hubspot")
    stopped = threading.Event()

    def press_ctrl_c():
        os.kill(os.getpid(), signal.SIGINT)
        # or a fast machine has read the other pages meanwhile
        stopped.wait(20)

    hubspot.fake.hooks.before_page("*/objects/contacts", 3, press_ctrl_c)
    result = run_command("sync", "hubspot", "contacts", "--batch-size", "50", "--log", tmp_path / "log")
    stopped.set()
    assert result.exit_code == 130, result.output
    assert result.stderr == "The run was stopped with Ctrl-C; what was saved stays.\n"
    first, *others, last = result.stdout.splitlines()
    assert first == f"Log: {tmp_path}/log"
    (line,) = (line for line in others if line.startswith("contacts  "))
    assert line.split()[1] == "stopped"
    assert last.startswith("hubspot: stopped after ")
    assert last.endswith(f", no entity ended. {tmp_path}/log")
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.FAILED
    assert row.error_message.endswith("; stopped with Ctrl-C")
    (pid,) = warehouse.fetch_one(_WORKER)
    assert not Path(f"/proc/{pid}").exists()
    known = read_result(HOME / "airflow.db", "crm_sync_hubspot", row.run_id)
    assert (known.state, known.tasks["contacts.fetch"]) == ("failed", "failed")
    assert set(known.tasks.values()) == {"failed", "skipped"}


@pytest.mark.thorough
def test_process_that_is_killed_is_a_sentence_and_leaves_no_open_row(hubspot, warehouse, one_dag, tmp_path):
    one_dag("crm_sync_hubspot")
    hubspot.fake.hooks.before_page(
        "*/objects/contacts", 3, lambda: os.kill(warehouse.fetch_one(_WORKER)[0], signal.SIGKILL)
    )
    result = run_command("sync", "hubspot", "contacts", "--batch-size", "50", "--log", tmp_path / "log")
    assert result.exit_code == 1
    assert "The process of the run was ended by signal 9. Its last line: " in result.stderr
    assert "hubspot: stopped after" in result.stdout
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.FAILED
    assert row.error_message.endswith("; its process was ended by signal 9")


@pytest.fixture
def in_this_process(monkeypatch):
    """Let the command's run work in this process; gives its news."""
    told = []

    @contextmanager
    def run(stub, conf, log, take):
        code, news = run_work(stub, conf)
        told.extend(news)
        for one in news:
            take(one)
        yield SimpleNamespace(process=SimpleNamespace(poll=lambda: code), wait_for_news=lambda: None)

    monkeypatch.setattr("crm_sync.cli.live.here.running", run)
    return told


def test_part_of_the_rejects_is_replayed_and_the_others_wait(
    csv, warehouse, one_dag, in_this_process, tmp_path
):
    folder = one_dag("crm_sync_csv")
    for row in csv.rows[:4]:
        row[0] = row[0].lstrip("0")
    csv.write()
    result = run_command("sync", "csv", "--log", tmp_path / "log")
    assert result.exit_code == 0, result.output
    assert [one["kind"] for one in in_this_process if one["kind"] in {"end", "run"}] == ["end", "run"]
    # the process that shows a run is the one that works here, so its log is among the lines
    first, *others, last = result.stdout.splitlines()
    (line,) = (line for line in others if line.startswith("zip_codes  "))
    assert (first, line.split()[1]) == (f"Log: {tmp_path}/log", "partial")
    assert last.startswith("csv: success after ")
    assert last.endswith(f", 1 partial. {tmp_path}/log")
    waiting = "select id from crm_sync.rejected_records where resolved_at is null order by id"
    first, second, *others = (number for (number,) in warehouse.fetch_all(waiting))

    yaml = folder / "configs/csv/zip_codes.yaml"
    yaml.write_text(yaml.read_text().replace("^[0-9]{5}$", "^[0-9]{3,5}$"))
    part = {"replay_rejected": True, "replay_ids": [first, second]}
    code, news = run_work(folder / "crm_sync_csv.py", part)
    assert code == 0
    (note,) = (one["text"] for one in news if one["kind"] == "note")
    assert note.startswith("Only a part was replayed: 2 of 4 open rejects")
    assert [number for (number,) in warehouse.fetch_all(waiting)] == others
    row = latest_rows(warehouse)["zip_codes"]
    assert (row.status, row.records_created) == (SyncStatus.SUCCESS, 2)
    assert row.configuration["options"]["replay_ids"] == [first, second]
    assert row.configuration["notes"] == [note]
    assert row.configuration["window"]["complete"] is False


def test_metadata_database_that_is_not_there_is_a_sentence(csv, warehouse, one_dag, monkeypatch):
    folder = one_dag("crm_sync_csv")
    before = read_everything(warehouse)

    def refuse(_timeout):
        raise TimeoutError("There are still unapplied migrations")

    monkeypatch.setattr("airflow.utils.db.check_migrations", refuse)
    code, news = run_work(folder / "crm_sync_csv.py", {})
    sentence = "Airflow's metadata database can't be used; `airflow db migrate` sets it up."
    assert news == [{"kind": "fault", "text": f"{sentence} (There are still unapplied migrations)"}]
    assert (code, read_everything(warehouse)) == (1, before)


def test_scheduler_that_works_on_the_same_database_is_a_sentence_unless_the_dag_is_paused(one_dag):
    from airflow.jobs.job import Job
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    folder = one_dag("crm_sync_csv")
    assert find_scheduler("crm_sync_csv") is None
    with create_session() as session:
        job = Job(job_type="SchedulerJob", state="running")
        job.hostname, job.latest_heartbeat = "elsewhere", datetime.now(UTC)
        session.add(job)
        session.flush()
        number = job.id
    known = SimpleNamespace(is_paused=False)
    try:
        # other runs of this process may have left the DAG in the database, where new ones are paused
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(DagModel, "get_current", lambda *_, **__: known)
            code, (fault,) = run_work(folder / "crm_sync_csv.py", {})
            known.is_paused = True
            assert find_scheduler("crm_sync_csv") is None
            known.is_paused = False
            with create_session() as session:
                session.get(Job, number).latest_heartbeat = datetime.now(UTC) - timedelta(hours=1)
            assert find_scheduler("crm_sync_csv") is None
        assert (code, fault["kind"]) == (1, "fault")
        assert fault["text"].startswith(
            "A scheduler works on this metadata database (host elsewhere, last seen"
        )
        assert "add --trigger" in fault["text"]
    finally:
        with create_session() as session:
            session.delete(session.get(Job, number))


def test_stub_that_is_wrong_and_conf_that_does_not_fit_are_sentences(one_dag, tmp_path):
    folder = one_dag("crm_sync_csv")
    stub = tmp_path / "crm_sync_csv.py"
    stub.write_text('"""Airflow dag."""\nraise RuntimeError("a stub of yours")\n')
    code, (fault,) = run_work(stub, {})
    assert (code, fault["kind"]) == (1, "fault")
    assert fault["text"].startswith(f"{stub}: ")
    assert "a stub of yours" in fault["text"]
    stub.write_text('"""Airflow dag, or none."""\n')
    assert run_work(stub, {})[1][0]["text"] == f"{stub}: it has no DAG crm_sync_csv"
    code, (fault,) = run_work(folder / "crm_sync_csv.py", {"batch_size": "many"})
    assert (code, "batch_size" in fault["text"]) == (1, True)


def run_work(stub, conf):
    """Do in this process what a child does; gives the exit code and the news."""
    read_end, write_end = os.pipe()
    try:
        code = work(write_end, stub, conf)
    finally:
        os.close(write_end)
    with Path(f"/proc/self/fd/{read_end}").open("rb") as pipe:
        news = [json.loads(line) for line in pipe]
    os.close(read_end)
    return code, news
