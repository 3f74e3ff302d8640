"""MarketSharp fake: the requests that public programs send, and what they read from the answers.

Three unlike programs: the vendor's Java client (Atom, `$skip`), a client in TypeScript (JSON in either form,
links of its own) and pyodata 1.12.1 from PyPI. The last was run against the fake itself on 2026-11-30: it
took `$metadata`, read all 23 sets, counted them, filtered, sorted and got one record by its key. It is no
dependency of this package, so its requests are repeated here as it sent them.
"""

from __future__ import annotations

import pytest

from crm_sync.rest.xml_answers import decode_xml
from sandbox.marketsharp import MarketSharpSandbox
from sandbox.marketsharp.sets import SETS
from tests.sandbox.marketsharp_caller import JSON, get


@pytest.fixture(scope="module")
def fake():
    settings = {"records": 1_000, "rate_limits": False, "quirks": False}
    with MarketSharpSandbox(**settings).serve() as running:
        yield running


def test_client_that_skips_reads_every_contact_until_a_short_page(fake):
    found, pages = [], 0
    while True:
        options = {"top": "50", "skip": str(50 * pages), "orderby": "lastUpdate asc"}
        entries = decode_xml(get(fake, "Contacts", **options).content)["feed"].get("entry", [])
        found += [entry["id"] for entry in entries]
        pages += 1
        if len(entries) < 50:
            break
    assert len(set(found)) == len(fake.store.tables["contacts"])
    assert found[0].startswith("http://api4.marketsharpm.com/WcfDataService.svc/Contacts('")


@pytest.mark.parametrize("form", ["results", "list"])
def test_client_that_takes_either_form_of_json_follows_its_own_filter(form):
    with MarketSharpSandbox(records=1_000, rate_limits=False, json_form=form).serve() as fake:
        options = {"filter": "lastUpdate gt datetime'2025-06-01T00:00:00'", "orderby": "lastUpdate asc"}
        data = get(fake, "Inquiries", "application/json;odata=verbose", **options).json()["d"]
        listed = data if isinstance(data, list) else data["results"]
        records = fake.store.list_all("inquiries")
        wanted = [one for one in records if one["lastUpdate"] > "2025-06-01T00:00:00"]
        assert {one["id"] for one in listed} == {one["id"] for one in wanted}


def test_pyodata_reads_the_model_then_each_set_and_its_count(fake):
    model = decode_xml(get(fake, "$metadata").content)["Edmx"]["DataServices"]["Schema"]
    names = [one["@Name"] for one in model["EntityContainer"]["EntitySet"]]
    assert names == [one.name for one in SETS]
    for name in names:
        count = int(get(fake, f"{name}/$count").text)
        data = get(fake, name, "application/json").json()["d"]
        assert len(data["results"]) == count


def test_pyodata_gets_one_record_by_its_key_and_a_property_of_it(fake):
    key = get(fake, "Leads", JSON, top="1").json()["d"]["results"][0]["id"]
    assert get(fake, f"Leads('{key}')", JSON).json()["d"]["id"] == key
    assert set(get(fake, f"Leads('{key}')/hasDNCPhone", JSON).json()["d"]) == {"hasDNCPhone"}
