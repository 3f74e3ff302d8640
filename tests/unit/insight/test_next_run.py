from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.insight.expectation import find_next_run
from tests.shipped import read_shipped

NOW = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def find(schedule, every=None, last=None):
    source = read_shipped("salesrabbit")
    source = source.model_copy(update={"dag": source.dag.model_copy(update={"schedule": schedule})})
    entity = source.entities["leads"].model_copy(update={"every": every})
    return find_next_run(source, entity, NOW, last)


@pytest.mark.parametrize(
    ("schedule", "every", "last", "expected"),
    [
        ("0 * * * *", None, None, NOW + HOUR / 2),
        ("0 * * * *", 6 * 3600, None, NOW + HOUR / 2),
        ("0 * * * *", 6 * 3600, NOW - HOUR / 2, NOW + 5.5 * HOUR),
        ("0 * * * *", 6 * 3600, NOW - 9 * HOUR, NOW + HOUR / 2),
        (None, None, None, None),
        ("@continuous", None, None, None),
    ],
    ids=["each moment", "never read", "at the end of its rhythm", "overdue", "by hand", "no moments"],
)
def test_next_run_is_the_next_moment_at_which_the_entity_is_due(schedule, every, last, expected):
    assert find(schedule, every, last) == expected


def test_schedule_that_is_wrong_names_its_place():
    with pytest.raises(ConfigError, match=r"dag\.schedule"):
        find("now and then")
