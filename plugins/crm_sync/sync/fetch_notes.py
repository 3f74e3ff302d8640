"""What a read tells beside its pages, kept in the manifest: notes, labels of columns, the keys that came."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from crm_sync.fields.labels import settle_labels
from crm_sync.sources.base import get_labels, get_notes
from crm_sync.sync.fetch_job import FetchJob
from crm_sync.sync.key_memory import MEMORY, note_keys
from crm_sync.sync.news import tell
from crm_sync.sync.window import RunPlan

log = logging.getLogger(__name__)


def remember_keys(job: FetchJob, plan: RunPlan) -> None:
    """Keep which keys came, for the next run, and note what they say of this one."""
    earlier = ((job.watermark and job.watermark.source) or {}).get(MEMORY) or {}
    entity = settle_labels(job.entity, job.staging.manifest.labels)
    take_notes(job, note_keys(job.staging.manifest, entity, plan, earlier))


def take_labels(job: FetchJob) -> None:
    """Keep with the pages what their columns by label are filled from: transform does not ask the account."""
    # a try that ends before it has asked leaves what the tries before it knew
    if labels := get_labels(job.source):
        job.staging.manifest.labels = {name: dict(paths) for name, paths in labels.items()}


def take_notes(job: FetchJob, found: Sequence[str] = ()) -> None:
    """Log the source's notes, once in all tries, and keep them for the history row."""
    known = job.staging.manifest.notes
    for note in (*get_notes(job.source), *found):
        if note not in known:
            known.append(note)
            tell("note", text=note)
            log.warning("%s %s: %s", job.entity.crm_source, job.entity.sync_type, note)
