"""Connections of the types `crm_sync_<crm_source>`: they open as the usual types do, and test themselves."""

from __future__ import annotations

import json

import pytest

from tests.dags.airflow_home import CONFIGS, DAGS, dags_folder

pytestmark = pytest.mark.airflow


@pytest.fixture
def set_connection(monkeypatch):
    """Make the Airflow connection `made_up`, whose name says nothing about its CRM."""

    def do(**values):
        monkeypatch.setenv("AIRFLOW_CONN_MADE_UP", json.dumps(values))

    return do


@pytest.fixture
def dags():
    with dags_folder(DAGS) as folder:
        yield folder


def make_hook(crm_source):
    from crm_sync.hooks import typed

    return getattr(typed, f"{crm_source.capitalize()}Hook")("made_up")


def test_each_type_has_a_class_of_its_own_that_stays_the_same():
    from crm_sync.hooks import typed

    one, other = typed.HubspotHook, typed.CsvHook
    assert (one.conn_type, other.conn_type) == ("crm_sync_hubspot", "crm_sync_csv")
    assert (one.conn_name_attr, one.hook_name) == ("crm_conn_id", "hubspot (crm_sync)")
    assert typed.HubspotHook is one
    with pytest.raises(AttributeError):
        _ = typed.something


def test_folder_and_web_server_share_a_form(dags, set_connection, tmp_path):
    set_connection(conn_type="crm_sync_csv", host="", extra={"path": str(tmp_path)})
    assert type(make_hook("csv").get_conn()).__name__ == "PathStore"
    set_connection(conn_type="crm_sync_csv", host="https://files.example.com", extra={"path": None})
    assert type(make_hook("csv").get_conn()).__name__ == "HttpStore"


def test_web_server_gets_the_login_and_the_headers_of_its_connection(dags, set_connection):
    extra = {"headers": {"X-Api-Key": "made up"}}
    set_connection(conn_type="http", host="https://files.example.com", login="ann", password="p", extra=extra)
    session = make_hook("csv").get_conn()._session
    assert (session.auth, session.headers["X-Api-Key"]) == (("ann", "p"), "made up")


def test_database_is_opened_as_its_yaml_says(dags, set_connection):
    set_connection(conn_type="crm_sync_genius", host="127.0.0.1", extra={"source_time_zone": ""})
    database = make_hook("genius").get_conn()
    assert (type(database.dialect).__name__, database.time_zone) == ("MySqlDialect", None)


def test_fields_left_empty_count_as_left_out(dags, set_connection):
    extra = {"tier": None, "refresh_token": "", "auth": "", "api_version": ""}
    facts = {"host": "https://api.example.com", "password": "key"}
    set_connection(conn_type="crm_sync_hubspot", extra=extra, **facts)
    client = make_hook("hubspot").get_conn()
    assert client.api_version == "v3"
    set_connection(conn_type="http", extra={"tier": ""}, **facts)
    # what somebody wrote by hand is taken at its word
    with pytest.raises(Exception, match="expected one of"):
        make_hook("hubspot").get_conn()


def test_button_names_what_may_be_read_and_what_not(dags, set_connection, tmp_path):
    set_connection(conn_type="crm_sync_csv", extra={"path": str(tmp_path)})
    hook = make_hook("csv")
    is_good, text = hook.test_connection()
    assert (is_good, text.startswith("FAILED  csv.zip_codes: ")) == (False, True)
    (tmp_path / "zip_codes.csv").write_text("zip\n00501\n")
    assert hook.test_connection() == (
        True,
        "ok      csv.zip_codes: 1 file(s) 'zip_codes.csv' can be opened",
    )


def test_button_says_what_is_wrong_with_the_yaml(set_connection, tmp_path):
    (tmp_path / "configs").mkdir()
    set_connection(conn_type="crm_sync_csv", extra={"path": str(tmp_path)})
    with dags_folder(tmp_path):
        assert make_hook("csv").test_connection() == (
            False,
            f"defaults.yaml: expected this file to exist in {tmp_path}/configs",
        )


@pytest.mark.parametrize("crm_source", [path.parent.name for path in sorted(CONFIGS.glob("*/source.yaml"))])
def test_hook_that_the_metadata_names_can_be_imported(crm_source):
    from airflow.sdk._shared.module_loading import import_string

    from crm_sync.provider_info import get_provider_info

    types = {one["connection-type"]: one for one in get_provider_info()["connection-types"]}
    made = types[f"crm_sync_{crm_source}"]
    assert import_string(made["hook-class-name"]).conn_type == made["connection-type"]
