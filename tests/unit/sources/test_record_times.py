"""Times of records are read alike one by one, as pages are short, and as a column, as they are long."""

from __future__ import annotations

import pytest

from crm_sync.sources.rest.record_times import RecordTimes
from tests.shipped import read_shipped

TEXTS = [
    "2026-01-05T10:00:00Z",
    "2026-01-05T10:00:00.123456+02:00",
    "2026-01-05 10:00",
    "2026-07-05T10:00:00",
    "1767607200000",
    "1767607200",
    "  2026-01-05T10:00:00Z ",
    "9999-12-31T23:59:59Z",
    "yesterday",
    "2026-02-30T10:00:00Z",
    "",
    None,
    5,
    {"at": "2026-01-05T10:00:00Z"},
]


@pytest.mark.parametrize(("name", "path"), [("arrivy.bookings", "updated"), ("callrail.calls", "start_time")])
def test_short_page_is_read_as_a_long_one(name, path):
    crm_source, _, sync_type = name.partition(".")
    entity = read_shipped(crm_source).entities[sync_type]
    records = [{path: text} for text in TEXTS]
    short, long = RecordTimes(entity, path), RecordTimes(entity, path)
    found = short.read(records)
    assert long.read(records * 20) == found * 20
    assert long.unreadable == short.unreadable * 20
    assert sum(one is None for one in found) >= 5
    assert short.read([]) == []
