"""Fetch that a quota cut off: what the next run goes on with."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.outcome import judge_outcome
from crm_sync.sync.window import RunPlan
from tests.unit.sync.fetch_support import (
    NOW,
    Run,
    ScriptedSource,
)


def resume_point(run: Run) -> dict[str, Any]:
    manifest = run.staging.manifest
    plan = RunPlan.from_json(manifest.plan)
    result = judge_outcome(run.entity, manifest, plan, Counts(), [])
    assert result.window["complete"] is False
    point = result.to_configuration(manifest)["resume"]
    return json.loads(json.dumps(point))


def test_fetch_entity_cut_off_by_a_quota_goes_on_in_the_next_run(tmp_path: Path):
    first = Run(tmp_path / "1", ScriptedSource(quota=2))
    first.fetch()
    later = NOW + timedelta(days=1)
    second = Run(tmp_path / "2", now=later, resume=resume_point(first))
    plan = second.fetch().plan
    assert first.ids() + second.ids() == list(range(10))
    assert (plan.until, plan.sweep) == (first.fetch().plan.until, "none")
    assert (
        judge_outcome(second.entity, second.staging.manifest, plan, Counts(), []).window["complete"] is True
    )


@pytest.mark.parametrize(
    "flags", [{"full": True}, {"force": True}, {"max_records": 3}, {"dry_run": True}], ids=str
)
def test_fetch_entity_told_what_to_read_takes_no_resume_point_up(tmp_path: Path, flags: dict[str, Any]):
    first = Run(tmp_path / "1", ScriptedSource(quota=2))
    first.fetch()
    second = Run(tmp_path / "2", resume=resume_point(first))
    second.fetch(**flags)
    assert second.ids()[0] == 0


@pytest.mark.parametrize("others", [{}, {"state": "NV"}, {"state": "TX", "owner": 1}], ids=str)
def test_fetch_entity_goes_on_with_the_same_flags_of_the_crms_own_alone(
    tmp_path: Path, others: dict[str, Any]
):
    first = Run(tmp_path / "1", ScriptedSource(quota=2))
    first.fetch(extra={"state": "TX"})
    point = resume_point(first)
    other, same = Run(tmp_path / "2", resume=point), Run(tmp_path / "3", resume=point)
    other.fetch(extra=others)
    same.fetch(extra={"state": "TX"})
    assert other.ids() == list(range(10))
    assert first.ids() + same.ids() == list(range(10))


def test_outcome_of_a_whole_read_leaves_no_resume_point(run: Run):
    run.fetch()
    manifest = run.staging.manifest
    result = judge_outcome(run.entity, manifest, RunPlan.from_json(manifest.plan), Counts(), [])
    assert result.to_configuration(manifest)["resume"] is None


@pytest.mark.parametrize(
    "resume",
    [{"plan": {}, "cursors": {}, "own_options": {}}, {"cursors": {}}, {"plan": None, "cursors": None}],
    ids=["other plan", "no plan", "nulls"],
)
def test_fetch_entity_reads_anew_where_the_resume_point_is_of_another_version(
    tmp_path: Path, resume: dict[str, Any]
):
    run = Run(tmp_path, resume=resume)
    run.fetch()
    assert run.ids() == list(range(10))


def test_outcome_of_a_read_that_leaves_a_gap_leaves_no_resume_point(tmp_path: Path):
    run = Run(tmp_path, ScriptedSource(quota=2))
    run.fetch(start_date=NOW - timedelta(days=3))
    manifest = run.staging.manifest
    result = judge_outcome(run.entity, manifest, RunPlan.from_json(manifest.plan), Counts(), [])
    assert (manifest.can_resume, result.to_configuration(manifest)["resume"]) == (True, None)
