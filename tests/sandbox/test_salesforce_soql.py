"""Salesforce fake: what queries find, and how they are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.salesforce import SalesforceSandbox
from tests.sandbox.salesforce_caller import SMALL, SalesforceCaller, code

ALL = "SELECT Id FROM Account"


@pytest.fixture(scope="module")
def caller():
    with SalesforceSandbox(counts=SMALL).serve() as fake:
        yield SalesforceCaller(fake)


def test_window_holds_its_start_and_not_its_end(caller):
    stamps = sorted({one["SystemModstamp"] for one in caller.fake.store.tables["contacts"]})
    start, end = stamps[10].replace("+0000", "Z"), stamps[20].replace("+0000", "Z")
    rows = caller.rows(
        f"SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >= {start} AND SystemModstamp < {end} "
        "ORDER BY SystemModstamp, Id"
    )
    assert sorted({row["SystemModstamp"] for row in rows}) == stamps[10:20]
    assert rows == sorted(rows, key=lambda row: (row["SystemModstamp"], row["Id"]))
    found = caller.rows(f"SELECT SystemModstamp FROM Contact WHERE SystemModstamp <= {start}")
    assert max(row["SystemModstamp"] for row in found) == stamps[10]
    found = caller.rows(f"SELECT SystemModstamp FROM Contact WHERE SystemModstamp > {start}")
    assert min(row["SystemModstamp"] for row in found) == stamps[11]


def test_list_can_be_walked_by_the_last_id(caller):
    walked, last = [], ""
    while page := caller.ids(f"{ALL} WHERE Id > '{last}' ORDER BY Id LIMIT 7"):
        walked, last = walked + page, page[-1]
    assert walked == list(caller.fake.store.tables["accounts"].records)


@pytest.mark.parametrize("offset", ["Z", "+02:00", "-0530", ".000Z"], ids=str)
def test_moments_may_have_any_offset_and_a_fraction(caller, offset):
    zone = {"Z": 0, ".000Z": 0, "+02:00": 7200, "-0530": -19800}[offset]
    middle = sorted(one["SystemModstamp"] for one in caller.fake.store.tables["accounts"])[30]
    local = datetime.fromtimestamp(datetime.fromisoformat(middle).timestamp() + zone, UTC)
    found = caller.ids(f"{ALL} WHERE SystemModstamp = {local:%Y-%m-%dT%H:%M:%S}{offset}")
    tables = caller.fake.store.tables["accounts"]
    assert found == [one["Id"] for one in tables if one["SystemModstamp"] == middle]


CONDITIONS = [
    ("ParentId = null", lambda one: one["ParentId"] is None),
    ("ParentId != null", lambda one: one["ParentId"] is not None),
    ("Rating != 'hot'", lambda one: one["Rating"] != "Hot"),
    ("Rating = 'HOT'", lambda one: one["Rating"] == "Hot"),
    ("Rating IN ('Hot', null)", lambda one: one["Rating"] in ("Hot", None)),
    ("Rating NOT IN ('Hot', 'Cold')", lambda one: one["Rating"] not in ("Hot", "Cold")),
    ("AnnualRevenue > 3e7", lambda one: (one["AnnualRevenue"] or 0) > 3e7),
    ("AnnualRevenue <= 30000000",
     lambda one: one["AnnualRevenue"] is not None and one["AnnualRevenue"] <= 3e7),
    ("IsDeleted = false", lambda one: not one["IsDeleted"]),
    ("Name LIKE 'blue%GROUP'", lambda one: one["Name"].startswith("Blue") and one["Name"].endswith("Group")),
    ("NOT Rating = 'Hot'", lambda one: one["Rating"] != "Hot"),
    ("(Rating = 'Hot' OR Rating = 'Cold') AND Site = 'Branch'",
     lambda one: one["Rating"] in ("Hot", "Cold") and one["Site"] == "Branch"),
    ("Rating = 'Hot' OR Rating = 'Cold' OR Site = 'Branch'",
     lambda one: one["Rating"] in ("Hot", "Cold") or one["Site"] == "Branch"),
    ("Owner.Name = 'nobody'", lambda one: False),
    ("Account.Rating = 'Hot'", lambda one: one["Rating"] == "Hot"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "fits"), CONDITIONS, ids=[condition for condition, _ in CONDITIONS])
def test_condition_finds_what_it_says(caller, condition, fits):
    wanted = [one["Id"] for one in caller.fake.store.tables["accounts"] if fits(one)]
    assert caller.ids(f"{ALL} WHERE {condition}") == wanted


def test_quotes_and_backslashes_in_texts_are_written_with_a_backslash(caller):
    one, other, third = caller.fake.store.ids("accounts")[:3]
    for record_id, site in ((one, 'O\'Brien "Bo"'), (other, "two\nlines"), (third, "back\\slash 5%")):
        caller.fake.store.record("accounts", record_id)["Site"] = site
    assert caller.ids(ALL + r" WHERE Site = 'o\'brien \"bo\"'") == [one]
    assert caller.ids(ALL + r" WHERE Site = 'two\nlines'") == [other]
    assert caller.ids(ALL + r" WHERE Site = 'back\\slash 5%'") == [third]
    assert caller.ids(ALL + r" WHERE Site LIKE '%5\%'") == [third]


def test_ids_are_found_in_both_lengths_and_their_case_counts(caller):
    record_id = next(one for one in caller.fake.store.ids("accounts") if one[:15].lower() != one[:15].upper())
    assert caller.ids(f"{ALL} WHERE Id = '{record_id}'") == [record_id]
    assert caller.ids(f"{ALL} WHERE Id = '{record_id[:15]}'") == [record_id]
    assert caller.ids(f"{ALL} WHERE Id = '{record_id.swapcase()}'") == []


def test_order_puts_nulls_first_unless_told_otherwise(caller):
    for words, first in (("", None), ("DESC NULLS LAST", "Warm"), ("ASC NULLS LAST", "Cold")):
        rows = caller.rows(f"SELECT Rating FROM Account ORDER BY Rating {words}")
        assert rows[0]["Rating"] == first, words


def test_limit_and_offset_cut_the_ordered_rows(caller):
    everything = caller.ids(f"{ALL} ORDER BY Name, Id")
    assert caller.ids(f"{ALL} ORDER BY Name, Id LIMIT 7 OFFSET 3") == everything[3:10]


def test_words_may_be_written_in_any_case(caller):
    (row,) = caller.rows("select id, NAME from account where isdeleted = FALSE order by id limit 1")
    assert list(row) == ["attributes", "Id", "Name"]
    assert code(caller.ask("SELECT Id FROM accounts")) == (400, "INVALID_TYPE")


REFUSED = [
    ("", "MALFORMED_QUERY"),
    ("SELECT FROM Account", "MALFORMED_QUERY"),
    ("SELECT Id FROM", "MALFORMED_QUERY"),
    ("SELECT Id, FROM Account", "MALFORMED_QUERY"),
    ("SELECT * FROM Account", "MALFORMED_QUERY"),
    (f"{ALL} WHERE", "MALFORMED_QUERY"),
    (f"{ALL} WHERE Rating = 'Hot' AND Site = 'x' OR Site = 'y'", "MALFORMED_QUERY"),
    (f'{ALL} WHERE Rating = "Hot"', "MALFORMED_QUERY"),
    (f"{ALL} WHERE Rating = 'Hot", "MALFORMED_QUERY"),
    (f"{ALL} WHERE AnnualRevenue < null", "MALFORMED_QUERY"),
    (f"{ALL} WHERE SystemModstamp > 2026-01-01T00:00:00", "MALFORMED_QUERY"),
    (f"{ALL} WHERE SystemModstamp > 2026-01-01T00:00:00.000 0000", "MALFORMED_QUERY"),
    (f"{ALL} WHERE SystemModstamp > 2026-02-29T00:00:00Z", "MALFORMED_QUERY"),
    (f"{ALL} WHERE LastActivityDate > 2025-02-29", "MALFORMED_QUERY"),
    (f"{ALL} WHERE SystemModstamp > TODAY", "MALFORMED_QUERY"),
    (f"{ALL} LIMIT -1", "MALFORMED_QUERY"),
    (f"{ALL} GROUP BY Name", "MALFORMED_QUERY"),
    ("SELECT SUM(AnnualRevenue) FROM Account", "MALFORMED_QUERY"),
    ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY"),
    ("SELECT Nope FROM Account", "INVALID_FIELD"),
    ("SELECT Id, Id FROM Account", "INVALID_FIELD"),
    ("SELECT IsDeleted FROM User", "INVALID_FIELD"),
    ("SELECT Nobody.Name FROM Account", "INVALID_FIELD"),
    (f"{ALL} WHERE Nope = null", "INVALID_FIELD"),
    (f"{ALL} ORDER BY Nope", "INVALID_FIELD"),
    (f"{ALL} ORDER BY Description", "INVALID_FIELD"),
    (f"{ALL} WHERE Description LIKE '%x%'", "INVALID_FIELD"),
    (f"{ALL} WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
    (f"{ALL} WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD"),
    (f"{ALL} WHERE LastActivityDate > 2026-01-01T00:00:00Z", "INVALID_FIELD"),
    (f"{ALL} WHERE Name = 5", "INVALID_FIELD"),
    (f"{ALL} WHERE AnnualRevenue = '5'", "INVALID_FIELD"),
    ("SELECT Id FROM Invoice", "INVALID_TYPE"),
    (f"{ALL} OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
]


@pytest.mark.parametrize(("soql", "error"), REFUSED, ids=[soql or "nothing" for soql, _ in REFUSED])
def test_query_is_refused_by_the_vendors_code(caller, soql, error):
    assert code(caller.ask(soql)) == (400, error)


def test_refusal_points_at_the_place(caller):
    message = caller.ask("SELECT Id,\n Nope FROM Account").json()[0]["message"]
    assert message.startswith(
        "\n Nope FROM Account\n ^\nERROR at Row:2:Column:2\nNo such column 'Nope' on entity 'Account'. "
    )


def test_plus_sign_that_was_not_encoded_makes_the_query_malformed(caller):
    plain = "queryAll?q=SELECT+Id+FROM+Account+WHERE+SystemModstamp+>+2026-01-01T00:00:00"
    assert code(caller.send("GET", f"{plain}+00:00")) == (400, "MALFORMED_QUERY")
    assert caller.send("GET", f"{plain}%2B00:00").status_code == 200
