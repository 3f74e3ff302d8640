"""What Airflow makes of the wheel as a provider: valid metadata, forms in the UI, and a button that works."""

from __future__ import annotations

import json

import pytest

from tests.wheel.loading import build_environment, run_python

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
    form = found["forms"]["crm_sync_hubspot"]
    assert form["hook_name"] == "HubSpot (crm_sync)"
    assert form["standard_fields"]["host"]["placeholder"] == "https://api.hubapi.com"
    assert form["standard_fields"]["port"]["hidden"] is True
    assert set(form["extra_fields"]) == {"auth", "refresh_token", "tier"}
    assert found["test"] == [True, "ok      csv.zip_codes: 1 file(s) 'zip_codes.csv' can be opened"]
