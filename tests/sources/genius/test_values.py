"""Values, joins and rights of the legacy CRM: what the YAML asks for and what comes back."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import AuthenticationError, FatalSourceError
from sandbox.genius.catalogue import BY_SYNC_TYPE
from sandbox.genius.texts import SECRET
from tests.sources.turns import take_third


def read_one(genius, name, key, **values):
    """Write values of one row past every check of the server, and read the row back."""
    table = BY_SYNC_TYPE[name]
    genius.crm.execute("SET SESSION sql_mode = ''")
    for column, value in values.items():
        genius.crm.set_value(table, (key,), column, value)
    (record,) = [r for r in genius.read(name).records if r[table.key[0]] == str(key)]
    return record


@pytest.mark.parametrize("day", ["0000-00-00", "2024-00-15", "2024-03-00"])
def test_zero_dates_become_null_in_date_and_datetime(genius, day):
    genius.make({"job_change_orders": 5})
    stamp = f"{day} 10:15:00"
    record = read_one(genius, "job_change_orders", 2, effective_date=day, sold_date=stamp, add_date=stamp)
    assert (record["effective_date"], record["sold_date"], record["add_date"]) == (None, None, None)


def test_row_with_a_zero_cursor_is_read_whole_and_never_breaks_a_delta(genius):
    genius.make({"jobs": 5})
    record = read_one(genius, "jobs", 3, updated_at="0000-00-00 00:00:00")
    assert record["updated_at"] is None


@pytest.mark.parametrize(
    ("value", "text"), [("-01:30:00", "-01:30:00"), ("36:00:00", "36:00:00"), ("00:00:00", "00:00:00")]
)
def test_time_is_a_text_with_sign(genius, value, text):
    genius.make({"appointments": 3, "third_party_sources": 3, "third_party_source_types": 3})
    assert read_one(genius, "appointments", 1, time=value)["time"] == text


@pytest.mark.parametrize(("value", "text"), [(0, "false"), (1, "true"), (2, "true"), (-1, "true")])
def test_tinyint_is_a_flag_only_where_the_yaml_says_so(genius, value, text):
    genius.make({"divisions": 3})
    record = read_one(genius, "divisions", 1, is_corp=value, is_inactive=value)
    assert (record["is_corp"], record["is_inactive"]) == (text, str(value))


def test_odd_texts_numbers_and_ids_arrive_as_they_are(genius):
    genius.make({"leads": 3, "job_change_orders": 3, "job_statuses": 3})
    lead = read_one(genius, "leads", 1, with_dm=-1, first_name="小林 🏠", zip="02134", lead_cost=0.1)
    assert (lead["with_dm"], lead["first_name"], lead["zip"], lead["lead_cost"]) == (
        "-1",
        "小林 🏠",
        "02134",
        "0.1",
    )
    order = read_one(genius, "job_change_orders", 1, number="2A", total_amount="-9999999.99")
    assert (order["number"], order["total_amount"]) == ("2A", "-9999999.99")
    assert "0" in [record["id"] for record in genius.read("job_statuses").records]


@pytest.mark.parametrize(
    ("name", "column"),
    [("prospects", "hubspot_contact_id"), ("appointments", "hubspot_appointment_id")],
)
def test_hubspot_id_comes_only_from_a_hubspot_source(genius, name, column):
    genius.make({name: 4, "third_party_sources": 3, "third_party_source_types": 3})
    table, crm = BY_SYNC_TYPE[name], genius.crm
    sources = [(1, "9007199254740993"), (2, "777"), (1, "not-a-number")]
    for number, (kind, text) in enumerate(sources, start=1):
        crm.execute(
            "update third_party_source set third_party_source_type_id = %s, third_party_id = %s "
            "where id = %s",
            [kind, text, number],
        )
        crm.set_value(table, (number,), "third_party_source_id", number)
    crm.set_value(table, (4,), "third_party_source_id", None)
    path = str(genius.source.entities[name].fields[column].source)
    found = {record["id"]: record[path] for record in genius.read(name).records}
    assert found == {"1": "9007199254740993", "2": None, "3": "not-a-number", "4": None}


def test_secret_columns_are_neither_asked_for_nor_needed(genius):
    genius.make({"division_groups": 30})
    table, crm = BY_SYNC_TYPE["division_groups"], genius.crm
    hidden = {"mes_profile_key", "paysimple_secret"}
    columns = ", ".join(f"`{c.name}`" for c in table.columns if c.name not in hidden)
    crm.server.run(
        f"REVOKE SELECT ON `{crm.name}`.* FROM '{crm.name}'@'%'",
        f"GRANT SELECT ({columns}) ON `{crm.name}`.division_group TO '{crm.name}'@'%'",
    )
    reading = genius.read("division_groups")
    assert len(reading.records) == 30
    assert SECRET not in str(reading.records)
    assert not any(name in statement.text for name in hidden for statement in reading.statements)


@pytest.mark.parametrize("name", take_third(BY_SYNC_TYPE, 2))
def test_columns_are_named_one_by_one_and_quoted(genius, name):
    joined = {"user_associations": 3, "third_party_sources": 3, "third_party_source_types": 3}
    genius.make({**joined, name: 3})
    for statement in genius.read(name).statements:
        assert "*" not in statement.text
        assert f"`{BY_SYNC_TYPE[name].name}`" in statement.text


def test_table_without_the_right_is_named_and_not_tried_again(genius):
    genius.make({"leads": 3, "jobs": 3})
    genius.crm.server.run(f"REVOKE SELECT ON `{genius.crm.name}`.* FROM '{genius.crm.name}'@'%'",
                          f"GRANT SELECT ON `{genius.crm.name}`.job TO '{genius.crm.name}'@'%'")  # fmt: skip
    with pytest.raises(AuthenticationError, match=r"genius_default.*lead"):
        genius.read("leads")


def test_table_that_is_missing_is_named(genius):
    genius.make({"leads": 3})
    with pytest.raises(FatalSourceError, match="quote"):
        genius.read("quotes")


def test_user_of_the_sync_can_not_write(genius):
    genius.make({"divisions": 3})
    connection = genius.connect()
    with pytest.raises(Exception, match="denied"):
        connection.cursor().execute("delete from division")
    connection.close()
