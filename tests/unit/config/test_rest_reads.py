"""Words of REST lists that don't go together are refused in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.config.validation import validate_model
from crm_sync.exceptions import ConfigError

KEYSET = {"style": "keyset", "param": "after_id"}
NUMBERED = {"style": "offset"}


def load(fields: dict[str, Any] | None = None, **read: Any) -> EntityConfig:
    content = {
        "crm_source": "demo",
        "sync_type": "items",
        "table_schema": "demo",
        "primary_key": ["id"],
        "fields": {"id": {}, "at": {"type": "datetime"}, "day": {"type": "date"}},
        "read": {
            "strategy": "rest_list",
            "passes": [{"name": "all", "path": "/items"}],
            "paging": KEYSET,
            "event_cursor": {"column": "at"},
            **read,
        },
    }
    return validate_model(EntityConfig, content, "demo/items.yaml")


def test_event_cursor_is_a_delta_method():
    assert not load().read.reads_whole
    assert load(event_cursor=None).read.reads_whole


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ({"paging": NUMBERED}, "key 'read.event_cursor': expected paging of style keyset"),
        ({"passes": [{"name": "a", "path": "/", "paging": NUMBERED}]}, "expected paging of style keyset"),
        ({"passes": [{"name": "a", "path": "/", "paged": False}]}, "expected passes with pages"),
        (
            {"modified_filter": {"place": "param", "name": "since"}},
            "key 'read.event_cursor': expected no modified_filter beside it",
        ),
        (
            {"changed_only": "updated"},
            "key 'read.changed_only': expected windows or modified_filter beside it",
        ),
        (
            {"event_cursor": {"column": "when"}},
            "key 'read.event_cursor.column': expected columns that fields has",
        ),
        (
            {"event_cursor": {"column": "day"}},
            "key 'read.event_cursor.column': expected a column of type datetime",
        ),
        ({"paging": {**KEYSET, "ids": "uuid"}}, "paging.ids': expected 'text', 'number' or 'any'"),
    ],
    ids=["numbered", "one_numbered", "no_pages", "filter", "changed_only", "no_column", "date", "order"],
)
def test_event_cursor_that_does_not_fit_is_one_sentence(read, words):
    with pytest.raises(ConfigError) as raised:
        load(**read)
    assert words in str(raised.value)
