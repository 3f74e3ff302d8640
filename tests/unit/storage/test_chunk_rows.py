"""Chunks on their way into a merge: a record tells that it is gone by a flag, or by the moment alone."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.rows.chunk_rows import prepare_rows
from crm_sync.storage.rows.merge_sql import GONE_AT_COLUMN, GONE_COLUMN, MergeTarget

AT = datetime(2026, 2, 1, tzinfo=UTC)
_TIME = pl.Datetime("us", "UTC")


def prepare(deleted):
    entity = EntityConfig(
        crm_source="crm",
        sync_type="things",
        table_schema="crm",
        primary_key=["id"],
        deleted=deleted,
        fields={"id": {}, "gone": {"type": "boolean"}, "gone_at": {"type": "datetime"}},
        read={"strategy": "rest_list", "passes": [{"name": "a", "path": "/a"}],
              "paging": {"style": "offset"}},
    )  # fmt: skip
    frame = pl.DataFrame(
        {"id": ["1", "2", "3"], "gone": [True, False, None], "gone_at": [None, AT, None]},
        schema_overrides={"gone_at": _TIME},
    )
    target = MergeTarget(entity, sql.SQL("t"), ("id", "gone", "gone_at"), 1, force=False)
    rows = prepare_rows(frame, target)
    return rows[GONE_COLUMN].to_list(), rows[GONE_AT_COLUMN].to_list()


@pytest.mark.parametrize(
    ("deleted", "gone", "since"),
    [
        (None, [False, False, False], [None, None, None]),
        ({"column": "gone"}, [True, False, False], [None, None, None]),
        ({"column": "gone", "at": "gone_at"}, [True, False, False], [None, AT, None]),
        ({"column": "gone_at", "at": "gone_at"}, [False, True, False], [None, AT, None]),
    ],
    ids=["not-told", "flag", "flag-and-moment", "moment-alone"],
)
def test_rows_say_whether_and_since_when_their_record_is_gone(deleted, gone, since):
    assert prepare(deleted) == (gone, since)
