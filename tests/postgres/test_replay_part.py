"""A replay of some rejects: which records it reads, what it closes, and what it leaves and says."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.replay import ReplaySource
from crm_sync.storage.open_rejects import read_open_rejects
from crm_sync.storage.rejected_records import (
    RejectedRow,
    record_rejects,
    resolve_passed,
)
from crm_sync.storage.replay_part import ReplayPart
from tests.postgres.save_support import make_record
from tests.postgres.upsert_support import NOW, make_entity, read_table

pytestmark = pytest.mark.postgres

ENTITY = make_entity()
_ELSE = "and what else is open of their records."
NAMES = (ENTITY.crm_source, ENTITY.sync_type)


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


@pytest.fixture
def reject(warehouse):
    """Records one reject in a transaction of its own, and gives its id."""
    (history_id,) = warehouse.fetch_one(
        "insert into crm_sync.sync_history (crm_source, sync_type) values (%s, %s) returning id", NAMES
    )

    def run(record_id, rule, record='{"id": 1}', *, field=""):
        row = RejectedRow(record_id, field, rule, "is wrong", None, record)
        with warehouse.connect() as connection, connection.cursor() as cursor:
            record_rejects(cursor, [row], history_id=history_id, crm_source=NAMES[0], sync_type=NAMES[1])
        return warehouse.fetch_one("select max(id) from crm_sync.rejected_records")[0]

    return run


def read(warehouse, part, batch=100):
    return [
        (one.record_id, one.record)
        for some in read_open_rejects(warehouse.connect, *NAMES, batch=batch, part=part)
        for one in some
    ]


def read_pages(warehouse, part):
    source = ReplaySource(warehouse.connect, ENTITY, part)
    pages = list(source.read_pages(ReadRequest(ENTITY, SyncMode.REPLAY, None, NOW, 2), {}))
    return sum(page.records for page in pages), source.notes


def resolve(warehouse, part, *record_ids):
    with warehouse.connect() as connection, connection.cursor() as cursor:
        return resolve_passed(cursor, *NAMES, lambda: record_ids, part=part)


def list_open(warehouse):
    return warehouse.fetch_all(
        "select record_id, rule from crm_sync.rejected_records where resolved_at is null order by 1, 2"
    )


def test_rule_and_ids_choose_records_that_come_whole_and_as_seen_last(warehouse, reject):
    reject("1", "required", '{"v": 1}')
    reject("1", "type", '{"v": 2}')
    reject("2", "required", '{"v": 3}')
    last = reject("3", "type", '{"v": 4}')
    assert read(warehouse, ReplayPart("required")) == [("1", '{"v": 2}'), ("2", '{"v": 3}')]
    assert read(warehouse, ReplayPart(ids=(last, 99_999))) == [("3", '{"v": 4}')]
    assert read(warehouse, ReplayPart("required", (last,))) == []
    assert len(read(warehouse, ReplayPart())) == 3


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_record_that_was_not_kept_is_no_end_of_the_batches(warehouse, reject, batch):
    for number in range(5):
        reject(str(number), "required", None if number in {1, 2} else '{"id": 1}')
    found = [record_id for record_id, _ in read(warehouse, ReplayPart("required"), batch)]
    assert found == ["0", "3", "4"]


def test_unreadable_record_is_left_out_also_by_another_of_its_rules(warehouse, reject):
    reject("1", "required")
    reject("1", "replaced_characters")
    reject("2", "required")
    assert read_pages(warehouse, ReplayPart("required"))[0] == 1


def test_only_rejects_of_replayed_records_are_closed(warehouse, reject):
    for record_id in ("1", "2"):
        reject(record_id, "required")
        reject(record_id, "field_nulled")
    reject("3", "type")
    # 3 has been saved in the same chunk by a run that did not read its reject
    assert resolve(warehouse, ReplayPart("type", (1,)), "1", "2", "3") == 0
    chosen = warehouse.fetch_one("select id from crm_sync.rejected_records where record_id = '1' limit 1")[0]
    assert resolve(warehouse, ReplayPart(ids=(chosen,)), "1", "2", "3") == 2
    assert list_open(warehouse) == [("2", "field_nulled"), ("2", "required"), ("3", "type")]


def test_collision_is_another_record_with_the_same_id(warehouse, reject):
    reject("1", "required", '{"v": "own"}')
    reject("1", "collision", '{"v": "other"}')
    assert read(warehouse, ReplayPart("required")) == [("1", '{"v": "own"}')]
    assert read(warehouse, ReplayPart("collision")) == [("1", '{"v": "other"}')]
    assert resolve(warehouse, ReplayPart("required"), "1") == 1
    assert list_open(warehouse) == [("1", "collision")]
    reject("1", "required", '{"v": "own"}')
    assert resolve(warehouse, ReplayPart("collision"), "1") == 1
    assert list_open(warehouse) == [("1", "required")]


def test_notes_say_that_it_was_a_part_and_which_ids_are_none(warehouse, reject):
    first = reject("1", "required")
    reject("2", "required")
    reject("3", "type")
    assert read_pages(warehouse, ReplayPart("required")) == (
        2,
        [f"Only a part was replayed: 2 of 3 open rejects, those of rule 'required', {_ELSE}"],
    )
    records, (note,) = read_pages(warehouse, ReplayPart(ids=(first, 77_777)))
    assert records == 1
    assert note.startswith(f"Only a part was replayed: 1 of 3 open rejects, those with the id {first}, 77777")
    assert note.endswith(f"No such open reject of {ENTITY.sync_type}: 77777.")
    assert read_pages(warehouse, ReplayPart())[1] == []


def test_part_of_an_empty_warehouse_is_nothing(empty_warehouse):
    assert read_pages(empty_warehouse, ReplayPart("required"))[0] == 0


def test_row_written_after_the_chosen_reject_stays_although_a_collision_came_later(runs):
    runs.entity = make_entity(modified_column=None)
    runs.save([make_record(2)])
    runs.warehouse.execute("insert into crm.deals (id, name) values ('00001', 'newer')")
    runs.warehouse.execute(
        """
        insert into crm_sync.rejected_records
            (crm_source, sync_type, record_id, rule, error, record, first_seen_at, last_seen_at)
        select %s, %s, '00001', rule, 'is wrong', '{"v": "kept"}', seen_at, seen_at
        from (values ('required', now() - interval '1 h'), ('collision', now() + interval '1 h'))
            as one (rule, seen_at)
        """,
        NAMES,
    )
    replay = {"mode": "replay", "sweep": "none", "moves_watermark": False}
    replay |= {"replays": {"rule": "required", "ids": []}}
    result = runs.save([make_record(1, name="replayed")], **replay)
    assert (result.counts.unchanged, result.window["complete"]) == (1, False)
    assert sorted(read_table(runs.warehouse, "id, name")) == [("00001", "newer"), ("00002", "n2")]
    assert runs.warehouse.fetch_all(
        "select rule, record ->> 'v' from crm_sync.rejected_records where resolved_at is null"
    ) == [("collision", "kept")]
