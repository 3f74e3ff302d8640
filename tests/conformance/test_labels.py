"""Columns that name their field by the label that people see, looked at in the table."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import AuthenticationError, SyncCancelledError, UnexpectedResponseError
from sandbox.frame.messages import Response

LABEL = "Customer Number"
FEW = {"contacts": 6, "companies": 0, "deals": 0, "tickets": 0, "products": 0, "line_items": 0, "calls": 0}


class Crm:
    """One CRM with two custom fields, `first` and `second`; only `first` has the label."""

    def __init__(self, open_pipeline, name, *, above="2000"):
        self.is_hubspot = name == "hubspot"
        extra = {"rate_limits": False, "bulk_threshold": above}
        self.pipeline = open_pipeline(name, **({"counts": FEW} if self.is_hubspot else {"extra": extra}))
        self.changes = self.pipeline.account.fake.changes
        self.kind = "contacts" if self.is_hubspot else "campaigns"
        self.names = ("first_no", "second_no") if self.is_hubspot else ("First_No__c", "Second_No__c")
        add = self.changes.add_property if self.is_hubspot else self.changes.add_field
        for field, label in zip(self.names, (LABEL, "Other"), strict=True):
            add(self.kind, field, label=label)
        self.write()
        self.entity = self.build({"label": "customer number"})

    def build(self, words, **more):
        fields = self.pipeline.account.source.entities[self.kind].model_dump()["fields"]
        return self.pipeline.entity(self.kind, fields={**fields, "number": words, **more})

    def write(self, **options):
        """Stamp all records, with values that tell the fields apart."""
        values = dict(zip(self.names, ("one", "two"), strict=True))
        store = self.pipeline.account.fake.store
        ids = store.ids(self.kind) if self.is_hubspot else list(store.tables[self.kind].records)
        for one in ids:
            self.changes.update(self.kind, one, values, **options)

    def relabel(self, first, second):
        do = self.changes.relabel_property if self.is_hubspot else self.changes.relabel_field
        for name, label in zip(self.names, (first, second), strict=True):
            do(self.kind, name, label)

    def values(self):
        """The different values of the column, and the keys of `extra` that are the two fields'."""
        schema = self.entity.table_schema
        path = "extra -> 'properties'" if self.is_hubspot else "extra"
        rows = self.pipeline.warehouse.fetch_all(
            f"select distinct number, ({path} -> %s) is not null, ({path} -> %s) is not null "
            f"from {schema}.{self.kind} where sync_deleted_at is null",
            self.names,
        )
        return sorted(rows, key=str)


def usually(name):
    """Run a test with one CRM; with the other in `make test-all`."""
    marks = {one: () if one == name else pytest.mark.thorough for one in ("hubspot", "salesforce")}
    return pytest.mark.parametrize(
        "crm", [pytest.param(one, marks=mark) for one, mark in marks.items()], indirect=True
    )


@pytest.fixture(params=["hubspot", "salesforce"])
def crm(request, open_pipeline):
    return Crm(open_pipeline, request.param)


def notes(run):
    return run.row.configuration.get("notes", [])


def test_label_fills_its_column_and_its_move_is_told(crm):
    run = crm.pipeline.sync(crm.entity)
    assert crm.values() == [("one", False, True)]
    assert not any("label" in note for note in notes(run))
    assert any(path.endswith(crm.names[0]) for path in run.row.configuration["keys"]["known"])
    crm.relabel("Other", LABEL)
    crm.write()
    run = crm.pipeline.run(crm.entity)
    assert run.plan.mode == "delta"
    assert crm.values() == [("two", True, False)]
    first, second = crm.names
    moved = f"column number is filled from {second} now and was filled from {first} before"
    assert any(note.startswith(moved) for note in notes(run))
    assert not any("filled from" in note for note in notes(crm.pipeline.run(crm.entity))), "said once"


@usually("hubspot")
def test_renamed_label_leaves_the_column_and_is_filled_again_when_it_is_back(crm):
    crm.pipeline.sync(crm.entity)
    crm.relabel("Customer No.", "Other")
    crm.write()
    run = crm.pipeline.run(crm.entity)
    assert crm.values() == [("one", True, True)]
    first = crm.names[0]
    assert any(f"'Customer No.' ({first})" in note for note in notes(run))
    assert f"{first}, from which column number was filled before, has the label 'Customer No.' now." in notes(
        run
    )
    crm.relabel(LABEL, "Other")
    run = crm.pipeline.run(crm.entity, full=True)
    assert any("field with the label 'customer number' again" in note for note in notes(run))
    assert crm.values() == [("one", False, True)]


def test_move_is_told_even_if_nobody_had_the_label_for_a_while(open_pipeline):
    crm = Crm(open_pipeline, "salesforce")
    entity = crm.build({"label": LABEL}, same={"label": "Campaign ID"})
    for labels in ((LABEL, "Other"), ("Old", "Other"), ("Old", LABEL)):
        crm.relabel(*labels)
        run = crm.pipeline.run(entity)
    moved = "column number is filled from Second_No__c now and was filled from First_No__c before"
    assert any(note.startswith(moved) for note in notes(run))


