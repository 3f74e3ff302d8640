"""The fakes: their answers fit the vendor's envelope and field table, and its own client reads them."""

from __future__ import annotations

import json

import pytest

from tests.conformance.accounts import ACCOUNTS, SETTINGS, open_account
from tests.conformance.expected import MISSING, find, list_paths, unwrap_record
from tests.conformance.kinds import list_entities

pytestmark = pytest.mark.postgres


def test_every_configured_crm_has_an_account_here():
    assert {crm_source for crm_source, _ in list_entities()} == set(ACCOUNTS)


@pytest.mark.check("fake_fits_the_field_table")
@pytest.mark.one_per("entity")
def test_every_mapped_path_is_one_that_the_source_sends(entity_name, tmp_path):
    """A typing error in a path would be a column of nulls."""
    crm_source, sync_type = entity_name
    with open_account(crm_source, tmp_path, **SETTINGS.get(entity_name, {})) as account:
        entity = account.source.entities[sync_type]
        records = list(account.list_records(entity))
        also, labelled = account.list_known_paths(entity), account.find_labelled(entity)
    for name, config in entity.fields.items():
        paths = (labelled[name],) if name in labelled else list_paths(entity, name)
        sent = any(find(record, path) is not MISSING for path in paths for record in records)
        assert sent or also & set(paths) or config.default is not None, (
            f"{name}: the source never sends {paths}"
        )


@pytest.mark.check("fake_fits_the_envelope")
def test_staged_records_are_as_the_source_sent_them(pipeline, sync_type):
    run = pipeline.sync(sync_type, debug=True)
    sent = pipeline.account.list_records(run.entity)
    wanted = {dump(unwrap_record(run.entity, record)) for record in sent}
    staged = set()
    for chunk in run.staging.manifest.chunks:
        raw = run.staging.read_raw(chunk)
        if not isinstance(raw, bytes):
            # columns of a file or a database, in its own types
            records = pipeline.account.list_records(run.entity)
            assert set(raw.columns) >= set(next(iter(records))) - {"_file", "_hash"}
            assert raw.height == chunk.records
            return
        for line in raw.splitlines():
            record = json.loads(line)
            pipeline.account.check_envelope(run.entity, record)
            staged.add(dump(record))
    assert staged == wanted


def dump(record):
    return json.dumps(record, sort_keys=True)


@pytest.mark.parametrize(
    "sync_type", ["contacts", "companies", "deals", "tickets", "products", "line_items", "calls"]
)
def test_vendors_own_client_reads_the_same_records(open_pipeline, sync_type):
    import hubspot

    pipeline = open_pipeline(counts={sync_type: 210})
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
