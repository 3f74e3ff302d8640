"""Keys that two records of one read may share: nothing is merged in silence, and nothing of it is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from crm_sync.constants import SyncStatus

pytestmark = pytest.mark.postgres
PAGE = Path(__file__).resolve().parents[2] / "docs" / "sources" / "five9.md"


@pytest.fixture
def open_without_ids(open_pipeline):
    """Give a function that starts a domain without contact ids: a pipeline, and contacts as the page says."""

    def start(**settings):
        pipeline = open_pipeline("five9", **settings)
        (block,) = re.findall(r"```yaml\n(primary_key:.*?)```", PAGE.read_text(), re.DOTALL)
        words = yaml.safe_load(block)
        fields = {**pipeline.entity("contacts").model_dump()["fields"], **words.pop("fields")}
        return pipeline, pipeline.entity("contacts", fields=fields, **words)

    return start


def read_rejects(pipeline):
    return pipeline.warehouse.fetch_all(
        "select rule, record ->> 'number1', record ->> 'first_name' from crm_sync.rejected_records"
        " where resolved_at is null order by id"
    )


@pytest.mark.parametrize("ids", ["absent", "empty"])
def test_contacts_without_ids_are_kept_by_number_and_list(open_without_ids, ids):
    pipeline, entity = open_without_ids(contact_ids=ids)
    store = pipeline.account.fake.store
    contacts, own = store.contacts, store.find_field("LastList")
    keys = {(one["number1"], one.get(own, "")) for one in contacts.values()}
    first = pipeline.run(entity)
    counts = first.row.counts
    assert (counts.created, counts.failed + counts.duplicates) == (len(keys), len(contacts) - len(keys))
    found = pipeline.warehouse.fetch_all("select number1, list_name from five9.contacts")
    assert set(found) == keys
    # the same again
    again = pipeline.run(entity).row.counts
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(keys))


def test_contacts_with_one_number_on_one_list_are_told_apart_or_kept_out_and_said(open_without_ids):
    pipeline, entity = open_without_ids(contact_ids="absent", counts={"contacts": 30})
    fake = pipeline.account.fake
    twins = [str(one) for one in list(fake.store.contacts)[:3]]
    for one, name in zip(twins, ("Ann", "Ben", "Cleo"), strict=True):
        fake.changes.update("contacts", one, {"number1": "5550100100", "first_name": name})
        fake.changes.move(one, "A")
    run = pipeline.run(entity)
    assert run.row.status is SyncStatus.PARTIAL
    assert (run.row.counts.collisions, run.row.counts.collisions_rejected) == (2, 2)
    names = [name for rule, number, name in read_rejects(pipeline) if number == "5550100100"]
    assert names == ["Ben", "Cleo"]
    query = "select first_name from five9.contacts where number1 = '5550100100'"
    assert pipeline.warehouse.fetch_all(query) == [("Ann",)]
    # one of them goes to another list: a row of its own, and what is rejected no longer is closed
    fake.changes.move(twins[1], "B")
    pipeline.run(entity)
    assert sorted(pipeline.warehouse.fetch_all(query)) == [("Ann",), ("Ben",)]
    assert [name for _, _, name in read_rejects(pipeline)] == ["Cleo"]
    # with the first one gone, the next one takes the key
    fake.changes.remove(twins[0])
    pipeline.run(entity)
    assert sorted(pipeline.warehouse.fetch_all(query)) == [("Ben",), ("Cleo",)]
    assert read_rejects(pipeline) == []
