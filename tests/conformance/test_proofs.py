"""A comparison finds and names every drift, calls nothing drift that is none, and is never too sure."""

from __future__ import annotations

import itertools
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.exceptions import SyncCancelledError
from crm_sync.insight.proofs import read_latest_proofs
from crm_sync.sync.sample import SampleSize, choose_sample
from crm_sync.sync.verify import NotDue
from sandbox.frame.messages import encode_json
from tests.conformance.accounts import SETTINGS
from tests.conformance.drifts import Planter
from tests.conformance.proofs import ask, verify

pytestmark = pytest.mark.postgres

DRIFTS = {
    ("hubspot.contacts", "full"): (
        "lost lost ghost ghost marked first_name=text last_name=text email='x@example.com' "
        "total_revenue=more updated_at=earlier primary_company_id='7'"
    ),
    ("hubspot.associations", "full"): "lost lost ghost link link label='odd'",
    ("pipedrive.deals", "full"): (
        "lost ghost marked title=text currency='XXX' value=more value=more person_id=next org_id=null "
        "expected_close_date=next is_archived=null custom_fields=null"
    ),
    ("salesforce.accounts", "ids"): "lost lost ghost marked updated_at=earlier updated_at=earlier",
    ("salesforce.accounts", "full"): "name=text annual_revenue=more owner_id='005' phone=null",
    ("genius.jobs", "full"): (
        "lost ghost contract_amount=more job_value=more prospect_id=next contract_number=text "
        "add_date=earlier"
    ),
    ("genius.jobs", "ids"): "lost lost ghost updated_at=earlier",
    ("csv.zip_codes", "full"): "lost ghost city=text latitude=more",
}
"""Entity, method, and what is done to its table; see `drifts.Planter`."""
METHODS = {
    "hubspot.contacts": ["full", "ids"],
    "pipedrive.deals": ["full"],
    "genius.jobs": ["full", "ids"],
}
ROUNDS = int(os.environ.get("CRM_SYNC_CLEAN_PROOFS", "3"))


@pytest.fixture
def open_synced(open_pipeline):
    """Start an account and sync one of its entities."""

    def start(name: str):
        crm_source, sync_type = name.split(".")
        pipeline = open_pipeline(crm_source, **SETTINGS.get((crm_source, sync_type), {}))
        assert pipeline.sync(sync_type).is_complete
        # links are settled where their parents were not written since
        for parent in pipeline.account.source.entities[sync_type].after:
            table = pipeline.account.source.entities[parent].table
            pipeline.warehouse.execute(
                f"update {table} set sync_updated_at = sync_created_at - interval '1 d'"
            )
        return pipeline, sync_type

    return start


def test_the_list_of_drifts_is_as_long_as_promised():
    assert sum(len(drifts.split()) for drifts in DRIFTS.values()) >= 50


@pytest.mark.parametrize(("name", "method"), DRIFTS, ids=lambda one: one)
def test_every_planted_drift_is_found_and_named_and_nothing_else_is(open_synced, name, method):
    pipeline, sync_type = open_synced(name)
    entity = pipeline.account.source.entities[sync_type]
    planter = Planter(pipeline.warehouse, entity)
    planted = {found for drift in DRIFTS[name, method].split() for found in planter.plant(drift)}
    proof = verify(pipeline, sync_type, method)
    assert {(one.kind, one.record_id, one.column) for one in proof.examples} == planted
    assert (str(proof.verdict), proof.differences) == ("different", len(planted))
    examples = pipeline.warehouse.fetch_one(
        "select jsonb_array_length(examples), verdict from crm_sync.latest_proofs where sync_type = %s",
        (sync_type,),
    )
    assert examples == (min(20, len(planted)), "different")


@pytest.mark.parametrize("name", METHODS)
def test_changes_at_the_source_are_no_drift_whether_a_run_has_read_them_or_not(open_synced, name):
    pipeline, sync_type = open_synced(name)
    entity, dice = pipeline.account.source.entities[sync_type], random.Random(5)
    for _ in range(ROUNDS):
        pipeline.pass_time(3600)
        waiting = dice.randrange(4)
        if waiting:
            pipeline.account.change(entity, waiting)
        if dice.random() < 0.5:
            pipeline.account.add(entity)
            waiting += 1
        if dice.random() < 0.5:
            assert pipeline.run(sync_type).is_complete
            waiting = 0
        proof = verify(pipeline, sync_type, dice.choice(METHODS[name]))
        assert (str(proof.verdict), proof.examples, proof.newer >= bool(waiting)) == ("equal", (), True)
        if waiting:
            assert pipeline.run(sync_type).is_complete


