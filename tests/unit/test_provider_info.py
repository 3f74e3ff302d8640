"""What Airflow is told about connections: in its own shape, and as the YAML says."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from pydantic import ValidationError

from crm_sync import provider_info
from crm_sync.config.connection_form import FieldWords, name_type
from crm_sync.config.loader import list_sources
from crm_sync.provider_info import get_provider_info
from crm_sync.rest.rate_limits import is_limit_key
from crm_sync.rest.registry import list_own_extras
from scripts.connection_types import build_connection_types
from tests.shipped import CONFIGS, read_shipped

CHECKOUT = Path(__file__).resolve().parents[2]
OF_OTHER_KINDS = {"path", "source_time_zone"}
"""Extras that files and databases read."""


def test_connection_types_are_up_to_date():
    assert (CHECKOUT / "plugins/crm_sync/connection_types.json").read_text() == build_connection_types(
        CONFIGS
    )


@pytest.mark.parametrize("crm_source", list_sources(CONFIGS))
def test_every_crm_has_a_type_whose_form_asks_for_its_secret(crm_source: str):
    (found,) = (
        one
        for one in get_provider_info()["connection-types"]
        if one["connection-type"] == name_type(crm_source)
    )
    behaviour = found["ui-field-behaviour"]
    assert behaviour["relabeling"]["password"]
    assert set(behaviour["hidden-fields"]) & set(behaviour["relabeling"]) == set()
    assert set(behaviour["placeholders"]) <= set(behaviour["relabeling"])


@pytest.mark.parametrize("crm_source", list_sources(CONFIGS))
def test_extras_with_a_field_are_extras_that_something_reads(crm_source: str):
    source = read_shipped(crm_source)
    own = {*source.rest.extras, *list_own_extras(source.rest)} if source.rest else OF_OTHER_KINDS
    assert source.connection_form
    assert [
        name for name in source.connection_form.extras if name not in own and not is_limit_key(name)
    ] == []


def test_secrets_among_the_extras_are_hidden():
    for one in get_provider_info()["connection-types"]:
        for name, field in one["conn-fields"].items():
            is_secret = any(word in name for word in ("token", "keyfile", "api_key"))
            assert is_secret == (field["schema"].get("format") == "password"), name


def test_choice_that_is_left_open_reads_as_default():
    fields = [
        field for one in get_provider_info()["connection-types"] for field in one["conn-fields"].values()
    ]
    open_ones = [field["schema"] for field in fields if None in field["schema"].get("enum", ())]
    assert open_ones
    assert [schema for schema in open_ones if schema["values_display"] != {"null": "default"}] == []


def test_label_that_would_push_its_field_out_of_line_is_refused():
    FieldWords(label="x" * 31)
    with pytest.raises(ValidationError):
        FieldWords(label="x" * 32)


def test_provider_info_imports_nothing_of_the_package():
    tree = ast.parse(inspect.getsource(provider_info))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    assert imported == {"__future__", "json", "pathlib", "typing"}
