"""pyodata, a client that makes its calls of the service's metadata, reads the MarketSharp fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyodata
import pytest
import requests
from pyodata.exceptions import HttpError

from crm_sync.rest.odata_model import decode_model
from sandbox.marketsharp import MarketSharpSandbox
from sandbox.marketsharp.sets import SETS
from tests.sandbox.marketsharp_caller import sign
from tests.sandbox.rerouted import Rerouted


@pytest.fixture(scope="module")
def fake() -> Iterator[MarketSharpSandbox]:
    with MarketSharpSandbox(
        counts={"contacts": 60, "leads": 40}, page_cap=25, rate_limits=False
    ).serve() as served:
        yield served


def connect(fake: MarketSharpSandbox, **how: Any) -> Any:
    def add_signature(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = sign(fake, **how)
        return request

    session = requests.Session()
    session.trust_env = False
    session.auth = add_signature
    # the client follows a link only to the host that it asked, and links name the vendor's
    session.mount("http://api4.marketsharpm.com", Rerouted(fake.url))
    return pyodata.Client("http://api4.marketsharpm.com/WcfDataService.svc", session)


@pytest.fixture(scope="module")
def client(fake: MarketSharpSandbox) -> Any:
    return connect(fake)


def test_metadata_has_every_set_with_its_key_and_types(client):
    sets = {one.name: one.entity_type for one in client.schema.entity_sets}
    assert sorted(sets) == sorted(one.name for one in SETS)
    for one in SETS:
        assert [key.name for key in sets[one.name].key_proprties] == [one.key]
        assert {prop.name: prop.typ.name for prop in sets[one.name].proprties()} == dict(one.properties)


def test_product_reads_the_model_as_this_client_does(client, fake):
    model = decode_model(
        requests.get(
            f"{fake.url}/WcfDataService.svc/$metadata", headers={"Authorization": sign(fake)}, timeout=10
        ).content
    )
    theirs = {
        one.name: {
            prop.name: f"Edm.{prop.typ.name.removeprefix('Edm.')}" for prop in one.entity_type.proprties()
        }
        for one in client.schema.entity_sets
    }
    assert {name: {one["name"]: one["type"] for one in found} for name, found in model.items()} == theirs


def read_all(client: Any, name: str) -> list[Any]:
    """All records of a set, each page by the link of the one before."""
    pages, link = [], ""
    while not pages or link:
        asked = getattr(client.entity_sets, name).get_entities()
        pages.append((asked.next_url(link) if link else asked).execute())
        link = pages[-1].next_url
    assert len(pages) == 3
    return [one for page in pages for one in page]


def test_set_is_read_whole_with_typed_values(client, fake):
    found = read_all(client, "Contacts")
    assert sorted(one.id for one in found) == sorted(fake.store.tables["contacts"])
    known = fake.store.tables["contacts"]
    assert {one.id: one.firstName or "" for one in found} == {
        key: one.get("firstName") or "" for key, one in known.items()
    }
    assert all(one.lastUpdate is None or one.lastUpdate.year > 2000 for one in found)


def test_filter_order_and_top_are_the_services(client, fake):
    asked = (
        client.entity_sets.Contacts.get_entities()
        .filter("isActive eq true")
        .order_by("lastUpdate desc")
        .top(5)
    )
    found = list(asked.execute())
    assert len(found) == 5
    assert all(one.isActive for one in found)
    stamps = [one.lastUpdate for one in found]
    assert stamps == sorted(stamps, reverse=True)


def test_single_record_and_count_are_found(client, fake):
    key = next(iter(fake.store.tables["contacts"]))
    assert client.entity_sets.Contacts.get_entity(key).execute().id == key
    counted = client.entity_sets.Contacts.get_entities().count(inline=True).top(1).execute()
    assert counted.total_count == len(fake.store.tables["contacts"])


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda client: client.entity_sets.Contacts.get_entity("nowhere").execute(), 404),
        (lambda client: client.entity_sets.Contacts.get_entities().filter("nowhere eq 1").execute(), 400),
    ],
    ids=["no_record", "no_property"],
)
def test_refusal_is_the_clients_own_error(client, ask, status):
    with pytest.raises(HttpError) as caught:
        ask(client)
    assert caught.value.response.status_code == status


def test_signature_of_another_secret_opens_nothing(fake):
    with pytest.raises(HttpError):
        connect(fake, secret="c2VjcmV0")
