"""The dbt project of examples/ names tables, columns and models that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from crm_sync.config.loader import load_source
from crm_sync.constants import BOOKKEEPING_COLUMNS

CHECKOUT = Path(__file__).resolve().parents[2]
DBT = CHECKOUT / "examples" / "dbt"
MODELS = {path.stem: path for path in DBT.glob("models/**/*.sql")}


def read_sources():
    """Give the columns of each table that the project declares."""
    (source,) = yaml.safe_load((DBT / "models/sources.yml").read_text())["sources"]
    return {
        (source["name"], table["name"]): {column["name"] for column in table["columns"]}
        for table in source["tables"]
    }


def test_declared_columns_are_columns_of_the_tables():
    for (crm_source, sync_type), columns in read_sources().items():
        entity = load_source(CHECKOUT / "dags/configs", crm_source).entities[sync_type]
        assert entity.table == f"{crm_source}.{sync_type}"
        assert columns <= {*entity.fields, *BOOKKEEPING_COLUMNS}
        assert entity.primary_key == ("id",)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_model_reads_declared_tables_models_and_columns(name):
    declared, read = read_sources(), set()

    def source(*table):
        read.update(declared[table])
        return ".".join(table)

    def ref(model):
        assert model in MODELS, model
        read.update(list_outputs(MODELS[model].read_text()))
        return model

    sql = MODELS[name].read_text()
    Environment(undefined=StrictUndefined, autoescape=True).from_string(sql).render(source=source, ref=ref)
    selected = re.findall(r"^    (?:\w+\.)?(\w+)(?: as \w+)?,?$", sql, re.MULTILINE)
    assert selected
    assert set(selected) <= read


def list_outputs(sql):
    """Name the columns that a model gives."""
    return set(re.findall(r"^    .*?(\w+),?$", sql.partition("from")[0], re.MULTILINE))


def test_project_and_profile_belong_together():
    project = yaml.safe_load((DBT / "dbt_project.yml").read_text())
    profile = yaml.safe_load((DBT / "profiles.yml").read_text())[project["profile"]]
    assert profile["outputs"][profile["target"]]["type"] == "postgres"
    assert {path.parent.name for path in MODELS.values()} == set(project["models"][project["name"]])
