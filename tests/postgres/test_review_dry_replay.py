"""A replay by dry run in a warehouse that no real run has touched: nothing to read, nothing written."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.replay import ReplaySource
from tests.postgres.upsert_support import NOW, make_entity

pytestmark = pytest.mark.postgres


def test_replay_without_schema_reads_nothing_and_makes_nothing(empty_warehouse):
    entity = make_entity()
    request = ReadRequest(entity, SyncMode.REPLAY, None, NOW, 100)
    assert list(ReplaySource(empty_warehouse.connect, entity).read_pages(request, {})) == []
    assert empty_warehouse.fetch_all("select from pg_namespace where nspname in ('crm', 'crm_sync')") == []
