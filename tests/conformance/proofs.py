"""Compares an entity's table with its source as `crm-sync verify` does, in this process."""

from __future__ import annotations

import itertools
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.proofs import Method, Proof
from crm_sync.sync.estimate import Estimate, estimate_run
from crm_sync.sync.look_ahead import look_ahead
from crm_sync.sync.run import EntityRun
from crm_sync.sync.sample import SampleSize
from crm_sync.sync.verify import NotDue, Verifier
from tests.conformance.driver import Pipeline, PipelineCrm

_numbers = itertools.count(1)


def verify(
    pipeline: Pipeline,
    sync_type: str,
    method: str = "full",
    *,
    entity: EntityConfig | None = None,
    **how: Any,
) -> Proof:
    """Compare, and give the proof."""
    result = ask(pipeline, sync_type, method, entity=entity, **how)
    assert isinstance(result, Proof), result
    return result


def ask(
    pipeline: Pipeline,
    sync_type: str,
    method: str = "full",
    *,
    entity: EntityConfig | None = None,
    sample: SampleSize | None = None,
    **how: Any,
) -> Proof | NotDue:
    """Compare, where that is due."""
    entity = entity or pipeline.account.source.entities[sync_type]
    name = f"verify-{next(_numbers)}"

    def make_run(one: EntityConfig, options: RunOptions, part: str) -> EntityRun:
        return make_side_run(pipeline, one, options, f"{name}-{part}")

    connect = pipeline.warehouse.connect
    verifier = Verifier(pipeline.account.source, entity, connect, make_run, clock=pipeline.now, **how)
    return verifier.verify(Method(method), **({} if sample is None else {"sample": sample}))


def plan(pipeline: Pipeline, sync_type: str, options: RunOptions) -> Estimate:
    """Estimate a run as `crm-sync plan` does."""
    source = pipeline.account.source
    entity = source.entities[sync_type]
    run = make_side_run(pipeline, entity, options, f"plan-{next(_numbers)}")
    ahead = look_ahead(run, stop=lambda: False)
    return estimate_run(pipeline.warehouse.connect, source, entity, ahead)


def make_side_run(pipeline: Pipeline, entity: EntityConfig, options: RunOptions, run_id: str) -> EntityRun:
    """Make a run that writes no table."""
    identity = RunIdentity(
        crm_source=entity.crm_source,
        sync_type=entity.sync_type,
        dag_id="crm_sync_verify",
        run_id=run_id,
        try_number=1,
        in_process=True,
        host="conformance",
        pid=1,
    )
    return EntityRun(
        source=pipeline.account.source,
        entity=entity,
        options=options,
        identity=identity,
        connect=pipeline.warehouse.connect,
        staging_base=pipeline.folder,
        crm=PipelineCrm(pipeline.account, pipeline.warehouse),
        clock=pipeline.now,
    )
