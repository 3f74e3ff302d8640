"""How a run ended: its status, the sentence that explains it, and whether its window is complete."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode, SyncStatus
from crm_sync.log_messages import format_completion
from crm_sync.storage.history.history_rows import Counts, HistoryRow
from crm_sync.storage.staging import Manifest
from crm_sync.sync.window import RunPlan

log = logging.getLogger(__name__)
_SHOWN_REFUSALS = 3
_NOTED_LINES, _NOTED_CHARS = 50, 2_000
"""Most of a dry run's report that Airflow keeps: its database is no place for more."""


@dataclass(frozen=True)
class SaveResult:
    """The result of a save.

    Args:
        counts: of the whole run, all tries together.
        status: success or partial.
        reason: why it is partial, the reason first; None after success.
        window: sync_history.configuration.window.
        report: lines of a dry run, empty otherwise.
        is_swept: no sweep was refused; otherwise the next run must not treat the source as compared.
        notes: findings of save that do not make the run partial.
    """

    counts: Counts
    status: SyncStatus
    reason: str | None
    window: dict[str, Any]
    report: list[str] = field(default_factory=list)
    is_swept: bool = True
    notes: tuple[str, ...] = ()

    @classmethod
    def from_history(cls, row: HistoryRow) -> SaveResult:
        """Give the stored figures of a run whose row is closed."""
        return cls(row.counts, row.status, row.error_message, dict(row.configuration.get("window", {})))

    def to_configuration(self, manifest: Manifest) -> dict[str, Any]:
        """Give the values that the end of a run adds to sync_history.configuration.

        A read that a quota cut off leaves its resume point, from which the next default run continues.
        """
        resume = None
        is_plain = bool(manifest.plan.get("moves_watermark")) and not manifest.plan.get("force")
        if manifest.can_resume and is_plain:
            point = {"plan": manifest.plan, "cursors": manifest.cursors}
            resume = {**point, "own_options": manifest.own_options, "labels": manifest.labels}
            resume["origin"] = manifest.origin
        # without its facts, an unchanged file is read again, and a sweep that is still due is reported again
        facts = manifest.source if self.is_swept else {}
        # these belong to the window, however the run ended otherwise
        walks, bookmarks = manifest.source.get("walks"), manifest.source.get("bookmarks")
        kept = {"walks": walks} if bookmarks is None else {"walks": walks, "bookmarks": bookmarks}
        said = [*manifest.notes, *self.notes]
        notes: dict[str, Any] = {"notes": said} if said else {}
        if manifest.keys:
            notes["keys"] = manifest.keys
        if labels := {**manifest.earlier_labels, **manifest.labels}:
            notes["labels"] = labels
        origin = {"origin": manifest.origin} if manifest.origin else {}
        return {"window": self.window, "source": facts, **kept, **notes, **origin, "resume": resume}

    def to_json(self) -> dict[str, Any]:
        """Give the figures for XCom and the asset event."""
        counts = self.counts
        return {
            "status": self.status.value,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "failed": counts.failed,
            "deleted": counts.deleted,
            "window": self.window,
        }

    def to_note(self) -> dict[str, Any]:
        """Give the figures of a dry run with its report, as the log has it, cut to what Airflow may keep."""
        return {**self.to_json(), "report": [line[:_NOTED_CHARS] for line in self.report[:_NOTED_LINES]]}

    def log_end(self, entity: EntityConfig) -> None:
        """Log how the entity's run ended, and why not all of it was done."""
        counts = self.counts
        detail = f"{counts.unchanged} unchanged, {counts.deleted} deleted, {counts.duplicates} duplicates"
        line = format_completion(
            entity.crm_source,
            entity.sync_type,
            created=counts.created,
            updated=counts.updated,
            failed=counts.failed,
            detail=detail,
        )
        log.info("%s", line)
        for note in self.notes:
            log.warning("%s %s: %s", entity.crm_source, entity.sync_type, note)
        if self.reason:
            log.warning(
                "%s %s ended as %s: %s", entity.crm_source, entity.sync_type, self.status, self.reason
            )


def judge_outcome(
    entity: EntityConfig,
    manifest: Manifest,
    plan: RunPlan,
    counts: Counts,
    reasons: Sequence[str],
    *,
    notes: Sequence[str] = (),
) -> SaveResult:
    """Judge a run whose chunks are all saved.

    Args:
        entity: configuration.
        manifest: what was fetched.
        plan: what should have been read.
        counts: of the whole run.
        reasons: why rows were not swept.
        notes: findings of save that do not make the run partial.

    Returns:
        `partial` when something was left unread, not swept or rejected; the window is complete when all of it
        was read and it leaves no gap, also with rejected records, since those are kept.
    """
    unread = manifest.incomplete_reason or plan.unread_reason
    sentences = [*([unread] if unread else []), *_name_refused(manifest), *reasons]
    if not manifest.fetched and not unread:
        sentences.append("The fetch did not finish.")
    if counts.failed:
        sentences.append(
            f"{counts.failed:,} of {counts.processed:,} records were rejected; crm_sync.rejected_records has "
            f"them with their reasons (crm_source {entity.crm_source}, sync_type {entity.sync_type})."
        )
    complete = (
        plan.moves_watermark and plan.mode is not SyncMode.REPLAY and manifest.fetched and unread is None
    )
    return SaveResult(
        counts=counts,
        status=SyncStatus.PARTIAL if sentences else SyncStatus.SUCCESS,
        reason=" ".join(sentences) or None,
        window=plan.window(complete=complete),
        is_swept=not reasons,
        notes=tuple(notes),
    )


def _name_refused(manifest: Manifest) -> list[str]:
    """Say which parts of the source refused to be read; they do not hold up the window of the others."""
    refused: dict[str, str] = manifest.source.get("refused") or {}
    if not refused:
        return []
    shown = "; ".join(itertools.islice(refused.values(), _SHOWN_REFUSALS))
    more = f"; and {len(refused) - _SHOWN_REFUSALS:,} more" if len(refused) > _SHOWN_REFUSALS else ""
    return [f"Left unread until they answer, then read from the start: {shown}{more}."]
