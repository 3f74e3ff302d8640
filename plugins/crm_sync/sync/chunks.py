"""The chunk loops of transform and validate: staged file in, staged file out, one chunk in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import SyncCancelledError
from crm_sync.log_messages import LimitedLog, log_findings
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.sync.refresh_chunks import narrow_entity
from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk

log = logging.getLogger(__name__)


def transform_chunks(entity: EntityConfig, staging: Staging, *, stop: Callable[[], bool]) -> dict[str, float]:
    """Turn every remaining raw chunk into a typed chunk and its findings.

    Returns:
        Figures for the history row.

    Raises:
        SyncCancelledError: Airflow asked the task to end; done chunks are kept.
    """
    _do_each(staging, staging.manifest.transformed, partial(_transform_one, entity, staging), stop)
    return {}


def validate_chunks(
    entity: EntityConfig, staging: Staging, *, skip_validation: bool, stop: Callable[[], bool]
) -> dict[str, float]:
    """Judge every typed chunk that is not judged yet.

    Returns:
        Figures for the history row.

    Raises:
        SyncCancelledError: Airflow asked the task to end; done chunks are kept.
    """
    validate = partial(_validate_one, entity, staging, skip_validation=skip_validation)
    _do_each(staging, staging.manifest.validated, validate, stop)
    return {}


def _do_each(
    staging: Staging, done: list[int], work: Callable[[RawChunk, LimitedLog], None], stop: Callable[[], bool]
) -> None:
    """Do the remaining chunks, and note each one in the manifest before the next."""
    lines = LimitedLog(log)
    for chunk in staging.manifest.chunks:
        if chunk.number in done:
            continue
        if stop():
            raise SyncCancelledError("Stopped from Airflow between two chunks; finished chunks are kept.")
        work(chunk, lines)
        done.append(chunk.number)
        staging.save_manifest()
    lines.close()


def _transform_one(entity: EntityConfig, staging: Staging, chunk: RawChunk, lines: LimitedLog) -> None:
    # a separate function, so that one chunk is freed before the next is read
    name = f"{chunk.number:05d}"
    narrow = narrow_entity(entity, chunk)
    result = transform_chunk(staging.read_raw(chunk), narrow, key_paths=chunk.key_paths)
    staging.write_frame("typed", name, result.typed)
    staging.write_frame("typed", f"{name}.findings", result.findings)
    log_findings(lines, entity, result.findings)


def _validate_one(
    entity: EntityConfig, staging: Staging, chunk: RawChunk, lines: LimitedLog, *, skip_validation: bool
) -> None:
    name = f"{chunk.number:05d}"
    findings = staging.read_frame("typed", f"{name}.findings")
    typed = staging.read_frame("typed", name)
    verdicts = validate_chunk(typed, findings, narrow_entity(entity, chunk), skip_validation=skip_validation)
    staging.write_frame("verdicts", name, verdicts)
    log_findings(lines, entity, _only_new(verdicts, findings))


def _only_new(verdicts: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Give validate's findings without transform's, which are already logged."""
    return verdicts.join(findings, on=["row", "field", "rule"], how="anti", nulls_equal=True)
