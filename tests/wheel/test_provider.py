"""What Airflow makes of the wheel as a provider: valid metadata, forms in the UI, and a button that works."""

from __future__ import annotations

import json

import pytest

from crm_sync.config.connection_form import name_type
from crm_sync.config.loader import list_sources, load_source
from tests.wheel.conftest import CHECKOUT
from tests.wheel.loading import build_environment, run_python

CONFIGS = CHECKOUT / "dags" / "configs"
pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]

_PROGRAM = """
import json, os, sys
from pathlib import Path
import airflow, jsonschema
from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
from airflow.models.connection import Connection
from airflow.providers_manager import ProvidersManager

info = ProvidersManager().providers["crm-sync"].data
schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
jsonschema.validate(info, schema)
names = [one["connection-type"] for one in info["connection-types"]]
hooks = {name: ProvidersManager().hooks[name].connection_type for name in names}
forms = {form.connection_type: form.model_dump(mode="json") for form in HookMetaService.hook_meta_data()}
connection = Connection(conn_id="try_it", conn_type="crm_sync_csv", extra={"path": sys.argv[1]})
os.environ["AIRFLOW_CONN_TRY_IT"] = connection.get_uri()
print("result:" + json.dumps({"forms": forms, "hooks": hooks, "test": connection.test_connection()}))
"""


def _list_fields(form):
    """Give label and placeholder of the fields that the UI shows, by their names in a connection."""
    names = {"url_schema": "schema"}
    return {
        names.get(name, name): (field["title"], field["placeholder"])
        for name, field in form["standard_fields"].items()
        if name != "description" and not (field or {}).get("hidden")
    }


def _list_extras(form):
    return {name: field["schema"]["title"] for name, field in form["extra_fields"].items()}


def test_airflow_shows_the_forms_and_tests_a_connection(tmp_path, installed_wheel):
    files = tmp_path / "files"
    files.mkdir()
    (files / "zip_codes.csv").write_text("zip\n00501\n")
    environment = build_environment(tmp_path / "airflow", installed_wheel)
    done = run_python(environment, "-c", _PROGRAM, str(files))
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("result:"))
    found = json.loads(line.removeprefix("result:"))
    assert len(found["hooks"]) > 5
    assert [name for name, of_class in found["hooks"].items() if name != of_class] == []
    for source in (load_source(CONFIGS, name) for name in list_sources(CONFIGS)):
        form = found["forms"][name_type(source.crm_source)]
        assert form["hook_name"] == f"{source.title} (crm_sync)"
        assert source.connection_form is not None
        words = source.connection_form
        shown = {name: (one.label, one.placeholder or None) for name, one in words.fields.items()}
        assert _list_fields(form) == shown
        assert _list_extras(form) == {name: one.label for name, one in words.extras.items()}
    assert found["test"] == [True, "ok      csv.zip_codes: 1 file(s) 'zip_codes.csv' can be opened"]
