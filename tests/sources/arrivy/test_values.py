"""Arrivy's values on their way into columns: ids, times, extra fields, phones, places."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm_sync.sync.transform import transform_chunk


@pytest.fixture
def type_records(arrivy_source):
    """Turn records into typed rows and findings."""

    def transform(kind, *records):
        lines = b"".join(json.dumps(one).encode() + b"\n" for one in records)
        chunk = transform_chunk(lines, arrivy_source.entities[kind])
        return chunk.typed.to_dicts(), chunk.findings.to_dicts()

    return transform


def test_id_above_two_to_the_53_is_kept_whole_as_integer_and_as_text(type_records):
    rows, findings = type_records("tasks", {"id": 9503933968570001}, {"id": "9503933968570003"})
    assert [row["id"] for row in rows] == ["9503933968570001", "9503933968570003"]
    assert not findings


def test_task_in_two_lists_with_its_id_in_both_forms_is_one_row(kit):
    result = kit.read("tasks")
    assert len(result.ids) > len(set(result.ids))
    forms = {(str(record["id"]), type(record["id"])) for record in result.records}
    assert len(forms) > len(set(result.ids))
    assert sorted(result.rows) == kit.stored_ids("tasks")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2025-05-06T15:00:00", datetime(2025, 5, 6, 15, tzinfo=UTC)),
        ("2025-05-07T18:40:09.848640", datetime(2025, 5, 7, 18, 40, 9, 848640, tzinfo=UTC)),
        ("2025-05-06T08:00:00-07:00", datetime(2025, 5, 6, 15, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
    ids=["naive", "microseconds", "offset", "empty", "null"],
)
def test_naive_time_is_utc(type_records, sent, kept):
    (row,), findings = type_records("tasks", {"id": 1, "start_datetime": sent, "updated": sent})
    assert (row["start_datetime"], row["updated"]) == (kept, kept)
    assert not findings


def test_time_of_the_fake_equals_its_twin_in_the_accounts_zone(kit):
    checked = 0
    for row in kit.read("tasks").rows.values():
        if row["start_datetime_original_iso_str"]:
            assert datetime.fromisoformat(row["start_datetime_original_iso_str"]) == row["start_datetime"]
            checked += 1
    assert checked > 100


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"notes": "gate code"}, {"notes": "gate code"}),
        (
            '{"legacy": "text", "amount": 12345678901234567890.5}',
            {"legacy": "text", "amount": 12345678901234567890.5},
        ),
        ("{}", {}),
        (None, None),
        ("", None),
    ],
    ids=["object", "text", "empty object", "null", "empty text"],
)
def test_extra_fields_are_an_object_however_they_are_sent(type_records, sent, kept):
    for kind in ("tasks", "bookings", "customers"):
        (row,), findings = type_records(kind, {"id": 1, "owner": 1, "extra_fields": sent})
        assert (None if row["extra_fields"] is None else json.loads(row["extra_fields"])) == kept
        assert not findings


def test_number_in_extra_fields_keeps_its_digits(type_records):
    (row,), _ = type_records("tasks", {"id": 1, "extra_fields": '{"amount": 12345678901234567890.5}'})
    assert "12345678901234567890.5" in row["extra_fields"]


def test_broken_extra_fields_are_null_and_reported(type_records):
    (row,), findings = type_records("tasks", {"id": 1, "title": "kept", "extra_fields": '{"broken'})
    assert (row["extra_fields"], row["title"]) == (None, "kept")
    assert [one["field"] for one in findings] == ["extra_fields"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (15550100002, "+15550100002"),
        (5550100003, "+15550100003"),
        ("+1 555 010 0003", "+15550100003"),
        ("555-0100 ext 7", "555-0100 ext 7"),
        ("", None),
    ],
    ids=["with country code", "without", "text", "extension", "empty"],
)
def test_phone_may_be_a_number(type_records, sent, kept):
    (row,), _ = type_records("entities", {"id": 1, "name": "Ada", "type": "Installer", "phone": sent})
    assert row["phone"] == kept


@pytest.mark.parametrize(
    ("sent", "latitude", "longitude"),
    [
        ({"lat": 44.05, "lng": -123.02}, 44.05, -123.02),
        ({"lat": "44.05", "lng": "-123.02"}, 44.05, -123.02),
        ({}, None, None),
        (None, None, None),
    ],
    ids=["numbers", "text", "empty", "null"],
)
def test_place_of_a_task_is_two_columns_and_the_object(type_records, sent, latitude, longitude):
    (row,), findings = type_records("tasks", {"id": 1, "customer_exact_location": sent})
    place = [None if row[name] is None else float(row[name]) for name in ("latitude", "longitude")]
    assert place == [latitude, longitude]
    # an empty object is an object
    kept = None if row["customer_exact_location"] is None else json.loads(row["customer_exact_location"])
    assert kept == sent
    assert not findings


def test_modified_time_of_another_name_is_taken(type_records):
    (row,), _ = type_records(
        "tasks", {"id": 1, "created_at": "2025-05-01T00:00:00", "updated_at": "2025-05-02T00:00:00"}
    )
    assert row["updated"] == datetime(2025, 5, 2, tzinfo=UTC)
    (row,), _ = type_records("bookings", {"id": 1, "updated_time": "2025-05-02T00:00:00"})
    assert row["updated"] == datetime(2025, 5, 2, tzinfo=UTC)


def test_status_without_a_title_takes_its_name(type_records):
    (row,), _ = type_records("statuses", {"id": 4201, "name": "Started", "type": "STARTED", "type_id": 3})
    assert (row["title"], row["status_type"], row["type_id"]) == ("Started", "STARTED", "3")


def test_what_no_column_takes_is_kept_in_extra(type_records):
    (row,), _ = type_records(
        "tasks", {"id": 1, "created_by_user": "Ada", "new_field": {"a": 9503933968570001}}
    )
    assert json.loads(row["extra"]) == {"created_by_user": "Ada", "new_field": {"a": 9503933968570001}}


def test_list_sent_again_with_its_ids_in_the_other_form_is_still_the_same_list(open_account):
    kit = open_account(ignores_page=frozenset({"groups"}))
    answer = kit.fake.answer

    def answer_in_turns(request):
        response = answer(request)
        if request.param("page") == "1":
            return response
        groups = [{**one, "id": str(one["id"])} for one in json.loads(response.body)]
        return replace(response, body=json.dumps(groups).encode())

    kit.fake.answer = answer_in_turns
    result = kit.read("groups")
    assert result.ids == kit.stored_ids("groups")
    # the page behind the one that came again was asked for while that one was read
    assert len(kit.asked("/groups")) <= 3
