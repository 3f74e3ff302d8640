"""Secrets and sensitive values: in no log, history row, rejected record, error or staging name."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import CrmSyncError
from tests.conformance.tables import read_rows

pytestmark = pytest.mark.postgres
SECRET = "very.secret.person"
TOKEN = "pat-na1-00000000-0000-4000-8000-000000000001"


def read_bookkeeping(pipeline):
    texts = [
        str(pipeline.warehouse.fetch_all(f"select t::text from crm_sync.{table} as t"))
        for table in ("sync_history", "rejected_records", "sync_owners")
    ]
    names = [str(path.relative_to(pipeline.folder)) for path in pipeline.folder.rglob("*")]
    manifests = [path.read_text() for path in pipeline.folder.rglob("manifest.json")]
    return "\n".join([*texts, *names, *manifests])


def make_entity(pipeline, **field):
    entity = pipeline.account.source.entities["contacts"]
    fields = entity.model_dump()["fields"]
    for name in ("email", "first_name", "total_revenue"):
        fields[name] |= field
    rules = [
        {"name": "no_secret", "check": "city <> 'Nowhere'", "message": "lives nowhere", "field": "first_name"}
    ]
    return pipeline.entity("contacts", fields=fields, rules=rules)


@pytest.mark.parametrize("debug", [False, True], ids=["usual", "debug"])
def test_sensitive_values_reach_no_log_history_or_rejected_record(open_pipeline, caplog, debug):
    caplog.set_level("DEBUG")
    pipeline = open_pipeline(counts={"contacts": 30}, archived_share=0.0)
    entity = make_entity(pipeline, sensitive=True)
    ids = pipeline.account.fake.store.ids("contacts")
    update = pipeline.account.fake.changes.update
    update("contacts", ids[0], {"email": f"{SECRET}@@example.com", "total_revenue": f"{SECRET} USD"})
    update("contacts", ids[1], {"email": f"{SECRET}@example.com", "firstname": SECRET, "city": "Nowhere"})
    run = pipeline.run(entity, debug=debug)
    assert run.row.records_failed == 1
    kept = pipeline.warehouse.fetch_all("select rule, value from crm_sync.rejected_records order by 1")
    assert len(kept) >= 2
    assert SECRET not in read_bookkeeping(pipeline)
    assert SECRET not in caplog.text
    assert TOKEN not in caplog.text + read_bookkeeping(pipeline)


@pytest.mark.parametrize(("mask", "stays"), [("sha256", True), ("drop", False)])
def test_masked_values_reach_nothing_not_even_the_table(open_pipeline, caplog, mask, stays):
    caplog.set_level("DEBUG")
    pipeline = open_pipeline(counts={"contacts": 30}, archived_share=0.0)
    entity = pipeline.account.source.entities["contacts"]
    fields = entity.model_dump()["fields"]
    fields["first_name"]["mask"] = mask
    entity = pipeline.entity(
        "contacts",
        fields=fields,
        rules=[{"name": "r", "check": "city <> 'Nowhere'", "message": "lives nowhere"}],
    )
    ids = pipeline.account.fake.store.ids("contacts")
    pipeline.account.fake.changes.update("contacts", ids[0], {"firstname": SECRET})
    pipeline.account.fake.changes.update("contacts", ids[1], {"firstname": SECRET, "city": "Nowhere"})
    pipeline.run(entity)
    assert (read_rows(pipeline.warehouse, entity)[(ids[0],)]["first_name"] is not None) is stays
    everything = str(pipeline.warehouse.fetch_all("select t::text from hubspot.contacts as t"))
    assert SECRET not in everything + read_bookkeeping(pipeline) + caplog.text


@pytest.mark.parametrize(
    "kind", ["unauthorized", "missing_scope", "server_error", "html_200", "garbage_token"]
)
def test_error_of_a_request_holds_no_token(open_pipeline, caplog, kind):
    caplog.set_level("DEBUG")
    pipeline = open_pipeline(counts={"contacts": 30})
    pipeline.account.fake.faults.add(kind, "*", times=None)
    with pytest.raises(CrmSyncError) as caught:
        pipeline.run("contacts")
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in str(error)
        error = error.__cause__ or error.__context__
    assert TOKEN not in caplog.text + read_bookkeeping(pipeline)
