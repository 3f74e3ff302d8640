"""What a run tells beside Airflow: StatsD on loopback, OpenLineage's file transport, spans in memory."""

from __future__ import annotations

import json
import re
import socket
from types import SimpleNamespace

import psycopg2
import pytest
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.observability import stats
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from crm_sync.constants import SyncStatus
from crm_sync.telemetry import metrics
from crm_sync.telemetry.spans import trace_stage
from tests.conformance.tables import assert_table
from tests.dags.airflow_home import copy_dags, leave_only
from tests.e2e.conftest import build_csv_connection, build_warehouse_connection
from tests.e2e.dag_runs import assert_adds_up, list_history, run_dag
from tests.e2e.processes import build_environment, list_processes, start_dag_test

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def udp():
    """A StatsD server's socket on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        server.bind(("127.0.0.1", 0))
        yield server


def read_lines(udp):
    """Give what came in so far, by name."""
    udp.setblocking(False)
    found = {}
    while True:
        try:
            text = udp.recv(65_535).decode()
        except BlockingIOError:
            return found
        for line in text.splitlines():
            name, _, value = line.partition(":")
            found[name] = value


@pytest.fixture
def spans(monkeypatch):
    """Spans that were ended, as an exporter gets them."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


def test_command_line_run_sends_metrics_by_statsd_and_lineage_of_each_column(
    csv, warehouse, airflow_database, udp, tmp_path
):
    home = tmp_path / "airflow"
    events = tmp_path / "lineage.ndjson"
    environment = build_environment(
        home,
        airflow_database,
        AIRFLOW_CONN_CRM_WAREHOUSE=build_warehouse_connection(warehouse),
        AIRFLOW_CONN_CSV_DEFAULT=build_csv_connection(csv.folder),
        AIRFLOW__METRICS__STATSD_ON="True",
        AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
        AIRFLOW__METRICS__STATSD_PORT=str(udp.getsockname()[1]),
        AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(
            {"type": "file", "log_file_path": str(events), "append": True}
        ),
        AIRFLOW__OPENLINEAGE__NAMESPACE="tests",
    )
    leave_only(copy_dags(home / "dags"), "crm_sync_csv")
    log = tmp_path / "log"
    # the one whole run by Airflow's command, as a process of its own
    assert start_dag_test(environment, "crm_sync_csv", log).wait(timeout=240) == 0, log.read_text()[-4000:]
    assert list_processes(home) == []
    entity = csv.source.entities["zip_codes"]
    assert_table(warehouse, entity, csv.expected(entity))
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.SUCCESS
    assert_adds_up(row)

    sent = read_lines(udp)
    rows = len(csv.rows)
    assert sent["airflow.crm_sync.csv.zip_codes.records"] == f"{rows}|c"
    assert sent["airflow.crm_sync.csv.zip_codes.runs_success"] == "1|c"
    assert sent["airflow.crm_sync.csv.zip_codes.error_rate"] == "0.0|g"
    for name, kind in (("duration", "ms"), ("records_per_second", "g"), ("peak_memory_mb", "g")):
        value, _, shown = sent[f"airflow.crm_sync.csv.zip_codes.{name}"].partition("|")
        assert (float(value) > 0, shown) == (True, kind)
    assert "airflow.crm_sync.duration" in sent

    found = [json.loads(line) for line in events.read_text().splitlines()]
    complete = {one["job"]["name"]: one for one in found if one["eventType"] == "COMPLETE"}
    save = complete["crm_sync_csv.zip_codes.save"]
    (source,), (table,) = save["inputs"], save["outputs"]
    assert (source["namespace"], source["name"]) == ("crm_sync://csv", "zip_codes")
    assert re.fullmatch(r"postgres://[\w./%-]+:\d+", table["namespace"])
    assert table["name"].endswith(".csv.zip_codes")
    assert table["outputFacets"]["outputStatistics"]["rowCount"] == rows
    columns = {one["name"]: one["type"] for one in table["facets"]["schema"]["fields"]}
    assert columns.keys() == entity.fields.keys()
    origins = table["facets"]["columnLineage"]["fields"]
    assert origins.keys() == entity.fields.keys()
    for column, field in entity.fields.items():
        paths = [one["field"] for one in origins[column]["inputFields"]]
        assert paths == ([field.source] if isinstance(field.source, str) else list(field.source or [column]))
    assert complete["crm_sync_csv.zip_codes.fetch"]["inputs"][0]["name"] == "zip_codes"


