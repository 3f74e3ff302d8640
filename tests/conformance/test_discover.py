"""`crm-sync discover`: what it prints is pasted and loads; the table then has columns and values."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.door import Door
from crm_sync.sources.registry import choose_door
from crm_sync.sync.survey.entity_survey import Survey, survey_entity
from crm_sync.sync.survey.yaml_text import write_yaml
from tests.conformance.accounts import SETTINGS
from tests.conformance.kinds import CONFIGS
from tests.conformance.tables import assert_table

pytestmark = pytest.mark.postgres

# of each way to ask an account: an entity, a column that its YAML loses, where its values are, and the type
WAYS = {
    "list": ("hubspot", "contacts", "job_title", "properties.jobtitle", "string"),
    "pages": ("pipedrive", "organizations", "owner_id", "owner_id", "integer"),
    "xml": ("five9", "contacts", "company", "company", "string"),
    "model": ("marketsharp", "contacts", "do_not_mail", "doNotMail", "boolean"),
    "titles": ("googlesheets", "marketing_spends", "clicks", "Clicks", "integer"),
    "catalog": ("genius", "services", "is_active", "is_active", "integer"),
    "header": ("csv", "zip_codes", "county", "county", "string"),
    "sample": ("salesrabbit", "users", "team", "team", "string"),
}


def leave_out(folder: Path, crm: str, entity: str, column: str) -> Path:
    """Copy the YAML without a column; gives the entity's file."""
    shutil.copytree(CONFIGS, folder)
    file = folder / crm / f"{entity}.yaml"
    text, count = re.subn(rf"(?m)^  {column}: .*\n", "", file.read_text("utf-8"))
    assert count == 1
    file.write_text(text, "utf-8")
    return file


def open_door(account: Any, source: SourceConfig, entity: EntityConfig) -> Door[Any]:
    """Give the door to an account, over the connection that its sources have."""
    opened = account.open_source(entity, connect=None)
    names = {"rest": "_client", "files": "_store", "database": "_database"}
    return choose_door(source, entity, getattr(opened, names[source.kind]))


def look(account: Any, source: SourceConfig, sync_type: str) -> Survey:
    entity = source.entities[sync_type]
    return survey_entity(open_door(account, source, entity), entity, datetime.now(UTC))


@pytest.mark.parametrize("way", WAYS)
def test_pasted_yaml_loads_and_fills_its_columns(way, open_pipeline, tmp_path):
    crm, sync_type, column, path, kind = WAYS[way]
    file = leave_out(tmp_path / "configs", crm, sync_type, column)
    # the suite's Five9 has a lower cap than the YAML that is shipped
    own = {"cap": 1000} if crm == "five9" else SETTINGS.get((crm, sync_type), {})
    pipeline = open_pipeline(crm, **own)
    found = look(pipeline.account, load_source(tmp_path / "configs", crm), sync_type)
    (new,) = (one for one in found.fields if one.source == path)
    assert new.type == kind

    text = file.read_text("utf-8").replace("\nfields:\n", f"\nfields:\n{write_yaml(found)}")
    file.write_text(text, "utf-8")
    pasted = load_source(tmp_path / "configs", crm)
    pipeline.account.source = pasted
    entity = pasted.entities[sync_type]
    pipeline.run(entity)
    expected = pipeline.account.expected(entity)
    assert_table(pipeline.warehouse, entity, expected)
    assert any(row[new.name] is not None for row in expected.rows.values())
    assert not {one.source for one in look(pipeline.account, pasted, sync_type).fields} & {
        one.source for one in found.fields
    }


@pytest.mark.parametrize(
    ("crm", "sync_type"), [("hubspot", "contacts"), ("genius", "services"), ("csv", "zip_codes")]
)
def test_column_that_the_account_lacks_is_named(crm, sync_type, open_pipeline):
    account = open_pipeline(crm, **SETTINGS.get((crm, sync_type), {})).account
    prefix = "properties." if crm == "hubspot" else ""
    entity = account.source.entities[sync_type]
    values = entity.model_dump()
    values["fields"]["absent"] = {"source": f"{prefix}not_there", "type": "string"}
    lacking = EntityConfig.model_validate(values)
    source = account.source.model_copy(update={"entities": {sync_type: lacking}})
    assert look(account, source, sync_type).missing == {"absent": f"{prefix}not_there"}


def test_links_have_nothing_to_discover(open_pipeline):
    account = open_pipeline("hubspot", counts={"contacts": 3, "owners": 2}).account
    found = look(account, account.source, "associations")
    assert (found.fields, found.notes) == ((), ("A link has no fields of the account's own.",))


def test_requests_that_name_their_fields_are_said_to_bring_no_others(open_pipeline):
    account = open_pipeline("salespro", **SETTINGS.get(("salespro", "customers"), {})).account
    found = look(account, account.source, "customers")
    assert found.fields == ()
    assert "name the fields of the YAML alone" in found.notes[0]
    assert account.count_calls() == 0


def test_field_that_changes_without_a_trace_says_so(open_pipeline):
    account = open_pipeline("salesforce", **SETTINGS.get(("salesforce", "accounts"), {})).account
    found = look(account, account.source, "accounts")
    assert any(one.is_stale for one in found.fields)
    assert "name it in `refresh` as well" in write_yaml(found)
