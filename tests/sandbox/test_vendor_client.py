"""HubSpot's own Python client reads the fake: the proof by code that was not written for it."""

from __future__ import annotations

import hubspot
import pytest

from sandbox.hubspot import HubSpotSandbox


@pytest.fixture(scope="module")
def account():
    with HubSpotSandbox(records=4_000, rate_limits=False, many_links=250).serve() as fake:
        yield fake


@pytest.fixture(scope="module")
def client(account):
    return hubspot.Client.create(access_token=account.access_token, host=account.url)


@pytest.mark.parametrize("type_name", ["contacts", "companies", "deals", "tickets", "products", "line_items"])
def test_client_pages_all_records_of_a_type(client, account, type_name):
    records = getattr(client.crm, type_name).get_all(properties=["hs_object_id"])
    assert [record.id for record in records] == account.store.ids(type_name)


def test_client_pages_calls_and_archived_records_of_generic_objects(client, account):
    assert [r.id for r in client.crm.objects.get_all("calls")] == account.store.ids("calls")
    archived = client.crm.objects.basic_api.get_page("contacts", archived=True, limit=100).results
    assert [r.id for r in archived] == account.store.ids("contacts", archived=True)[:100]
    assert all(r.archived and r.archived_at > r.updated_at for r in archived)


def test_client_reads_inline_associations_and_history(client, account):
    page = client.crm.contacts.basic_api.get_page(
        limit=50, properties=["email"], properties_with_history=["email"], associations=["companies"]
    )
    assert any(r.associations and len(r.associations["companies"].results) > 1 for r in page.results)
    assert all(r.properties_with_history["email"][0].timestamp for r in page.results)


def test_client_searches_with_filters_sort_and_paging(client, account):
    from hubspot.crm.deals import PublicObjectSearchRequest

    groups = [{"filters": [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"}]}]
    found, after = [], "0"
    while after is not None:
        request = PublicObjectSearchRequest(
            filter_groups=groups, sorts=["hs_object_id"], properties=["amount"], limit=200, after=after
        )
        page = client.crm.deals.search_api.do_search(request)
        found += [record.id for record in page.results]
        after = page.paging.next.after if page.paging else None
    assert found == account.store.ids("deals")
    assert page.total == len(found)


def test_client_batch_reads_with_an_error_for_the_missing_id(client, account):
    from hubspot.crm.objects import BatchReadInputSimplePublicObjectId

    ids = account.store.ids("calls")[:2]
    inputs = [{"id": one} for one in (*ids, "1")]
    answer = client.crm.objects.batch_api.read(
        "calls",
        BatchReadInputSimplePublicObjectId(
            inputs=inputs, properties=["hs_call_title"], properties_with_history=[]
        ),
    )
    assert ([record.id for record in answer.results], answer.num_errors) == (ids, 1)


def test_client_reads_owners_properties_and_pipelines(client, account):
    owners = client.crm.owners.get_all()
    assert len(owners) == 36
    assert {owner.type for owner in owners} == {"PERSON", "QUEUE"}
    definitions = client.crm.properties.core_api.get_all("contacts").results
    assert {definition.name for definition in definitions} == set(account.store.types["contacts"].definitions)
    stages = client.crm.pipelines.pipelines_api.get_all("tickets").results[0].stages
    assert [stage.id for stage in stages] == ["1", "2", "3", "4"]


def test_client_batch_reads_associations_v4(client, account):
    from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest

    ids = account.store.ids("contacts")[:40]
    request = BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": one} for one in ids])
    answer = client.crm.associations.v4.batch_api.get_page("contacts", "companies", request)
    links = account.store.links
    expected = [one for one in ids if links.of(("contacts", "companies"), int(one))]
    assert [result._from.id for result in answer.results] == expected
    assert answer.num_errors == len(ids) - len(expected) > 0
    assert answer.results[0].paging.next.after
    categories = {t.category for result in answer.results for to in result.to for t in to.association_types}
    assert categories >= {"HUBSPOT_DEFINED"}


def test_client_raises_on_an_unknown_token(account):
    from hubspot.crm.contacts import ApiException

    stranger = hubspot.Client.create(access_token="unknown", host=account.url)
    with pytest.raises(ApiException) as caught:
        stranger.crm.contacts.basic_api.get_page()
    assert caught.value.status == 401
