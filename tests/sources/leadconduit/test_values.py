"""What lead fields and events become: typed objects, plain values, odd numbers, undeclared keys."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sandbox.leadconduit.events import LARGE_MONEY
from sandbox.leadconduit.leads import TWENTY_DIGITS
from sandbox.leadconduit.typed import wrap


@pytest.fixture
def row_of(kit):
    """Give the row of a new lead with these fields."""

    def read(lead, **event):
        new = kit.fake.changes.create(fields={"lead": lead, **event}, at_ms=kit.ago_ms(hours=1))
        return kit.read("leads", page_size=200).rows[new]

    return read


RAW = {
    "email": "Person@Example.test", "phone_1": "(303) 555-0111", "address_1": "12 Main Street",
    "state": "oregon", "postal_code": "03101", "price": "$1.50", "dob": "1980-02-03", "gender": "female",
    "age": "45-50", "ip_address": "192.0.2.1", "trustedform_cert_url": "https://cert.example.test/abc",
}  # fmt: skip
WANTED = {
    "email": "person@example.test", "phone_1": "+13035550111", "address_1": "12 Main Street", "state": "OR",
    "postal_code": "03101", "price": "1.5", "dob": date(1980, 2, 3), "gender": "female",
    "age": "45-50", "ip_address": "192.0.2.1", "trustedform_cert_url": "https://cert.example.test/abc",
}  # fmt: skip


def test_typed_values_fill_their_columns_and_keep_their_parts(row_of):
    row = row_of(wrap(RAW))
    assert {name: row[name] for name in WANTED} == WANTED
    assert '"number":"12"' in row["extra"]
    assert '"raw":"Person@Example.test"' in row["extra"]


def test_plain_values_fill_the_same_columns(row_of):
    plain = {**RAW, "price": 1.5, "state": "OR", "dob": "1980-02-03T00:00:00.000Z"}
    row = row_of(plain)
    assert {name: row[name] for name in WANTED} == WANTED


def test_value_that_is_not_valid_is_as_it_was_submitted(row_of):
    old = {"normal": "https://old.example.test/gone", "raw": "https://old.example.test/c", "valid": False}
    row = row_of({"trustedform_cert_url": old, **wrap({"email": "nophone@", "state": "Narnia"})})
    assert row["trustedform_cert_url"] == "https://old.example.test/c"
    assert (row["email"], row["state"]) == (None, "Narnia")
    assert '"raw":"nophone@"' in row["extra"]


def test_unreadable_yes_or_no_is_not_false(row_of):
    """`normal` says false, and `valid` that this means nothing."""
    row = row_of({"opt_in": {"raw": "perhaps", "normal": False, "valid": False}})
    assert row["opt_in"] == "perhaps"


def test_field_that_was_submitted_twice_is_its_first_value(row_of):
    twice = [wrap({"phone_1": "(555) 010-0107"})["phone_1"], wrap({"phone_1": "(555) 010-0108"})["phone_1"]]
    row = row_of({"phone_1": twice, "product": ["a", "b"], "comments": []})
    assert (row["phone_1"], row["product"], row["comments"]) == ("+15550100107", "a", None)
    assert '"raw":"(555) 010-0108"' in row["extra"]
    assert '"product":["a","b"]' in row["extra"]


def test_outcome_and_reason_are_two_columns_and_a_rejected_lead_is_a_row(row_of):
    row = row_of({}, outcome="failure", reason="Missing phone number")
    assert (row["outcome"], row["reason"]) == ("failure", "Missing phone number")


def test_times_are_milliseconds_and_expiry_is_text_or_milliseconds(row_of):
    row = row_of({}, start_timestamp=1767625445000, end_timestamp=1767625448123, expires_at=1775401448000)
    assert row["submitted_at"] == datetime(2026, 1, 5, 15, 4, 5, tzinfo=UTC)
    assert row["completed_at"] == datetime(2026, 1, 5, 15, 4, 8, 123000, tzinfo=UTC)
    assert row["expires_at"] == datetime(2026, 4, 5, 15, 4, 8, tzinfo=UTC)
    assert row_of({}, expires_at="2026-04-05T15:04:08.000Z")["expires_at"] == row["expires_at"]


def test_lead_without_an_id_has_that_of_its_event(kit):
    new = kit.fake.changes.create(at_ms=kit.ago_ms(hours=1))
    del kit.fake.store.get(new)["vars"]["lead"]["id"]
    assert kit.read("leads").rows[new]["lead_id"] == new


def test_keys_that_nobody_declared_are_kept(row_of):
    row = row_of({"owner_hge": "me"}, suppressionlist={"found": False}, flow_caps={"daily": 7}, some_key=[1])
    for text in ('"suppressionlist":{"found":false}', '"daily":7', '"some_key":[1]', '"owner_hge":"me"'):
        assert text in row["extra"]


def test_column_of_your_own_is_a_line_in_the_yaml(kit):
    fields = {**kit.entity("leads").model_dump()["fields"], "owner": {"source": "vars.lead.owner_hge"}}
    new = kit.fake.changes.create(
        fields={"lead": {"owner_hge": {"raw": "ME", "normal": "me", "valid": True}}}
    )
    assert kit.read(kit.entity("leads", fields=fields)).rows[new]["owner"] == "me"


@pytest.mark.parametrize("hidden", [{"mask": "sha256"}, {"mask": "drop"}, {"sensitive": True}])
def test_nothing_but_its_value_is_kept_of_a_masked_or_sensitive_field(kit, hidden):
    fields = kit.entity("leads").model_dump()["fields"]
    fields["email"] |= hidden
    lead = wrap({"email": "Very.Secret@Example.test", "address_1": "12 Main Street"})
    new = kit.fake.changes.create(fields={"lead": lead})
    row = kit.read(kit.entity("leads", fields=fields)).rows[new]
    assert "secret" not in row["extra"].lower()
    assert '"address_1"' in row["extra"]
    assert row["email"] == ("very.secret@example.test" if "sensitive" in hidden else row["email"])


def test_hostile_values_arrive_whole_or_are_said(open_account):
    kit = open_account(odd_numbers=True, long_text=1_000_000, counts={"leads": 45})
    result = kit.read("leads")
    rows = list(result.rows.values())
    assert len(rows) == len(kit.sources()) == 45
    assert LARGE_MONEY in {row["revenue"] for row in rows}
    assert any(
        f'"big_number":"{TWENTY_DIGITS}"' in row["extra"] or TWENTY_DIGITS in row["extra"] for row in rows
    )
    assert TWENTY_DIGITS in {row["reference"] for row in rows}
    assert "\U0001f600\U00020bb7" in {row["last_name"] for row in rows}
    assert "\u202e\u05d0\u05d1\u05d2" in {row["first_name"] for row in rows}
    assert "before NUL \ufffd after" in {row["comments"] for row in rows}
    assert max(len(row["comments"] or "") for row in rows) >= 999_000
    assert all(row["comments"] != "" and row["city"] != "" for row in rows)
    assert any("2026-03-08T02:30:00" in row["extra"] for row in rows)
    # 20 digits are more than a bigint holds
    found = kit.transform("leads").findings.select("field", "rule", "value").rows()
    assert ("lag_ms", "field_nulled", TWENTY_DIGITS) in found
