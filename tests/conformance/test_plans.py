"""A plan names the window that the run then reads, and leaves nothing behind."""

from __future__ import annotations

import pytest

from crm_sync.config.run_options import RunOptions
from tests.conformance.accounts import SETTINGS
from tests.conformance.proofs import plan

pytestmark = pytest.mark.postgres


def test_plan_is_the_window_and_the_number_of_records_of_the_run_after_it(open_pipeline):
    name = ("salesforce", "accounts")
    pipeline = open_pipeline(name[0], **SETTINGS.get(name, {}))
    assert pipeline.run("accounts").is_complete
    pipeline.pass_time(86_400)
    pipeline.account.change(pipeline.account.source.entities["accounts"], 7)
    pipeline.pass_time(3600)
    found = plan(pipeline, "accounts", RunOptions())
    assert pipeline.warehouse.fetch_one("select count(*) from crm_sync.sync_history") == (1,)
    assert list((pipeline.folder / "salesforce" / "accounts").iterdir()) == []
    run = pipeline.run("accounts")
    assert (found.mode, found.since) == ("delta", run.plan.since)
    assert abs((found.until - run.plan.until).total_seconds()) < 60
    assert (found.records, found.basis) == (run.outcome.records, "counted")


def test_run_that_does_not_fit_into_the_day_says_so_and_reads_as_far_as_it_goes(open_pipeline):
    extra = {"tier": "professional", "requests_per_day": 4}
    pipeline = open_pipeline("hubspot", **SETTINGS["hubspot", "contacts"], extra=extra)
    run = pipeline.run("contacts")
    (warning,) = [note for note in run.row.configuration["notes"] if note.startswith("It needs about ")]
    assert "of the day's 4 (default)" in warning
    assert (run.row.status, run.is_complete) == ("partial", False)
