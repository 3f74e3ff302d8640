"""What SalesRabbit's lists do to naive readers, beside what the other files here show."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk

AT = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)


@pytest.mark.parametrize("sync_type", ["leads", "users", "lead_statuses"])
def test_every_record_of_an_odd_account_passes_validation(open_account, sync_type):
    """Blank e-mails and phones, objects as texts: half of the leads would be lost."""
    account = open_account(counts={"leads": 600, "users": 60})
    chunk = account.transform(sync_type)
    verdicts = validate_chunk(chunk.typed, chunk.findings, account.source.entities[sync_type])
    assert chunk.typed.height > 0
    assert "reject" not in verdicts["action"].to_list()
    # of an address or a telephone that is none the row is kept as well
    assert verdicts.height < chunk.typed.height * 0.2


@pytest.mark.parametrize(
    ("field", "column"), [("customFields", "custom_fields"), ("integrationData", "integration_data")]
)
def test_object_that_is_a_broken_text_is_null_and_reported(salesrabbit_source, field, column):
    lead = {
        "id": 1, "dateCreated": "2026-01-01T00:00:00+00:00", "dateModified": "2026-01-01T00:00:00+00:00",
        field: '{"roofAge": ',
    }  # fmt: skip
    chunk = transform_chunk(json.dumps(lead).encode() + b"\n", salesrabbit_source.entities["leads"])
    assert chunk.typed[column].to_list() == [None]
    assert chunk.findings["field"].to_list() == [column]


def test_delta_goes_by_the_modified_time_which_follows_the_status(account):
    """A watermark between the two moments of one edit still finds it, as it finds edits of other fields."""
    one, other = account.fake.store.ids("leads")[:2]
    edit = {"status": "Sold", "statusModified": (AT - timedelta(seconds=2)).isoformat()}
    account.fake.changes.update("leads", one, edit, at_ms=AT_MS)
    account.fake.changes.update("leads", other, {"notes": "no change of status"}, at_ms=AT_MS)
    assert account.read(since=AT - timedelta(seconds=1)).ids == sorted([one, other])


def test_page_zero_is_never_asked_for(account):
    """It is page one again: whoever starts there has its records twice and believes in a loop."""
    for sync_type in account.source.entities:
        account.read(sync_type, page_size=20)
    entries = account.fake.requests.entries()
    assert entries
    assert not [entry.query for entry in entries if "page=0" in entry.query]


def test_lead_with_its_moment_of_deletion_is_known_as_gone(account):
    """A lead that stays listed is marked by its own field, not by its absence."""
    one = account.fake.store.ids("leads")[0]
    account.fake.changes.delete(one, at_ms=AT_MS)
    entity = account.source.entities["leads"]
    assert (entity.deleted.column, entity.deleted.at) == ("deleted_at", "deleted_at")
    rows = {row["id"]: row["deleted_at"] for row in account.transform().typed.to_dicts()}
    assert rows[one] == AT
