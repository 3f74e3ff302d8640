"""The health DAG tells people by mail and by a webhook, through Airflow's own notifiers and connections."""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from crm_sync.cli.live.dag_process import work
from tests.command_line import run_command
from tests.dags.airflow_home import HOME, dags_folder, replace_text
from tests.e2e.dag_runs import run_dag
from tests.e2e.processes import find_free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]

HEALTH = "crm_sync_health"
ALERTS = """
alerts:
  - notifier: airflow.providers.smtp.notifications.smtp.SmtpNotifier
    arguments:
      to: "data@{{ var.value.mail_domain }}"
      subject: "[crm_sync] {subject}"
      html_content: "{html}"
  - notifier: airflow.providers.http.notifications.HttpNotifier
    arguments:
      http_conn_id: webhook
      endpoint: "hooks/{crm_source}"
      json: {text: "{text}", state: "{state}"}
"""


@pytest.fixture
def mails():
    """Mails that a server on loopback took; its address is in the connection smtp_default."""
    taken = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd names it so
            taken.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 OK"

    (port,) = find_free_ports(1)
    server = Controller(Handler(), hostname="127.0.0.1", port=port)
    server.start()
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "airflow@example.com", "retry_limit": 1}
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
        patch.setenv("AIRFLOW_VAR_MAIL_DOMAIN", "example.com")
        yield taken
    server.stop()


@pytest.fixture
def posts():
    """What a webhook on loopback was posted; `is_down` lets it refuse."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not server.is_down:
                taken.append((self.path, json.loads(body)))
            self.send_response(500 if server.is_down else 204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.is_down = False
    server.taken = taken
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = {"conn_type": "http", "host": f"http://127.0.0.1:{server.server_port}"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_WEBHOOK", json.dumps(connection))
        yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def dags(tmp_path):
    """The DAGs of the CSV folder and of health, with alerts."""
    folder = tmp_path / "dags"
    shutil.copytree(HOME / "dags" / "configs" / "csv", folder / "configs" / "csv")
    shutil.copy(HOME / "dags" / "configs" / "defaults.yaml", folder / "configs")
    for name in ("crm_sync_csv.py", f"{HEALTH}.py"):
        shutil.copy(HOME / "dags" / name, folder)
    with (folder / "configs/csv/source.yaml").open("a") as file:
        file.write(ALERTS)
    with dags_folder(folder):
        yield folder


def test_people_are_told_once_by_mail_and_webhook_and_once_when_it_is_over(
    csv, dags, warehouse, mails, posts, read_log
):
    assert run_dag("crm_sync_csv").state == "success"
    assert run_dag(HEALTH).state == "success"
    assert (mails, posts.taken) == ([], [])

    file = csv.folder / "zip_codes.csv"
    content = file.read_bytes()
    file.write_bytes(b"")
    assert run_dag("crm_sync_csv").state == "failed"
    posts.is_down = True
    assert run_dag(HEALTH).state == "failed"
    (mail,) = mails
    assert (mail["to"], mail["subject"]) == (
        "data@example.com", "[crm_sync] CSV files: zip_codes failed"
    )  # fmt: skip
    said = mail.get_body(("html",)).get_content()
    assert "What to do: " in said
    assert "http://localhost:8080/plugin/crm-sync#/entity/csv/zip_codes" in said
    assert "http://localhost:8080/dags/crm_sync_csv/runs/" in said
    # what could not be told is said, kept, and tried again; the mail is not sent a second time
    log = read_log()
    assert "HttpNotifier could not tell: " in log
    assert "It is tried again next time." in log

    posts.is_down = False
    assert run_dag(HEALTH).state == "failed"
    ((path, post),) = posts.taken
    assert (path, post["state"]) == ("/hooks/csv", "open")
    assert "zip_codes" in post["text"]
    assert run_dag(HEALTH).state == "failed"
    assert (len(mails), len(posts.taken)) == (1, 1)

    file.write_bytes(content)
    assert run_dag("crm_sync_csv").state == "success"
    run_dag(HEALTH)
    assert [one["subject"] for one in mails[1:]] == ["[crm_sync] Over: CSV files: zip_codes no longer fails"]
    assert [post["state"] for _, post in posts.taken[1:]] == ["over"]


def test_airflow_tells_of_a_run_beyond_its_deadline(csv, dags, warehouse, mails, posts):
    from airflow.api_fastapi.core_api.datamodels.dag_run import DAGRunResponse
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk.execution_time.callback_supervisor import execute_callback
    from airflow.serialization.serialized_objects import DagSerialization

    replace_text(dags / "configs/csv/source.yaml", "dag:\n", "dag:\n  deadline: 90min\n")
    dag = DagBag(dags / "crm_sync_csv.py").dags["crm_sync_csv"]
    assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).deadline is not None
    (deadline,) = dag.deadline
    assert deadline.interval == timedelta(minutes=90)
    # what the executor does once the deadline is over; the keys are those that Airflow's scheduler sends
    run = DAGRunResponse.model_construct(dag_run_id="manual__1", dag_id="crm_sync_csv").model_dump()
    arguments = {**deadline.callback.kwargs, "context": {"dag_run": run}}
    log = logging.getLogger(__name__)
    posts.is_down = True
    is_told, error = execute_callback(deadline.callback.path, arguments, "", None, Log(log))
    assert is_told is False
    assert "HttpNotifier could not tell: " in error
    posts.is_down = False
    assert execute_callback(deadline.callback.path, arguments, "", None, Log(log)) == (True, None)
    assert [mail["subject"] for mail in mails] == ["[crm_sync] CSV files has a run that takes too long"] * 2
    ((_, post),) = posts.taken
    assert "Run: http://localhost:8080/dags/crm_sync_csv/runs/manual__1" in post["text"]
    # a run of `crm-sync sync` has no deadline, and ends well
    with Path(os.devnull).open("wb") as news:
        assert work(news.fileno(), dags / "crm_sync_csv.py", {}) == 0


class Log:
    """Takes the fields of a structured log line."""

    def __init__(self, log):
        self.debug = self.info = self.exception = lambda text, **fields: log.info("%s %s", text, fields)


def test_check_names_a_notifier_that_is_not_there(csv, dags, warehouse):
    result = run_command("check", "csv", "--configs", dags / "configs")
    assert "ok      alerts of csv: SmtpNotifier can be made; it was not asked to send\n" in result.output
    source = dags / "configs/csv/source.yaml"
    source.write_text(source.read_text().replace("SmtpNotifier", "SmtpNotifyer"))
    result = run_command("check", "csv", "--configs", dags / "configs")
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if "SmtpNotifyer" in line]
    assert line.startswith(
        "FAILED  alerts of csv: SmtpNotifyer: there is no notifier airflow.providers.smtp."
    )