def test_spans_name_entity_stage_and_window(csv, spans):
    assert run_dag("crm_sync_csv").state == "success"
    ended = {span.name: span for span in spans.get_finished_spans()}
    assert ended.keys() >= {f"crm_sync.{stage}" for stage in ("fetch", "transform", "validate", "save")}
    for stage in ("fetch", "save"):
        known = ended[f"crm_sync.{stage}"].attributes
        assert (known["crm_sync.crm_source"], known["crm_sync.sync_type"]) == ("csv", "zip_codes")
        assert (known["crm_sync.stage"], known["crm_sync.window.mode"]) == (stage, "full")
        assert known["crm_sync.window.until"].startswith("20")


@pytest.mark.parametrize(
    ("error", "is_error"), [(ValueError("odd"), True), (AirflowSkipException("dry"), False)]
)
def test_span_of_a_failed_stage_is_an_error_and_of_a_skipped_one_is_not(spans, error, is_error):
    run = SimpleNamespace(
        entity=SimpleNamespace(crm_source="crm", sync_type="things"),
        options=SimpleNamespace(dry_run=False),
        history_id=7,
        staging=None,
    )
    with pytest.raises(type(error)), trace_stage(run, "save"):
        raise error
    (span,) = spans.get_finished_spans()
    assert (span.status.status_code is trace.StatusCode.ERROR) is is_error
    assert span.attributes["crm_sync.history_id"] == 7


def test_failed_run_and_budgets_are_sent_and_a_lost_warehouse_ends_nothing(
    csv, warehouse, monkeypatch, caplog
):
    def refuse():
        raise psycopg2.errors.InsufficientPrivilege("permission denied")

    sent = {}

    def keep(kind):
        return lambda name, value, tags=None: sent.setdefault(name, (kind, value, tags))

    for kind in ("gauge", "incr", "timing"):
        monkeypatch.setattr(stats, kind, keep(kind))
    (csv.folder / "zip_codes.csv").write_bytes(b"")
    assert run_dag("crm_sync_csv").state == "failed"
    place = {"crm_source": "csv", "sync_type": "zip_codes"}
    assert sent["crm_sync.runs_failed"] == ("incr", 1, place)
    assert "crm_sync.csv.zip_codes.runs_failed" in sent

    warehouse.execute(
        """
        insert into crm_sync.rate_budget (
            crm_source, account, endpoint_class, quota_day, day_count, per_day, day_zone, unit
        )
        values
            ('csv', 'a.b', 'default', (now() at time zone 'UTC')::date, 30, 120, 'UTC', 'calls'),
            ('csv', 'c', 'default', '2020-01-01', 30, 120, 'UTC', 'calls')
        """
    )
    figures = {
        (one.place["account"], one.name): one.value for one in metrics.read_budgets(warehouse.connect, "csv")
    }
    assert figures == {
        ("a.b", "budget_used"): 30.0, ("a.b", "budget_share"): 0.25,
        ("c", "budget_used"): 0.0, ("c", "budget_share"): 0.0,
    }  # fmt: skip
    metrics.send_figures(metrics.read_budgets(warehouse.connect, "csv"))
    assert sent["crm_sync.csv.a_b.default.budget_share"][1] == 0.25

    metrics.report_run(SimpleNamespace(history_id=99_999, connect=warehouse.connect))
    metrics.report_run(SimpleNamespace(history_id=None))
    metrics.report_run(SimpleNamespace(history_id=1, connect=refuse))
    assert "The run's metrics were not sent: permission denied" in caplog.text
