"""MarketSharp fake: signatures, forms of answers, options, errors, and what changes do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from crm_sync.rest.messages import find_path
from crm_sync.rest.xml_answers import decode_xml
from sandbox.marketsharp import MarketSharpSandbox
from sandbox.marketsharp.quirks import NOTES
from sandbox.marketsharp.sets import KINDS, SETS
from tests.sandbox.marketsharp_caller import JSON, get, rows, sign


@pytest.fixture
def fake():
    settings = {"counts": dict.fromkeys(KINDS, 40), "rate_limits": False}
    with MarketSharpSandbox(**settings).serve() as running:
        yield running


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 200),
        ({"secret": "AAAA"}, 401),
        ({"api_key": "another"}, 401),
        ({"late_s": 240}, 200),
        ({"late_s": 3_600}, 401),
        ({"late_s": -3_600}, 401),
    ],
)
def test_signature_is_worked_out_again_and_of_about_now(fake, given, status):
    header = {"Authorization": sign(fake, **given)}
    answer = requests.get(f"{fake.url}/WcfDataService.svc/Leads", headers=header, timeout=5)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "atom+xml"),
        ("application/atom+xml", "atom+xml"),
        (JSON, "json"),
        ("application/json;odata=verbose", "json"),
        ("application/json, application/json;q=0.5", "json"),
        ("application/atom+xml, application/json;q=0.5", "atom+xml"),
        ("application/json, application/atom+xml;q=0.5", "json"),
    ],
)
def test_answer_is_atom_unless_json_is_preferred(fake, accept, kind):
    assert kind in get(fake, "Leads", accept).headers["Content-Type"]


def test_no_other_form_is_there(fake):
    assert get(fake, "Leads", "text/csv").status_code == 415


def test_json_has_the_wall_clock_as_if_it_were_utc_and_deferred_links(fake):
    (one,) = rows(fake, "Leads", top="1")
    wall = datetime.fromisoformat(fake.store.get("leads", one["id"])["lastUpdate"]).replace(tzinfo=UTC)
    assert one["lastUpdate"] == f"/Date({round(wall.timestamp() * 1000)})/"
    assert one["ContactPhone"]["__deferred"]["uri"].startswith(
        "http://api4.marketsharpm.com/WcfDataService.svc/Leads("
    )


def test_short_form_of_json(fake):
    with MarketSharpSandbox(counts={"leads": 3}, json_form="list").serve() as other:
        assert len(get(other, "Leads", JSON).json()["d"]) == 3


def test_atom_says_types_and_nulls_and_marks_forbidden_characters(fake):
    body = get(fake, "Inquiries").text
    assert "&#xB;" in body
    assert "&#x0;" in body
    assert "\x0b" not in body
    with pytest.raises(ValueError, match="reference to invalid character number"):
        decode_xml(body.encode())
    feed = decode_xml(get(fake, "Addresses").content, attributes=True)["feed"]
    found = [find_path(entry, "content.properties") for entry in feed["entry"]]
    assert len(found) == 40
    assert any(value is None for one in found for value in one.values())
    assert all("coounty" in one and one["isActive"]["@type"] == "Edm.Boolean" for one in found[:5])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("isActive eq true", lambda one: one.get("isActive") is True),
        ("isActive ne true", lambda one: one.get("isActive") is not True),
        ("firstName eq null", lambda one: one.get("firstName") is None),
        ("not (firstName eq null)", lambda one: one.get("firstName") is not None),
        ("substringof('a',lastName)", lambda one: "a" in (one.get("lastName") or "")),
        ("lastUpdate lt datetime'2025-06-01T00:00:00'", lambda one: one["lastUpdate"] < "2025-06-01"),
        ("lastUpdate ge datetime'2025-06-01T00:00:00.000'", lambda one: one["lastUpdate"] >= "2025-06-01"),
        (
            "lastUpdate gt datetime'2025-01-01T00:00:00' and (isActive eq true or source eq 'Web')",
            lambda one: one["lastUpdate"] > "2025" and (one.get("isActive") or one.get("source") == "Web"),
        ),
    ],
)
def test_filters(fake, text, kept):
    wanted = {key for key, one in fake.store.tables["leads"].items() if kept(one)}
    assert {one["id"] for one in rows(fake, "Leads", filter=text)} == wanted
    assert int(get(fake, "Leads/$count", filter=text).text) == len(wanted)


def test_order_has_two_keys_and_ids_ignore_case(fake):
    fake.changes.touch("leads", count=20, at_ms=1_767_625_445_000)
    ids = [one["id"] for one in rows(fake, "Leads", orderby="lastUpdate asc,id asc")]
    places = [(fake.store.get("leads", one)["lastUpdate"], one.casefold()) for one in ids]
    assert places == sorted(places)
    down = [one["id"].casefold() for one in rows(fake, "Leads", orderby="id desc")]
    assert down == sorted(down, reverse=True)


def test_skip_top_and_inlinecount(fake):
    ids = [one["id"] for one in rows(fake, "Leads", orderby="id")]
    assert [one["id"] for one in rows(fake, "Leads", orderby="id", skip="5", top="3")] == ids[5:8]
    assert get(fake, "Leads", JSON, top="1", inlinecount="allpages").json()["d"]["__count"] == "40"


@pytest.mark.parametrize(
    ("path", "options", "status", "words"),
    [
        (
            "Addresses",
            {"filter": "lastUpdate gt datetime'2026-01-05T00:00:00'"},
            400,
            "No property 'lastUpdate'",
        ),
        (
            "Leads",
            {"filter": "LastUpdate eq null"},
            400,
            "No property 'LastUpdate' exists in type 'Example.Lead'",
        ),
        ("Jobs", {"filter": "addressLine2 eq null"}, 400, "No property 'addressLine2'"),
        ("Leads", {"orderby": "nothing"}, 400, "No property 'nothing'"),
        ("Leads", {"filter": "id gt"}, 400, "Syntax error"),
        ("Leads", {"filter": "id ~ 1"}, 400, "Syntax error"),
        ("Leads", {"filter": "lastUpdate gt datetime'yesterday'"}, 400, "Syntax error"),
        ("Leads", {"top": "many"}, 400, "Incorrect format for $top"),
        ("Leads", {"limit": "5"}, 400, "'$limit' begins with a '$'"),
        ("Notes", {}, 404, "Resource not found for the segment 'Notes'"),
        ("Leads('nobody')", {}, 404, "Resource not found"),
    ],
)
def test_errors_in_both_forms(fake, path, options, status, words):
    plain, atom = get(fake, path, JSON, **options), get(fake, path, **options)
    assert (plain.status_code, atom.status_code) == (status, status)
    assert words in plain.json()["error"]["message"]["value"]
    assert words in decode_xml(atom.content)["error"]["message"]


def test_cap_cuts_pages_and_links_lead_on(fake):
    with MarketSharpSandbox(counts={"leads": 40}, page_cap=15, rate_limits=False).serve() as capped:
        seen, path = [], "Leads?$orderby=lastUpdate,id"
        while path:
            answer = get(
                capped, path.replace("http://api4.marketsharpm.com/WcfDataService.svc/", "") + "&", JSON
            )
            found = answer.json()["d"]
            seen += [one["id"] for one in found["results"]]
            path = found.get("__next")
        assert sorted(seen) == sorted(capped.store.tables["leads"])


def test_one_record_its_property_and_its_neighbours(fake):
    one = next(iter(fake.store.tables["leads"].values()))
    phones = {"contactId": one["contactPhoneId"] or "p"}
    fake.changes.update("leads", one["id"], {"contactPhoneId": phones["contactId"]})
    if phones["contactId"] not in fake.store.tables["contact_phones"]:
        fake.changes.create("contact_phones", {"homePhone": "1"}, id=phones["contactId"])
    assert get(fake, f"Leads('{one['id']}')", JSON).json()["d"]["id"] == one["id"]
    assert get(fake, f"Leads('{one['id']}')/lastName", JSON).json() == {
        "d": {"lastName": one.get("lastName")}
    }
    neighbour = get(fake, f"Leads('{one['id']}')/ContactPhone", JSON).json()["d"]
    assert neighbour["contactId"] == phones["contactId"]


def test_metadata_names_all_sets(fake):
    body = get(fake, "$metadata").text
    assert all(f'<EntitySet Name="{one.name}"' in body for one in SETS)
    assert len(SETS) == 23


def test_more_requests_than_the_service_bears_are_503():
    with MarketSharpSandbox(counts={"leads": 1}, requests_per_second=3).serve() as busy:
        assert [get(busy, "Leads").status_code for _ in range(5)].count(503) >= 1


def test_every_change_moves_the_modified_time_on_the_companys_clock(fake):
    one = min(fake.store.tables["leads"])
    at_ms = round(datetime(2026, 7, 1, 12, 0, 0, 250_000, tzinfo=UTC).timestamp() * 1000)
    fake.changes.update("leads", one, {"lastName": "New"}, at_ms=at_ms)
    assert fake.store.get("leads", one)["lastUpdate"] == "2026-07-01T08:00:00.250"
    fake.changes.update("inquiry_statuses", 101, {"name": "New"}, at_ms=at_ms)
    assert fake.store.get("inquiry_statuses", 101)["lastUpdateUtc"] == "2026-07-01T12:00:00.250"


def test_a_converted_lead_is_in_another_set_and_still_a_contact():
    with MarketSharpSandbox(records=2_000).serve() as fake:
        one = min(fake.store.tables["leads"])
        assert one in fake.store.tables["contacts"]
        before = fake.store.get("leads", one)["lastUpdate"]
        fake.changes.convert("leads", one, "customers")
        assert one not in fake.store.tables["leads"]
        assert fake.store.get("customers", one)["lastUpdate"] == before
        made = fake.changes.create("leads", {"lastName": "New"})
        assert made in fake.store.tables["contacts"]


def test_state_file_brings_all_changes_back(tmp_path):
    settings = {"records": 300, "state": str(tmp_path / "state.json")}
    first = MarketSharpSandbox(**settings, activity=20)
    again = MarketSharpSandbox(**settings)
    assert again.store.tables == first.store.tables


def test_awkward_values_are_among_the_records(fake):
    notes = {one.get("note") for one in fake.store.tables["inquiries"].values()}
    assert set(NOTES) <= notes | {NOTES[-1], NOTES[-2]}
    assert any(one.startswith("LEGACY-") for one in fake.store.tables["inquiries"])
    leads = fake.store.tables["leads"].values()
    assert len({len(one) for one in leads}) > 1, "what is null may be left out"
    assert any(one.get("middleInitial") is None for one in leads)