@usually("salesforce")
def test_key_by_label_finds_its_rows_again_and_what_is_gone(crm):
    label = "object ID" if crm.is_hubspot else "Campaign ID"
    fields = {**crm.entity.model_dump()["fields"], "id": {"label": label, "type": "object_id"}}
    entity = crm.pipeline.entity(crm.kind, fields=fields)
    created = crm.pipeline.run(entity).row.counts.created
    gone = crm.pipeline.account.remove(crm.entity, 1)
    counts = crm.pipeline.run(entity, full=True).row.counts
    assert (counts.created, counts.deleted, counts.unchanged) == (0, len(gone), created - len(gone))


@usually("salesforce")
def test_label_of_two_fields_keeps_the_column_and_stops_a_read_that_needs_it(crm):
    crm.pipeline.sync(crm.entity)
    crm.relabel(LABEL, LABEL.upper())
    crm.write()
    run = crm.pipeline.run(crm.entity)
    assert crm.values() == [("one", True, True)]
    assert any(" and ".join(crm.names) in note for note in notes(run))
    needed = crm.build({"label": LABEL, "required": True})
    with pytest.raises(UnexpectedResponseError, match=f"is that of {crm.names[0]} and {crm.names[1]}, so"):
        crm.pipeline.run(needed)


def test_resumed_read_goes_on_with_the_field_that_it_began_with(crm):
    run = crm.pipeline.begin(crm.entity, batch_size=2)
    crm.pipeline.stop = lambda: bool(run.made.staging.manifest.records)
    with pytest.raises(SyncCancelledError):
        crm.pipeline.fetch(run)
    assert run.made.staging.manifest.records
    crm.relabel("Other", LABEL)
    crm.pipeline.stop = lambda: False
    crm.pipeline.go(run)
    run.made.release(force=True)
    assert crm.values() == [("one", False, True)]
    assert any("is filled from" in note and "to the end of this read" in note for note in notes(run))


@usually("hubspot")
def test_try_that_fails_before_it_asks_leaves_what_the_read_began_with(crm):
    run = crm.pipeline.begin(crm.entity, batch_size=2)
    crm.pipeline.stop = lambda: bool(run.made.staging.manifest.records)
    with pytest.raises(SyncCancelledError):
        crm.pipeline.fetch(run)
    crm.pipeline.stop = lambda: False
    fake, answer = crm.pipeline.account.fake, crm.pipeline.account.fake.answer
    fake.answer = lambda _: Response(401, b"{}")
    with pytest.raises(AuthenticationError):
        crm.pipeline.fetch(run)
    fake.answer = answer
    crm.relabel("Other", LABEL)
    crm.pipeline.go(run)
    run.made.release(force=True)
    assert crm.values() == [("one", False, True)]


@usually("salesforce")
def test_read_that_a_quota_cut_off_goes_on_with_its_field_in_the_next_run(crm):
    entity = crm.entity.model_copy(update={"page_size": 2 if crm.is_hubspot else 2000})
    path = crm.pipeline.account.read_paths(entity)[0]
    crm.pipeline.account.fake.faults.add("daily_limit", path, skip=2, times=None)
    run = crm.pipeline.run(entity)
    assert run.outcome.records
    assert not run.is_complete
    crm.pipeline.account.fake.faults.clear()
    crm.relabel("Other", LABEL)
    run = crm.pipeline.run(entity)
    assert run.is_complete
    assert crm.values() == [("one", False, True)]
    assert any("to the end of this read" in note for note in notes(run))
    run = crm.pipeline.run(entity, full=True)
    assert crm.values() == [("two", True, False)]
    assert any(f"is filled from {crm.names[1]} now" in note for note in notes(run))


@usually("hubspot")
def test_rejected_record_is_replayed_by_the_field_that_it_was_read_with(crm):
    strict = crm.build({"label": "customer number", "type": "integer", "on_error": "reject"})
    assert crm.pipeline.run(strict).row.counts.failed
    run = crm.pipeline.run(crm.entity, replay_rejected=True)
    assert run.row.counts.created
    assert crm.values() == [("one", False, True)]


@usually("salesforce")
def test_dry_run_says_what_a_label_brings(crm):
    run = crm.pipeline.run(crm.entity, dry_run=True)
    assert not run.result.counts.failed
    crm.pipeline.run(crm.build({"source": "nothing"}))
    run = crm.pipeline.run(crm.entity, dry_run=True, full=True)
    assert any("number null -> 'one'" in line for line in run.result.report)


def test_job_fills_a_column_by_label(open_pipeline):
    crm = Crm(open_pipeline, "salesforce", above="10")
    run = crm.pipeline.run(crm.entity)
    assert run.row.configuration["source"]["jobs"]
    assert crm.values() == [("one", False, True)]


@usually("hubspot")
def test_column_by_label_takes_its_values_out_of_extra(crm):
    fields = crm.pipeline.account.source.entities[crm.kind]
    crm.pipeline.run(fields)
    crm.pipeline.run(crm.entity)
    assert crm.values() == [("one", False, True)]


def test_refresh_reads_a_column_by_label(open_pipeline):
    crm = Crm(open_pipeline, "salesforce")
    crm.write(at_ms=1_750_000_000_000)  # no delta looks back that far
    entity = crm.entity.model_copy(
        update={"refresh": crm.entity.refresh.model_copy(update={"columns": ("number",)})}
    )
    crm.pipeline.run(entity)
    for record in crm.pipeline.account.fake.store.tables[crm.kind]:
        record[crm.names[0]] = "later"
    crm.pipeline.pass_time(86_400)
    crm.pipeline.run(entity)
    assert crm.values() == [("later", False, True)]
