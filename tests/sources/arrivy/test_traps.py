"""What Arrivy does to naive readers: bookings are as hard to follow as tasks, and values vary in shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk

PLANNED = ["tasks", "bookings"]


def naive(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize("kind", PLANNED)
def test_delta_reaches_30_days_back_and_a_year_ahead_in_each_planned_list(kit, kind):
    since, until = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)
    kit.read(kit.entity(kind), since=since, until=until)
    asked = [one for one in kit.asked(f"/{kind}") if "from" in one]
    assert (asked[0]["from"], asked[-1]["to"]) == ("2026-02-08T00:00:00+00:00", "2027-03-12T00:00:00+00:00")


@pytest.mark.parametrize("kind", PLANNED)
def test_delta_keeps_what_changed_and_drops_what_only_lies_in_the_window(kit, kind):
    """Asking by planned start alone would bring everything again, and nothing of what waits for a date."""
    now = kit.fake.clock.now()
    fresh_ms, old_ms = (
        round((now - timedelta(**ago)).timestamp() * 1000) for ago in ({"minutes": 1}, {"days": 90})
    )
    plans = {
        "soon": {"start_datetime": naive(now + timedelta(days=3))},
        "far": {"start_datetime": naive(now + timedelta(days=200))},
        "late": {"start_datetime": naive(now - timedelta(days=20))},
        "waiting": {"unscheduled": True},
    }
    changed, same = (
        {kit.fake.changes.create(kind, {"title": name, **plan}, at_ms=at_ms) for name, plan in plans.items()}
        for at_ms in (fresh_ms, old_ms)
    )
    found = set(kit.read(kind, since=now - timedelta(minutes=5)).ids)
    assert found == changed
    assert not found & same


@pytest.mark.parametrize("kind", PLANNED)
def test_change_planned_before_the_window_waits_for_the_whole_read(kit, kind):
    old = kit.fake.changes.create(kind, {"start_datetime": naive(kit.fake.clock.now() - timedelta(days=50))})
    assert old not in kit.read(kind, since=kit.fake.clock.now() - timedelta(minutes=5)).ids
    assert old in kit.read(kind).ids


@pytest.mark.parametrize("kind", ["tasks", "bookings", "entities", "groups", "customers"])
def test_short_page_in_mid_list_is_not_the_end(open_account, kind):
    kit = open_account(most_items=7)
    assert set(kit.read(kind).ids) == set(kit.stored_ids(kind))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([6473924464345088], [6473924464345088]),
        ("6473924464345088, 033534889455750984", "6473924464345088, 033534889455750984"),
        ("", None),
        (None, None),
    ],
    ids=["array", "text with commas", "blank", "null"],
)
@pytest.mark.parametrize("column", ["entity_ids", "resource_ids", "crew_ids"])
def test_list_of_ids_arrives_as_array_or_as_the_text_that_was_sent(arrivy_source, column, sent, kept):
    """The vendor's own examples of answers have both."""
    line = json.dumps({"id": 1, column: sent}).encode() + b"\n"
    chunk = transform_chunk(line, arrivy_source.entities["tasks"])
    found = chunk.typed[column].to_list()[0]
    assert (None if found is None else json.loads(found)) == kept
    assert chunk.findings.is_empty()


def test_numbers_where_texts_are_expected_are_kept_to_the_last_digit(arrivy_source):
    """The vendor's example of a task has a number for zip code and telephone."""
    task = {
        "id": "9503933968570268",
        "customer_zipcode": 98011,
        "customer_mobile_number": 15550100002,
        "customer_exact_location": {"lat": 44.05, "lng": -123.02},
        "unscheduled": False,
        "notifications": {"email": False, "sms": True},
        "group_id": 2098744557459603,
    }
    entity = arrivy_source.entities["tasks"]
    chunk = transform_chunk(json.dumps(task).encode() + b"\n", entity)
    (row,) = chunk.typed.to_dicts()
    assert (row["id"], row["group_id"]) == ("9503933968570268", "2098744557459603")
    assert (row["customer_zipcode"], row["customer_mobile_number"]) == ("98011", "+15550100002")
    assert Decimal(row["latitude"]) == Decimal("44.05")
    assert validate_chunk(chunk.typed, chunk.findings, entity).is_empty()


def test_every_record_of_an_odd_account_passes_validation(kit):
    """Ids as text, bare old records, entities with four fields: none is a reason to reject."""
    for name in kit.source.entities:
        result = kit.read(name)
        chunk = transform_chunk(b"".join(page.lines or b"" for page in result.pages), result.entity)
        verdicts = validate_chunk(chunk.typed, chunk.findings, result.entity)
        assert "reject" not in verdicts["action"].to_list(), name
