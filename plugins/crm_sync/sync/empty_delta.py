"""Ends a delta that found nothing: its row is closed after fetch, and the other stages are skipped."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Stage
from crm_sync.log_messages import format_completion
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history import sync_history
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.staging import Staging
from crm_sync.sync.outcome import SaveResult, judge_outcome
from crm_sync.sync.window import RunPlan

log = logging.getLogger(__name__)


def close_empty_delta(
    entity: EntityConfig,
    staging: Staging,
    connect: Connect,
    *,
    history_id: int | None,
    metrics: Mapping[str, float],
) -> SaveResult:
    """Close the run's row; a dry run has none, and says so in the log and in its report.

    Args:
        entity: configuration.
        staging: the run's folder, fetched and without records.
        connect: makes a warehouse connection.
        history_id: the run's row; None: a dry run.
        metrics: fetch's figures.

    Raises:
        SupersededError: the row was closed or taken over.
    """
    log.info("%s", format_completion(entity.crm_source, entity.sync_type, created=0, updated=0, failed=0))
    if history_id is None:
        for note in staging.manifest.notes:
            log.info("Dry run %s %s: %s", entity.crm_source, entity.sync_type, note)
        plan = RunPlan.from_json(staging.manifest.plan)
        found = judge_outcome(entity, staging.manifest, plan, Counts(), [])
        return replace(found, report=list(staging.manifest.notes))
    with open_transaction(connect) as cursor:
        sync_history.fence(cursor, history_id)
        sync_history.add_progress(cursor, history_id, stage=Stage.FETCH, metrics=metrics)
        row = sync_history.select_history(cursor, history_id)
        plan = RunPlan.from_json(staging.manifest.plan)
        result = judge_outcome(entity, staging.manifest, plan, row.counts, [])
        sync_history.close(
            cursor,
            history_id,
            status=result.status,
            error_message=result.reason,
            configuration=result.to_configuration(staging.manifest),
        )
    return result
