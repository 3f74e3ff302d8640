"""Secrets and sensitive values: in no log, history row, rejected record, error or staging name."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import CrmSyncError
from tests.conformance.expected import list_paths
from tests.conformance.free_columns import TEXTS, list_free_columns
from tests.conformance.tables import read_rows

pytestmark = pytest.mark.postgres
SECRET = "very.secret.person"
NOBODY = "nobody at home"


def read_bookkeeping(pipeline):
    texts = [
        str(pipeline.warehouse.fetch_all(f"select t::text from crm_sync.{table} as t"))
        for table in ("sync_history", "rejected_records", "sync_owners")
    ]
    names = [str(path.relative_to(pipeline.folder)) for path in pipeline.folder.rglob("*")]
    manifests = [path.read_text() for path in pipeline.folder.rglob("manifest.json")]
    return "\n".join([*texts, *names, *manifests])


def assert_nowhere(pipeline, log, *texts):
    everywhere = log + read_bookkeeping(pipeline)
    for text in (*texts, *pipeline.account.list_secrets()):
        assert text not in everywhere


def pick_columns(entity):
    """Give two free columns of text, and one that takes no text where there is one."""
    free = list_free_columns(entity)
    texts = [name for name in free if str(entity.fields[name].type) in TEXTS]
    others = [name for name in free if str(entity.fields[name].type) in {"integer", "decimal", "datetime"}]
    return texts[:2], others[:1]


@pytest.mark.check("sensitive_values")
@pytest.mark.one_per("crm_with_texts")
@pytest.mark.parametrize("debug", [False, True], ids=["usual", "debug"])
def test_sensitive_values_reach_no_log_history_or_rejected_record(pipeline, sync_type, caplog, debug):
    caplog.set_level("DEBUG")
    account, plain = pipeline.account, pipeline.entity(sync_type)
    (secret, told), others = pick_columns(plain)
    others = [] if account.is_typed else others
    fields = plain.model_dump()["fields"]
    for name in (secret, *others):
        fields[name] |= {"sensitive": True}
    rule = {"name": "no_secret", "check": f"{told} <> '{NOBODY}'", "message": "nobody", "field": secret}
    values = {told: NOBODY, **dict.fromkeys((secret, *others), SECRET)}
    account.plant(plain, {list_paths(plain, name)[0]: value for name, value in values.items()})
    run = pipeline.run(pipeline.entity(sync_type, fields=fields, rules=[rule]), debug=debug)
    assert run.row.records_failed >= 1
    kept = pipeline.warehouse.fetch_all("select rule, value from crm_sync.rejected_records order by 1")
    assert len(kept) >= 1 + len(others)
    assert_nowhere(pipeline, caplog.text, SECRET)


@pytest.mark.check("masked_values")
@pytest.mark.one_per("crm_with_texts")
@pytest.mark.parametrize(("mask", "stays"), [("sha256", True), ("drop", False)])
def test_masked_values_reach_nothing_not_even_the_table(pipeline, sync_type, caplog, mask, stays):
    caplog.set_level("DEBUG")
    account, plain = pipeline.account, pipeline.entity(sync_type)
    (secret, told), _ = pick_columns(plain)
    fields = plain.model_dump()["fields"]
    fields[secret] |= {"mask": mask}
    rules = [{"name": "r", "check": f"{told} <> '{NOBODY}'", "message": "nobody"}]
    key = account.plant(plain, {list_paths(plain, secret)[0]: SECRET})
    masked = pipeline.entity(sync_type, fields=fields, rules=rules)
    pipeline.run(masked)
    assert (read_rows(pipeline.warehouse, masked)[key][secret] is not None) is stays
    account.plant(plain, {list_paths(plain, told)[0]: NOBODY})
    pipeline.run(masked, full=True)
    assert (
        NOBODY in str(pipeline.warehouse.fetch_all("select record from crm_sync.rejected_records"))
    ) is True
    everything = str(pipeline.warehouse.fetch_all(f"select t::text from {plain.target_table} as t"))
    assert SECRET not in everything
    assert_nowhere(pipeline, caplog.text, SECRET)


@pytest.mark.check("secrets_in_errors")
@pytest.mark.one_per("login")
@pytest.mark.parametrize(
    "kind", ["unauthorized", "missing_scope", "server_error", "html_200", "garbage_token"]
)
def test_error_of_a_request_holds_no_token(pipeline, sync_type, caplog, kind):
    caplog.set_level("DEBUG")
    faults = pipeline.account.fake.faults
    if kind not in faults.kinds:
        pytest.skip("only some vendors' errors speak of the token")
    assert pipeline.account.list_secrets()
    faults.add(kind, "*", times=None)
    with pytest.raises(CrmSyncError) as caught:
        pipeline.run(sync_type)
    error: BaseException | None = caught.value
    while error is not None:
        assert not [secret for secret in pipeline.account.list_secrets() if secret in str(error)]
        error = error.__cause__ or error.__context__
    assert_nowhere(pipeline, caplog.text)


@pytest.mark.check("secrets_in_errors")
@pytest.mark.one_per("sql_crm")
def test_error_of_a_connection_holds_no_password(pipeline, sync_type, caplog):
    caplog.set_level("DEBUG")
    account = pipeline.account
    assert account.list_secrets()
    account.break_connection(pipeline.entity(sync_type), times=None)
    with pytest.raises(CrmSyncError) as caught:
        pipeline.run(sync_type)
    error: BaseException | None = caught.value
    while error is not None:
        assert not [secret for secret in account.list_secrets() if secret in str(error)]
        error = error.__cause__ or error.__context__
    assert_nowhere(pipeline, caplog.text)