def test_a_source_that_does_not_list_twice_alike_proves_nothing(open_synced):
    pipeline, sync_type = open_synced("pipedrive.deals")
    reads = itertools.count(1)
    open_source, answer, left_out = pipeline.account.open_source, pipeline.account.fake.answer, [0]

    def open_another(*arguments, **how):
        left_out[0] = next(reads)
        return open_source(*arguments, **how)

    def answer_without_one(request):
        response = answer(request)
        if not request.path.endswith("/deals"):
            return response
        payload = pipeline.account.read_body(response.body)
        # within one read it is always the same record that is not there
        payload["data"] = [one for one in payload["data"] if one["id"] != 100 + left_out[0]]
        return replace(response, body=encode_json(payload))

    pipeline.account.open_source = open_another
    pipeline.account.fake.answer = answer_without_one
    proof = verify(pipeline, sync_type)
    assert (str(proof.verdict), proof.differences, proof.examples) == ("not provable", 0, ())
    assert proof.reason.startswith("the source did not list twice alike: 1 differences came once only")


def test_a_source_that_hides_records_is_never_called_equal(open_synced):
    pipeline, sync_type = open_synced("callrail.calls")
    proof = verify(pipeline, sync_type)
    assert (str(proof.verdict), proof.compared > 0) == ("not provable", True)
    assert "does not list all that it has" in proof.reason
    # such a list is not read whole again each day in vain
    assert isinstance(ask(pipeline, sync_type, "slice"), NotDue)


def test_a_difference_in_a_record_without_a_time_is_neither_drift_nor_equal(open_synced):
    pipeline, sync_type = open_synced("genius.job_statuses")
    assert verify(pipeline, sync_type).verdict == "equal"
    pipeline.account.change(pipeline.account.source.entities[sync_type], 2)
    proof = verify(pipeline, sync_type)
    assert (str(proof.verdict), proof.differences, proof.examples) == ("not provable", 0, ())
    assert proof.reason.startswith("2 records that have no time of change in this entity differ")


def test_an_entity_that_no_run_has_read_and_a_source_that_fails_are_not_provable(open_pipeline):
    pipeline = open_pipeline("csv")
    proof = verify(pipeline, "zip_codes")
    assert (str(proof.verdict), proof.reason[:12]) == ("not provable", "no run has r")
    assert pipeline.run("zip_codes").is_complete
    file = pipeline.account.folder / "zip_codes.csv"
    file.rename(file.with_suffix(".gone"))
    proof = verify(pipeline, "zip_codes")
    assert proof.verdict == "not provable"
    assert "could not be read" in proof.reason or "missing" in proof.reason


