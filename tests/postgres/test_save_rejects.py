"""Save with bad records: they are kept with their reason, the others are in the table."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.storage.history.history_rows import Counts
from tests.postgres.save_support import LATER, make_record, make_records
from tests.postgres.upsert_support import FIELDS, make_entity, read_table

pytestmark = pytest.mark.postgres


def test_one_bad_record_in_many_is_kept_and_the_others_saved(runs):
    records = [*make_records(*range(999)), make_record(999, amount="12 or so")]
    records[7]["modified_at"] = "not a time"
    runs.entity = make_entity(rules=({"name": "no_13", "check": "id <> '00013'", "message": "unlucky"},))
    result = runs.save(records)
    assert result.status is SyncStatus.PARTIAL
    assert result.window["complete"]
    assert result.counts.processed == 1000
    assert result.counts.created == 1000 - result.counts.failed
    assert runs.warehouse.fetch_one("select count(*) from crm.deals") == (result.counts.created,)
    kept = runs.warehouse.fetch_all(
        "select record_id, rule, field, record ->> 'name', sync_history_id "
        "from crm_sync.rejected_records order by 1"
    )
    assert kept[0] == ("00007", "field_nulled", "modified_at", "n7", runs.history_id)
    assert kept[1] == ("00013", "no_13", "", "n13", runs.history_id)
    assert kept[2][:3] == ("00999", "field_nulled", "amount")
    assert result.counts.failed == 1


def test_database_refusal_is_kept_with_its_reason_and_resolved_when_it_passes(runs):
    runs.save(make_records(0))
    runs.warehouse.execute("alter table crm.deals add constraint short check (length(name) < 9)")
    result = runs.save([*make_records(0), make_record(1, name="much too long"), *make_records(2)])
    assert result.counts == Counts(created=1, unchanged=1, failed=1)
    assert "1 of 3 records were rejected" in result.reason
    columns = "record_id, rule, error, record ->> 'name', resolved_at is not null"
    query = f"select {columns} from crm_sync.rejected_records"
    ((record_id, rule, error, name, resolved),) = runs.warehouse.fetch_all(query)
    assert (record_id, rule, name, resolved) == ("00001", "database", "much too long", False)
    assert "short" in error
    runs.save([make_record(1, name="short")], sweep="none")
    assert runs.warehouse.fetch_one(query)[4] is True


@pytest.mark.parametrize("doubtful", ["", "refused", "delta"])
def test_reject_that_a_whole_read_no_longer_finds_is_over(runs, doubtful):
    runs.entity = make_entity(rules=({"name": "good", "check": "name <> 'bad'", "message": "is bad"},))
    runs.save([*make_records(*range(100)), make_record(200, name="bad"), make_record(201, name="bad")])
    query = "select record_id from crm_sync.rejected_records where resolved_at is null order by 1"
    kept = range(20 if doubtful == "refused" else 99)
    sweep = "none" if doubtful == "delta" else "mark"
    runs.save([*make_records(*kept), make_record(201, name="bad")], sweep=sweep)
    gone = [] if not doubtful else [("00200",)]
    assert runs.warehouse.fetch_all(query) == [*gone, ("00201",)]


def test_reject_of_the_newest_version_stays_open_when_an_older_one_passes(runs):
    runs.entity = make_entity(rules=({"name": "named", "check": "name <> ''", "message": "has no name"},))
    result = runs.save(
        [make_record(1), make_record(1, name="x", modified_at="never"), {**make_record(2), "name": "ok"}]
    )
    runs.entity = make_entity(rules=({"name": "short", "check": "length(name) < 5", "message": "long"},))
    result = runs.save([make_record(1, name="much too long", modified_at=LATER), make_record(1)])
    assert result.counts.failed == 1
    query = "select resolved_at is null from crm_sync.rejected_records where rule = 'short'"
    assert runs.warehouse.fetch_all(query) == [(True,)]


def test_field_nulled_stays_open_while_its_record_is_saved(runs):
    for _ in range(2):
        assert runs.save([make_record(1, amount="many")]).status is SyncStatus.SUCCESS
    query = "select rule, value, times_seen, resolved_at from crm_sync.rejected_records"
    assert runs.warehouse.fetch_all(query) == [("field_nulled", "many", 2, None)]
    runs.save([make_record(1, amount="5")])
    assert runs.warehouse.fetch_one(query)[3] is not None


def test_record_without_key_is_kept_and_stops_the_sweep(runs):
    runs.save(make_records(*range(5)))
    result = runs.save([*make_records(0, 1, 2, 3), {"name": "lost"}, {"name": "lost too"}])
    assert result.counts == Counts(unchanged=4, failed=2)
    assert "without a readable key" in result.reason
    kept = runs.warehouse.fetch_all("select record_id, rule from crm_sync.rejected_records")
    assert all(record_id.startswith("sha256:") and rule == "missing_key" for record_id, rule in kept)
    assert len(set(kept)) == 2


def test_sensitive_values_are_masked_in_what_is_kept(runs):
    fields = {**FIELDS, "ssn": {"sensitive": True, "source": "properties.ssn"}, "mail": {"mask": "sha256"}}
    runs.entity = make_entity(fields=fields, rules=({"name": "never", "check": "id = '0'", "message": "no"},))
    runs.save([make_record(1, mail="ann@example.com", properties={"ssn": "123-45"})])
    ((record, value),) = runs.warehouse.fetch_all("select record::text, value from crm_sync.rejected_records")
    assert "123-45" not in record + str(value)
    assert "ann@example.com" not in record


def test_nul_and_lone_surrogates_are_kept_as_replacement(runs):
    lines = [rb'{"id": "1", "name": "a\u0000b\ud800c"}', b'{"id": "2", "name": "\xf0\x9f\x98\x80"}']
    assert runs.save(lines).counts == Counts(created=2)
    assert read_table(runs.warehouse, "id, name") == [("1", "a\ufffdb\ufffdc"), ("2", "😀")]
