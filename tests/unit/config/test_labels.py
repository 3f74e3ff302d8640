"""A column by label where nobody could look it up, or that says two things, is refused in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.config.validation import validate_model
from crm_sync.exceptions import ConfigError

REST = {
    "strategy": "rest_list",
    "passes": [{"name": "all", "path": "/items", "params": {"q": "{fields}"}}],
    "paging": {"style": "cursor", "next_path": "next", "param": "after"},
    "discover": {"path": "/fields", "label_path": "label"},
}
FILES = {"strategy": "files", "path": "items.csv"}
TABLE = {"strategy": "sql_table", "table": "items"}
NO_PATH = "expected source instead, since read.discover has no label_path to look it up by, got 'Number'"


def load(field: dict[str, Any], read: dict[str, Any]) -> EntityConfig:
    content = {
        "crm_source": "demo",
        "sync_type": "items",
        "table_schema": "demo",
        "primary_key": ["id"],
        "fields": {"id": {}, "number": field},
        "read": read,
    }
    return validate_model(EntityConfig, content, "demo/items.yaml")


@pytest.mark.parametrize("label", ["Number", ["Number", "No."]])
def test_column_by_label_outlives_being_read_again(label):
    entity = load({"label": label}, REST)
    field = EntityConfig.model_validate(entity.model_dump()).fields["number"]
    assert field == entity.fields["number"]
    assert field.labels == tuple([label] if isinstance(label, str) else label)
    assert not field.is_settled


@pytest.mark.parametrize(
    ("field", "read", "said"),
    [
        ({"label": "Number"}, {**REST, "discover": {"path": "/fields"}}, NO_PATH),
        ({"label": "Number"}, {**REST, "discover": None}, NO_PATH),
        ({"label": "Number"}, FILES, NO_PATH),
        ({"label": "Number"}, TABLE, NO_PATH),
        ({"label": "Number", "source": "n"}, REST, "expected either source or label, got 'both'"),
        ({"label": " "}, REST, "expected what the CRM calls a field, got 'nothing'"),
        ({"label": []}, REST, "expected what the CRM calls a field, got 'nothing'"),
        ({"label": "Number", "mask": "sha256"}, REST, "since the column is masked or sensitive"),
        ({"label": "Number", "sensitive": True}, REST, "since the column is masked or sensitive"),
    ],
    ids=["no_path", "no_discover", "files", "table", "both", "blank", "none", "masked", "sensitive"],
)
def test_column_by_label_that_cannot_work_is_refused(field, read, said):
    with pytest.raises(ConfigError) as caught:
        load(field, read)
    assert str(caught.value).startswith("demo/items.yaml, key 'fields.number.label': ")
    assert said in str(caught.value)
