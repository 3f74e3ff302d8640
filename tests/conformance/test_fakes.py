"""The fakes: their answers fit the vendor's envelope and field table, and its own client reads them."""

from __future__ import annotations

import json

import pytest

from crm_sync.config.reads import HubSpotObjectsRead
from tests.conformance.accounts import ACCOUNTS, list_entities

pytestmark = pytest.mark.postgres
_ENVELOPE = {"id", "properties", "createdAt", "updatedAt", "archived"}
_MAY = {"archivedAt", "url", "propertiesWithHistory", "associations"}


def test_every_configured_crm_has_an_account_here():
    assert {crm_source for crm_source, _ in list_entities()} == set(ACCOUNTS)


@pytest.mark.check("fake_fits_the_field_table")
def test_every_mapped_path_is_one_that_the_source_sends(pipeline, sync_type):
    """A typing error in a path would be a column of nulls."""
    run = pipeline.sync(sync_type)
    sent = set()
    for record in pipeline.account.list_records(run.entity):
        for key, value in record.items():
            sent.add(key)
            sent.update(f"{key}.{inner}" for inner in value) if isinstance(value, dict) else None
    if isinstance(run.entity.read, HubSpotObjectsRead):
        definitions = pipeline.account.fake.store.types[run.entity.read.object_type].definitions
        sent |= {f"properties.{name}" for name in definitions}
    for name, config in run.entity.fields.items():
        sources = config.source if isinstance(config.source, tuple) else (config.source or name,)
        assert set(sources) & sent, f"{name}: the source never sends {sources}"


@pytest.mark.check("fake_fits_the_envelope")
def test_staged_records_are_as_the_source_sent_them(pipeline, sync_type):
    run = pipeline.sync(sync_type)
    chunk = run.staging.manifest.chunks[0]
    raw = run.staging.read_raw(chunk)
    if not isinstance(raw, bytes):
        assert set(raw.columns) >= set(next(iter(pipeline.account.list_records(run.entity)))) - {
            "_file",
            "_hash",
        }
        return
    wanted = {json.dumps(record, sort_keys=True) for record in pipeline.account.list_records(run.entity)}
    records = [json.loads(line) for line in raw.splitlines()]
    if isinstance(run.entity.read, HubSpotObjectsRead):
        for record in records:
            assert record.keys() >= _ENVELOPE
            assert record.keys() <= _ENVELOPE | _MAY
            assert all(value is None or isinstance(value, str) for value in record["properties"].values())
    assert {json.dumps(record, sort_keys=True) for record in records} == wanted


@pytest.mark.parametrize(
    "sync_type", ["contacts", "companies", "deals", "tickets", "products", "line_items", "calls"]
)
def test_vendors_own_client_reads_the_same_records(open_pipeline, sync_type):
    import hubspot

    pipeline = open_pipeline()
    fake = pipeline.account.fake
    client = hubspot.HubSpot(access_token=fake.access_token)
    api = client.crm.objects.basic_api
    api.api_client.configuration.host = fake.url
    ids = []
    for archived in (False, True):
        after = None
        while True:
            page = api.get_page(sync_type, limit=100, after=after, archived=archived)
            ids += [record.id for record in page.results]
            if page.paging is None:
                break
            after = page.paging.next.after
    pipeline.run(sync_type)
    stored = [row[0] for row in pipeline.warehouse.fetch_all(f"select id from hubspot.{sync_type}")]
    rejected = pipeline.account.expected(pipeline.account.source.entities[sync_type]).rejected
    assert sorted(ids) == sorted([*stored, *(key[0] for key in rejected)])
