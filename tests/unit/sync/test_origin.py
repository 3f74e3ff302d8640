"""What makes an earlier read another one: its account, and what in the YAML says which records there are."""

from __future__ import annotations

import pytest

from crm_sync.sync.origin import describe_origin, find_change
from tests.shipped import read_shipped

CONTACTS = read_shipped("hubspot").entities["contacts"]
CALLS = read_shipped("callrail").entities["calls"]
PROSPECTS = read_shipped("genius").entities["prospects"]


def change(entity, **read):
    return entity.model_copy(update={"read": entity.read.model_copy(update=read)})


def rename_pass(entity, **changes):
    return change(entity, passes=(entity.read.passes[0].model_copy(update=changes),))


@pytest.mark.parametrize(
    ("before", "now", "part"),
    [
        (PROSPECTS, change(PROSPECTS, where="division_id = 7"), "read.where"),
        (change(PROSPECTS, where="division_id = 7"), PROSPECTS, "read.where"),
        (PROSPECTS, change(PROSPECTS, table="other"), "read.table"),
        (PROSPECTS, change(PROSPECTS, page_by="pk", statement_limit_s=60), None),
        (PROSPECTS, change(PROSPECTS, cursor="created_at"), "read.cursor"),
        (PROSPECTS, PROSPECTS.model_copy(update={"source_time_zone": "UTC"}), "source_time_zone"),
        (CONTACTS, change(CONTACTS, slots={"object": "leads"}), "read.slots"),
        (CONTACTS, change(CONTACTS, parallel=3), None),
        (CALLS, rename_pass(CALLS, path="/v3/b/{account_id}/calls.json"), "read.passes.calls"),
        (CALLS, rename_pass(CALLS, name="other", path="/v3/b.json"), None),
    ],
    ids=[
        "where",
        "no-where",
        "table",
        "pages",
        "cursor",
        "zone",
        "object",
        "threads",
        "path",
        "another-pass",
    ],
)
def test_only_what_chooses_records_makes_another_read(before, now, part):
    found = find_change(describe_origin(before, "a 1"), describe_origin(now, "a 1"))
    assert (found is None) if part is None else (f"({part})" in found)


@pytest.mark.parametrize("earlier", [None, {}])
def test_read_of_which_nothing_was_noted_is_no_other_one(earlier):
    assert find_change(earlier, describe_origin(CONTACTS, "a 1")) is None


def test_another_account_is_another_read_whatever_the_yaml_says():
    before, now = describe_origin(CONTACTS, "a 1"), describe_origin(change(CONTACTS, parallel=3), "a 2")
    assert "another account" in find_change(before, now)
