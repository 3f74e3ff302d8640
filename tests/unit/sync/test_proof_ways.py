"""Which sources can be asked for a slice, for keys alone, and which of their records are settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncMode
from crm_sync.sources.pace import weigh_classes
from crm_sync.storage.history.watermark import Watermark
from crm_sync.sync.keys_alone import narrow_to_keys
from crm_sync.sync.settled import find_settled, is_same_source
from crm_sync.sync.slices import Way, find_way
from tests.shipped import read_shipped

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def load(name: str):
    crm_source, sync_type = name.split(".")
    return read_shipped(crm_source).entities[sync_type]


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("hubspot.contacts", Way("updated_at")),
        ("genius.jobs", Way("updated_at")),
        ("genius.job_statuses", None),
        ("callrail.calls", Way("start_time", can_move=False, finds_ghosts=False)),
        ("salesrabbit.leads", None),
        ("hubspot.associations", None),
        ("csv.zip_codes", None),
    ],
)
def test_slice_is_possible_where_a_span_that_ended_can_be_asked_for(name: str, way: Way | None):
    assert find_way(load(name)) == way


@pytest.mark.parametrize("name", ["hubspot.contacts", "genius.jobs", "salesforce.accounts"])
def test_keys_alone_are_asked_for_where_fields_can_be_chosen(name: str):
    entity = load(name)
    narrow = narrow_to_keys(entity)
    assert narrow is not None
    assert {*entity.primary_key, entity.modified_column} <= {*narrow.fields}
    assert len(narrow.fields) <= 6
    assert (narrow.extra, narrow.rules, narrow.refresh) == (False, (), None)


@pytest.mark.parametrize(
    "name", ["csv.zip_codes", "salesrabbit.leads", "hubspot.associations", "five9.contacts"]
)
def test_keys_alone_are_not_asked_for_where_whole_records_come(name: str):
    assert narrow_to_keys(load(name)) is None


def test_settled_is_what_changed_before_the_last_run_and_its_look_back():
    entity = load("salesrabbit.leads")
    settled = find_settled(entity, Watermark(NOW), lambda *_: iter(()), {})
    assert settled.before == NOW - timedelta(seconds=entity.lookback_s)
    assert (settled.column, settled.gone_at, settled.can_date) == ("date_modified", "deleted_at", True)


def test_settled_goes_by_the_event_where_no_modified_time_is():
    entity = load("callrail.calls").model_copy(update={"modified_column": None})
    settled = find_settled(entity, Watermark(NOW), lambda *_: iter(()), {})
    assert settled.column == "start_time"
    assert settled.before < NOW - timedelta(seconds=entity.lookback_s)


def test_links_are_settled_unless_their_parent_changed():
    def read_parents(name: str, since: datetime | None):
        assert since is not None
        return iter([["7"]] if name == "contacts" else [])

    settled = find_settled(load("hubspot.associations"), Watermark(NOW), read_parents, {})
    assert settled.changed_parents == (("contacts", "7"),)


def test_nothing_is_settled_where_records_have_no_time():
    settled = find_settled(load("genius.job_statuses"), Watermark(NOW), lambda *_: iter(()), {})
    assert not settled.can_date


def test_source_is_the_same_by_digests_or_by_version_and_not_by_nothing():
    file = {"config": "c", "files": [{"name": "a", "sha256": "1"}]}
    assert is_same_source(file, dict(file))
    assert not is_same_source(file, {**file, "files": [{"name": "a", "sha256": "2"}]})
    sheet = {"config": "c", "file": "f", "version": {"etag": "1"}}
    assert is_same_source(sheet, dict(sheet))
    assert not is_same_source({**sheet, "version": {}}, {**sheet, "version": {}})
    assert not is_same_source({}, {})


def test_classes_of_a_read_count_each_call_as_often_as_it_costs():
    assert weigh_classes(load("hubspot.contacts").read, SyncMode.DELTA) != weigh_classes(
        load("hubspot.contacts").read, SyncMode.FULL
    )
    assert weigh_classes(load("hubspot.associations").read, SyncMode.FULL) == {
        "associations": 1,
        "default": 1,
    }
    assert max(weigh_classes(load("pipedrive.deals").read, SyncMode.FULL).values()) > 1
    assert weigh_classes(load("csv.zip_codes").read, SyncMode.FULL) == {}
    assert weigh_classes(load("googlesheets.marketing_leads").read, SyncMode.FULL)
