"""Sentences about findings of a save that make no run fail: for the log, the history row and the preview."""

from __future__ import annotations

from collections.abc import Mapping

from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.save_findings import COLLISION, FUTURE, OLDER, UNREAD

_COLLISION_TAKEN = (
    "Records with the same key and modified time as another record of this read, but other values, so "
    "that the later one was taken"
)
_COLLISION_REJECTED = (
    "Records with the key of another record, which were kept out of the table (crm_sync.rejected_records "
    "has them, rule collision)"
)
_OLDER = (
    "Rows that differ from the source but were left as they are, because the source's modified time is "
    "older (`older: take` in the entity's YAML takes the source's values)"
)
_FUTURE = (
    "Records saved with a modified time so far in the future that it counts as unknown "
    "(crm_sync.rejected_records has them, rule future_time)"
)

_UNREAD = "A refresh brought values that can't be read, so they are null until a full read reports them"


def build_notes(counts: Counts, examples: Mapping[str, str]) -> list[str]:
    """Describe a run's findings.

    Args:
        counts: of the whole run.
        examples: name of a finding to one record that has it.
    """
    found = (
        (counts.collisions - counts.collisions_rejected, COLLISION, _COLLISION_TAKEN),
        (counts.collisions_rejected, COLLISION, _COLLISION_REJECTED),
        (counts.older, OLDER, _OLDER),
        (counts.future, FUTURE, _FUTURE),
    )
    notes = [
        f"{sentence}: {count:,}{f', for example {examples[name]}' if name in examples else ''}."
        for count, name, sentence in found
        if count
    ]
    return [*notes, *([f"{_UNREAD}, for example {examples[UNREAD]}."] if UNREAD in examples else [])]
