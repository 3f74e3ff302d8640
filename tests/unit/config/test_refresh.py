"""A refresh beside a read that can't do with it is refused in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.config.validation import validate_model
from crm_sync.exceptions import ConfigError

PASS = {"name": "all", "path": "/items", "params": {"q": "select {fields}[? from {since}?]"}}
WORDS = {"columns": ["total"], "every": "1d"}


def load(refresh: dict[str, Any] | None = None, **read: Any) -> EntityConfig:
    content = {
        "crm_source": "demo",
        "sync_type": "items",
        "table_schema": "demo",
        "primary_key": ["id"],
        "modified_column": "at",
        "deleted": {"column": "is_gone"},
        "refresh": {**WORDS, **(refresh or {})},
        "fields": {"id": {}, "at": {"type": "datetime"}, "is_gone": {"type": "boolean"}, "total": {}},
        "read": {
            "strategy": "rest_list",
            "passes": [PASS],
            "paging": {"style": "cursor", "next_path": "next", "param": "after"},
            **read,
        },
    }
    return validate_model(EntityConfig, content, "demo/items.yaml")


def test_refresh_has_its_span_in_seconds():
    assert load().refresh.every == 86_400


@pytest.mark.parametrize(
    ("refresh", "read", "words"),
    [
        ({"columns": ["totl"]}, {}, "key 'refresh.columns': expected columns that fields has"),
        ({"columns": ["id"]}, {}, "key 'refresh.columns': expected columns beside the key"),
        ({"columns": ["at"]}, {}, "columns beside the key, modified_column"),
        ({"columns": ["is_gone"]}, {}, "and those of deleted"),
        ({"columns": []}, {}, "key 'refresh.columns'"),
        ({"every": 0}, {}, "key 'refresh.every'"),
        ({}, {"passes": [{**PASS, "params": {"q": "{fields}"}}]}, "the slot {since}"),
        ({}, {"passes": [{**PASS, "params": {"q": "{since}"}}]}, "the slot {fields} in each pass"),
        ({}, {"keep": {"type": ["a"]}}, "neither keep nor only"),
    ],
)
def test_refresh_that_does_not_fit_is_refused(refresh, read, words):
    with pytest.raises(ConfigError) as error:
        load(refresh, **read)
    assert words in str(error.value)
