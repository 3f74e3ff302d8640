"""A zero that people write for "none" means none, wherever a bound, a wait or a span can be without one."""

from __future__ import annotations

import pytest

from crm_sync.config.base import NO_BOUND
from crm_sync.config.dag_config import DagConfig
from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import FilesRead
from crm_sync.config.rest_config import RestConfig
from crm_sync.config.rest_filters import DateWindows

ENTITY = {
    "crm_source": "demo",
    "sync_type": "items",
    "table_schema": "demo",
    "read": {"strategy": "files", "path": "a.csv", "max_bytes": 0, "max_field_chars": 0},
    "primary_key": ["id"],
    "fields": {"id": {}},
}
BOUNDS = ("max_page_size", "max_pages", "chunk_records", "chunk_bytes")


@pytest.mark.parametrize("key", BOUNDS)
def test_bound_of_zero_is_none(key: str):
    entity = EntityConfig.model_validate({**ENTITY, key: 0})
    assert getattr(entity, key) == NO_BOUND
    assert EntityConfig.model_validate(entity.model_dump()) == entity


def test_file_of_any_size_is_read():
    read = EntityConfig.model_validate(ENTITY).read
    assert isinstance(read, FilesRead)
    assert (read.max_bytes, read.max_field_chars) == (NO_BOUND, NO_BOUND)


def test_waits_of_zero_load():
    rest = RestConfig(connect_timeout_s=0, read_timeout_s=0, max_retries=0, max_wait_s=0)
    assert (rest.connect_timeout_s, rest.read_timeout_s) == (0, 0)
    assert DagConfig(execution_timeout_s=0, retries=0, retry_delay_s=0).execution_timeout_s == 0


def test_windows_without_a_longest_span_or_an_end_of_memory():
    named = {"from_param": "from", "to_param": "to", "column": "at", "first": "2020-01-01"}
    windows = DateWindows.model_validate({**named, "longest": 0, "retention_days": 0})
    assert windows.retention_days is None
    assert isinstance(windows.longest, int)
    assert windows.longest > 50 * 365 * 86400
    assert DateWindows.model_validate({**named, "longest": "month"}).longest == "month"
