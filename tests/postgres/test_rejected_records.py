from __future__ import annotations

import json

import psycopg2
import pytest

from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.replay import ReplaySource
from crm_sync.storage.open_rejects import read_open_rejects
from crm_sync.storage.rejected_records import (
    RejectedRow,
    make_record_id,
    record_rejects,
    resolve_passed,
)
from tests.postgres.upsert_support import NOW, make_entity

pytestmark = pytest.mark.postgres


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


ENTITY = {"crm_source": "hubspot", "sync_type": "contacts"}


def _row(record_id="1", rule="required", *, field="email", record='{"id": 1}', **values):
    return RejectedRow(
        record_id, field, rule, values.pop("error", "is missing"), values.pop("value", None), record
    )


@pytest.fixture
def history_id(warehouse):
    (id_,) = warehouse.fetch_one(
        "insert into crm_sync.sync_history (crm_source, sync_type) "
        "values ('hubspot', 'contacts') returning id"
    )
    return id_


@pytest.fixture
def reject(warehouse, history_id):
    """Records rejects in a committed transaction of their own."""

    def run(*rows, **entity):
        with warehouse.connect() as connection, connection.cursor() as cursor:
            return record_rejects(cursor, rows, history_id=history_id, **{**ENTITY, **entity})

    return run


@pytest.fixture
def resolve(warehouse):
    def run(ids, seen=()):
        with warehouse.connect() as connection, connection.cursor() as cursor:
            list_ids = ids if callable(ids) else lambda: ids
            return resolve_passed(cursor, "hubspot", "contacts", list_ids, seen=seen)

    return run


def _open_keys(warehouse):
    return warehouse.fetch_all(
        "select record_id, field, rule from crm_sync.rejected_records "
        "where resolved_at is null order by 1, 2, 3"
    )


def test_record_rejects_keeps_the_record_whole(warehouse, reject, history_id):
    record = '{"id": "7", "n": 1234567890123456789012345678901234567890.123, "t": "a\\tb\\\\c\\n\\"d\\""}'
    row = RejectedRow("7", "email", "type", "no\taddress\n\\N", "a\\b", record)
    assert reject(row) == 1
    stored = warehouse.fetch_one(
        """
        select sync_history_id, record_id, field, rule, error, value, record ->> 't', record ->> 'n',
               record_altered, times_seen, resolved_at
        from crm_sync.rejected_records
        """
    )
    number = "1234567890123456789012345678901234567890.123"
    assert stored == (
        history_id, "7", "email", "type", "no\taddress\n\\N", "a\\b", 'a\tb\\c\n"d"', number, False, 1, None,
    )  # fmt: skip


def test_record_rejects_seen_again_is_counted_and_renewed(warehouse, reject):
    reject(_row(error="old", value="x"))
    reject(_row(error="new", record=None), _row(rule="type"))
    rows = warehouse.fetch_all(
        """
        select rule, times_seen, error, value, record, last_seen_at > first_seen_at
        from crm_sync.rejected_records order by rule
        """
    )
    assert rows == [
        ("required", 2, "new", None, {"id": 1}, True),
        ("type", 1, "is missing", None, {"id": 1}, False),
    ]


def test_record_rejects_twice_in_one_chunk_is_one_reject(warehouse, reject):
    assert reject(_row(error="first"), _row(error="last")) == 1
    assert warehouse.fetch_one("select error, times_seen from crm_sync.rejected_records") == ("last", 1)


def test_replay_leaves_records_with_replaced_characters_to_the_source(warehouse, reject):
    reject(_row("1", "replaced_characters", field="id"), _row("2", "required", field="id"))
    entity = make_entity(crm_source="hubspot", sync_type="contacts")
    request = ReadRequest(entity, SyncMode.REPLAY, None, NOW, 100)
    pages = list(ReplaySource(warehouse.connect, entity).read_pages(request, {}))
    assert [page.records for page in pages] == [1]


def test_record_rejects_two_chunks_in_one_transaction(warehouse, history_id):
    with warehouse.connect() as connection, connection.cursor() as cursor:
        for number in ("1", "2"):
            record_rejects(cursor, [_row(number)], history_id=history_id, **ENTITY)
    assert len(_open_keys(warehouse)) == 2


def test_record_rejects_entities_do_not_mix(warehouse, reject, resolve):
    reject(_row())
    reject(_row(), sync_type="deals")
    assert resolve(["1"]) == 1
    assert warehouse.fetch_one(
        "select sync_type from crm_sync.rejected_records where resolved_at is null"
    ) == ("deals",)


def test_record_rejects_without_id_uses_the_records_hash(warehouse, reject):
    reject(_row(None), _row(None, record='{"id": 2}'), _row(None))
    ids = {record_id for record_id, *_ in _open_keys(warehouse)}
    assert ids == {make_record_id(None, '{"id": 1}'), make_record_id(None, '{"id": 2}')}
    assert all(len(record_id) == 71 for record_id in ids)


@pytest.mark.parametrize(
    ("record", "stored"),
    [
        ('{"a": "x\\u0000y"}', {"a": "x\ufffdy"}),
        ('{"a": "\\ud83d"}', {"a": "\ufffd"}),
        ('{"a": "\\udE00\\ud83d!"}', {"a": "\ufffd\ufffd!"}),
        ('{"a\\u0000": 1}', {"a\ufffd": 1}),
        ('{"a": "\ud83d"}', {"a": "\ufffd"}),
    ],
    ids=["NUL", "high surrogate", "wrong order", "NUL in a key", "raw surrogate"],
)
def test_record_rejects_what_jsonb_cannot_hold_is_replaced(warehouse, reject, record, stored):
    reject(_row(record=record))
    assert warehouse.fetch_one("select record, record_altered from crm_sync.rejected_records") == (
        stored,
        True,
    )


