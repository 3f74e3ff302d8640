"""A CRM whose connection may lead to AWS or to a database, and whose entities may be files beside it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sandbox.salespro import SalesProSandbox
from sandbox.salespro.config import DATABASE, REGION
from sandbox.salespro.exports import HEADERS, make_export, write_export
from tests.dags.airflow_home import CONFIGS

pytestmark = pytest.mark.airflow
EXTRA = {"region_name": REGION, "database": DATABASE, "poll_seconds": 0.1}


@pytest.fixture
def lake():
    counts = {"customers": 3, "estimates": 3, "credit_applications": 3, "lead_results": 3}
    with SalesProSandbox(counts=counts, quirks=False).serve() as fake:
        yield fake


@pytest.fixture
def set_connection(monkeypatch):
    """Make the connection `salespro_default`."""

    def do(**values):
        monkeypatch.setenv("AIRFLOW_CONN_SALESPRO_DEFAULT", json.dumps(values))

    return do


def make_hook(*, with_disabled=False):
    from crm_sync.config.loader import load_source
    from crm_sync.hooks.crm import CrmHook

    return CrmHook(load_source(CONFIGS, "salespro", with_disabled=with_disabled), connect=lambda: None)


def connect_to(lake, **extra):
    keys = {"login": lake.config.access_key, "password": lake.config.secret_key}
    return {"conn_type": "aws", **keys, "extra": {**EXTRA, "endpoint_url": lake.url, **extra}}


@pytest.mark.parametrize("conn_type", ["aws", "crm_sync_salespro"])
def test_check_runs_a_query_for_each_table_and_reads_one_row(lake, set_connection, conn_type):
    set_connection(**{**connect_to(lake), "conn_type": conn_type})
    is_good, text = make_hook().test_connection()
    assert is_good, text
    assert text.count("may be read") == 8
    queries = [one.text for one in lake.store.queries.values()]
    assert len(queries) == 8
    assert all(text.endswith(" LIMIT 1") for text in queries)


def test_check_says_which_right_is_missing(lake, set_connection):
    lake.config = replace(lake.config, lacks_glue=True)
    lake._account.config = lake.config
    set_connection(**connect_to(lake))
    is_good, text = make_hook().test_connection()
    assert (is_good, text.count("glue:GetDatabase")) == (False, 8)


def test_wrong_secret_is_one_finding_for_each_table_and_is_not_shown(lake, set_connection):
    set_connection(**{**connect_to(lake), "password": "hidden-secret-77"})
    is_good, text = make_hook().test_connection()
    assert (is_good, "hidden-secret-77" in text) == (False, False)
    assert "secret access key (password) is wrong" in text


def test_address_is_that_of_the_region_unless_the_connection_names_one(set_connection):
    set_connection(conn_type="aws", login="AKIA", password="p", extra={**EXTRA, "region_name": "eu-west-1"})
    client = make_hook().open_client(is_paced=False)
    assert client.transport.base_url == "https://athena.eu-west-1.amazonaws.com"
    set_connection(
        conn_type="aws", login="AKIA", password="p", extra={**EXTRA, "endpoint_url": "athena:4566"}
    )
    is_good, text = make_hook().test_connection()
    assert (is_good, "extra.endpoint_url" in text, text.count("\n")) == (False, True, 0)


@pytest.mark.parametrize("lacking", ["region_name", "database"])
def test_connection_without_region_or_database_is_said(set_connection, lacking):
    extra = {name: value for name, value in EXTRA.items() if name != lacking}
    set_connection(conn_type="aws", login="AKIA", password="p", extra=extra)
    is_good, text = make_hook().test_connection()
    assert (is_good, f"extra.{lacking}" in text, text.count("\n")) == (False, True, 0)


@pytest.mark.parametrize("conn_type", ["postgres", "mysql"])
def test_connection_to_a_database_opens_the_mirror(set_connection, conn_type):
    from crm_sync.sources.sql.source import SqlTableSource

    set_connection(conn_type=conn_type, host="127.0.0.1", login="reader", password="p", schema="lake")
    hook = make_hook()
    for entity in hook._source.entities.values():
        assert isinstance(hook.open_source(entity), SqlTableSource)


def test_another_database_of_the_lake_is_another_account(set_connection):
    names = set()
    for database in ("one", "two"):
        set_connection(conn_type="aws", login="AKIA", password="p", extra={**EXTRA, "database": database})
        names.add(make_hook().name_account())
    assert len(names) == 2


def test_exports_are_read_from_their_folder_beside_the_lake(lake, set_connection, tmp_path):
    for kind, header in HEADERS.items():
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(write_export(header, [make_export(kind, number) for number in range(3)]))
    set_connection(**connect_to(lake, csv_path=str(tmp_path)))
    is_good, text = make_hook(with_disabled=True).test_connection()
    assert is_good, text
    assert "salespro.users: 1 file(s) 'users.csv' can be opened" in text
    assert "salespro.offices: 1 file(s) 'offices.csv' can be opened" in text


def test_exports_without_a_folder_are_said(lake, set_connection):
    set_connection(**connect_to(lake))
    is_good, text = make_hook(with_disabled=True).test_connection()
    assert (is_good, text.count("extra.csv_path")) == (False, 2)


def test_exports_are_no_entities_as_shipped():
    assert not {"users", "offices"} & make_hook()._source.entities.keys()


def test_extras_of_ours_do_not_reach_the_driver_of_postgresql(set_connection, monkeypatch):
    import psycopg2

    asked = []
    monkeypatch.setattr(psycopg2, "connect", lambda **given: asked.append(given) or object())
    extra = {"csv_path": "/exports", "source_time_zone": "Europe/Berlin", "sslmode": "prefer"}
    set_connection(
        conn_type="postgres", host="127.0.0.1", login="r", password="p", schema="lake", extra=extra
    )
    hook = make_hook()
    source = hook.open_source(hook._source.entities["estimates"])
    source._database.connect()
    assert asked[0]["sslmode"] == "prefer"
    assert not {"csv_path", "source_time_zone"} & asked[0].keys()