def test_a_killed_comparison_leaves_no_proof_and_no_files(open_synced):
    pipeline, sync_type = open_synced("pipedrive.deals")
    before = pipeline.warehouse.fetch_one("select count(*) from crm_sync.proofs")
    with pytest.raises(SyncCancelledError):
        verify(pipeline, sync_type, stop=lambda: True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm_sync.sync.proof_reader.compare_staged", die)
        with pytest.raises(SystemExit):
            verify(pipeline, sync_type)
    assert pipeline.warehouse.fetch_one("select count(*) from crm_sync.proofs") == before
    assert list((pipeline.folder / "pipedrive" / sync_type).iterdir()) == []


def die(*_arguments, **_how):
    raise SystemExit


def test_a_whole_read_keeps_what_it_found_and_mended_and_a_delta_keeps_nothing(open_synced):
    pipeline, sync_type = open_synced("genius.jobs")
    entity = pipeline.account.source.entities[sync_type]
    proof = read_proof(pipeline)
    assert (proof.verdict, proof.differences, proof.mended, proof.newer) == ("equal", 0, False, 130)
    planter = Planter(pipeline.warehouse, entity)
    planted = {found[:2] for drift in ("lost", "contract_amount=more") for found in planter.plant(drift)}
    pipeline.pass_time(7200)
    pipeline.account.change(entity, 3)
    pipeline.run(sync_type)
    assert read_proof(pipeline).id == proof.id
    run = pipeline.run(sync_type, full=True)
    proof = read_proof(pipeline)
    assert (proof.verdict, proof.mended, proof.differences) == ("equal", True, 2)
    assert {(one["kind"], one["record_id"]) for one in proof.examples} == planted
    assert (proof.sync_history_id, proof.compared, proof.verified_through) == (
        run.history_id,
        130,
        run.plan.until,
    )
    assert verify(pipeline, sync_type).verdict == "equal"


def read_proof(pipeline):
    (proof,) = read_latest_proofs(pipeline.warehouse.connect).values()
    return proof


def test_slices_go_through_the_table_and_find_what_is_in_them(open_synced, monkeypatch):
    monkeypatch.setattr("crm_sync.sync.verify.FEWEST_CALLS", 0)
    monkeypatch.setattr("crm_sync.sync.slices.DAYS", 3)
    pipeline, sync_type = open_synced("genius.jobs")
    planter = Planter(pipeline.warehouse, pipeline.account.source.entities[sync_type])
    planted = {found[:2] for drift in ("lost", "ghost", "job_value=more") for found in planter.plant(drift)}
    # a record that changed since has left the slice of its earlier time, and is no ghost there
    pipeline.pass_time(7200)
    pipeline.account.change(pipeline.account.source.entities[sync_type], 5)
    found, spans, compared = set(), set(), 0
    for _ in range(5):
        proof = verify(pipeline, sync_type, "slice")
        spans.add(proof.slice["from"])
        compared += proof.compared
        found |= {(one.kind, one.record_id) for one in proof.examples}
    assert found == planted
    assert len(spans) >= 3
    assert compared >= 120
    # what one slice found is not made good by the next, which is about others
    assert read_proof(pipeline).verdict == "different"


def test_counts_alone_are_equal_or_prove_nothing(open_synced):
    pipeline, sync_type = open_synced("hubspot.contacts")
    assert str(verify(pipeline, sync_type, "count").verdict) == "equal"
    pipeline.warehouse.execute(
        "delete from hubspot.contacts where id = (select min(id) from hubspot.contacts)"
    )
    proof = verify(pipeline, sync_type, "count")
    assert (str(proof.verdict), proof.source_count - proof.table_count) == ("not provable", 1)
    # and they say nothing about the latest proof
    assert read_proof(pipeline).method == "full"


@pytest.mark.parametrize("name", ["hubspot.contacts", "pipedrive.deals"])
def test_what_the_source_calls_deleted_is_in_neither_count(open_synced, name):
    pipeline, sync_type = open_synced(name)
    account = pipeline.account
    entity = account.source.entities[sync_type]
    assert len(account.mark_gone(entity, 3)) == 3
    pipeline.pass_time(3600)
    assert pipeline.sync(sync_type, full=True).is_complete
    live = len(account.expected(entity).live)
    assert 0 < live < len(account.expected(entity).rows)
    run, compared = read_proof(pipeline), verify(pipeline, sync_type, "full")
    assert (run.source_count, run.table_count) == (live, live)
    assert (str(compared.verdict), compared.source_count, compared.table_count) == ("equal", live, live)
    assert compared.compared > live


@pytest.mark.parametrize("name", ["hubspot.contacts", "genius.jobs"])
def test_a_sample_finds_what_is_wrong_with_its_rows_and_calls_no_lost_record_equal(open_synced, name):
    pipeline, sync_type = open_synced(name)
    entity = pipeline.account.source.entities[sync_type]
    few, everything = SampleSize(rows=7), SampleSize(share=1.0)
    proof = verify(pipeline, sync_type, "sample", sample=few)
    assert (str(proof.verdict), proof.compared, proof.source_count) == ("equal", 7, 7), proof.reason
    assert "7 of" in proof.reason
    assert "fewer than 35 % differ. Source and table both count" in proof.reason
    # a sample is no proof of the whole
    assert read_proof(pipeline).method == "full"
    planter = Planter(pipeline.warehouse, entity)
    assert len(list(planter.plant("lost"))) == 1
    proof = verify(pipeline, sync_type, "sample", sample=everything)
    assert (str(proof.verdict), proof.differences) == ("not provable", 0)
    assert "A sample finds no record that the table lacks, and the source counts" in proof.reason
    # a record that has changed since waits for the next run
    pipeline.pass_time(3600)
    pipeline.account.change(entity, 2)
    column = {"genius.jobs": "contract_number=text", "hubspot.contacts": "first_name=text"}[name]
    planted = {found for drift in ("ghost", column) for found in planter.plant(drift)}
    proof = verify(pipeline, sync_type, "sample", sample=everything)
    assert {(one.kind, one.record_id, one.column) for one in proof.examples} == planted
    assert (str(proof.verdict), proof.differences, proof.newer >= 1) == ("different", 2, True)
    assert (read_proof(pipeline).method, read_proof(pipeline).verdict) == ("sample", "different")


def test_a_sample_has_the_same_rows_for_the_same_seed_and_asks_for_no_list(open_synced):
    pipeline, sync_type = open_synced("hubspot.contacts")
    seen, asked = [], pipeline.account.fake.answer

    def answer(request):
        seen.append(request.path)
        return asked(request)

    pipeline.account.fake.answer = answer
    samples = [
        choose_sample(
            pipeline.warehouse.connect,
            pipeline.account.source.entities[sync_type],
            SampleSize(rows=20, seed=seed),
            begun=datetime.now(UTC) + timedelta(days=1),
        ).keys
        for seed in ("a", "a", "b")
    ]
    assert (samples[0] == samples[1], len(samples[0]), samples[0] == samples[2]) == (True, 20, False)
    assert verify(pipeline, sync_type, "sample", sample=SampleSize(rows=20)).verdict == "equal"
    paths = [path for path in seen if "/objects/" in path]
    assert sorted({path.rsplit("/", 1)[-1] for path in paths}) == ["read", "search"]
    assert len(paths) <= 3