@pytest.mark.parametrize(
    "record",
    [
        '{"a": "\\ud83d\\ude00 \\\\u0000 \\u00e9"}',
        '{"a": 0.1, "b": 1E2, "c": 123456789012345678901234567890}',
        '{"a": {"b": [[], {}, null, true]}}',
        '"only text"',
    ],
    ids=["escapes that are fine", "numbers", "nested", "scalar"],
)
def test_record_rejects_odd_but_valid_records_stay(warehouse, reject, record):
    reject(_row(record=record))
    stored, is_altered = warehouse.fetch_one("select record, record_altered from crm_sync.rejected_records")
    assert (stored, is_altered) == (json.loads(record), False)


@pytest.mark.parametrize(
    "record",
    ["{broken", "[" * 20_000, '{"n": 1e999999}', "", "NaN"],
    ids=["broken", "too deep", "number beyond jsonb", "empty", "no JSON number"],
)
def test_record_rejects_what_is_no_json_is_kept_as_text(warehouse, reject, record):
    reject(_row("0"), _row("1", record=record), _row("2"))
    assert warehouse.fetch_one("select record from crm_sync.rejected_records where record_id = '1'") == (
        record,
    )
    assert len(_open_keys(warehouse)) == 3


def test_record_rejects_other_errors_are_not_swallowed(warehouse):
    cursor = warehouse.connect().cursor()
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        record_rejects(cursor, [_row()], history_id=999, **ENTITY)


def test_record_rejects_very_long_ids_stay_apart_and_resolve(warehouse, reject, resolve):
    ids = ["é" * 5000 + "a", "é" * 5000 + "b"]
    reject(*(_row(record_id) for record_id in ids))
    assert len(_open_keys(warehouse)) == 2
    assert resolve([ids[0]]) == 1


def test_record_rejects_takes_50_000_at_once(warehouse, reject):
    rows = [
        _row(str(number), record=json.dumps({"id": number, "text": "x" * 200})) for number in range(50_000)
    ]
    assert reject(*rows) == 50_000
    assert reject(*rows) == 50_000
    assert warehouse.fetch_one("select min(times_seen) from crm_sync.rejected_records") == (2,)


def test_resolve_passed_closes_all_but_what_was_seen_again(warehouse, reject, resolve):
    reject(_row("1"), _row("1", "field_nulled", field="phone"), _row("2"))
    assert resolve(["1"], seen={("1", "phone", "field_nulled")}) == 1
    assert _open_keys(warehouse) == [("1", "phone", "field_nulled"), ("2", "email", "required")]
    assert resolve(["1", "3"]) == 1
    assert resolve(["1", "3"]) == 0


def test_resolve_passed_nothing_open_needs_no_list(resolve):
    assert resolve(lambda: pytest.fail("records were listed")) == 0


def test_record_rejects_after_resolution_opens_a_new_one(warehouse, reject, resolve):
    reject(_row())
    resolve(["1"])
    reject(_row())
    assert warehouse.fetch_all(
        "select times_seen, resolved_at is null from crm_sync.rejected_records order by id"
    ) == [(1, False), (1, True)]


def test_read_open_rejects_gives_each_record_once_in_batches(warehouse, reject, resolve):
    reject(*(_row(str(number), record=f'{{"id": {number}}}') for number in range(7)))
    reject(_row("3", "type", record='{"id": 3, "n": 1.10}'), _row("x", record=None))
    resolve(["6"])
    batches = list(read_open_rejects(warehouse.connect, "hubspot", "contacts", batch=2))
    assert [len(batch) for batch in batches] == [2, 2, 2]
    found = {reject.record_id: reject for batch in batches for reject in batch}
    assert sorted(found) == ["0", "1", "2", "3", "4", "5"]
    assert found["3"].record == '{"n": 1.10, "id": 3}'
    assert found["3"].rules == ("required", "type")
    assert found["0"].last_seen_at < found["3"].last_seen_at


def test_read_open_rejects_rejected_again_meanwhile_is_not_given_twice(warehouse, reject):
    reject(_row("1"), _row("2"), _row("3"))
    given = []
    for batch in read_open_rejects(warehouse.connect, "hubspot", "contacts", batch=1):
        given += [item.record_id for item in batch]
        reject(*(_row(item.record_id) for item in batch))
    assert given == ["1", "2", "3"]


def test_rejected_summary_counts_open_rejects(warehouse, reject, resolve):
    reject(_row("1"), _row("2"), _row("3", "type"))
    reject(_row("2"))
    resolve(["3"])
    row = warehouse.fetch_one(
        "select sync_type, rule, field, open_rejects, times_seen from crm_sync.rejected_summary"
    )
    assert row == ("contacts", "required", "email", 2, 3)


def test_rejects_outlive_the_history_row_of_their_run(warehouse, history_id):
    with warehouse.connect() as connection, connection.cursor() as cursor:
        record_rejects(cursor, [_row("1"), _row("2")], history_id=history_id, **ENTITY)
    warehouse.execute("delete from crm_sync.sync_history where id = %s", (history_id,))
    found = warehouse.fetch_all("select sync_history_id from crm_sync.rejected_records")
    assert found == [(None,)] * 2
