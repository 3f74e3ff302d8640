"""Judges a comparison: equal, different, or not provable, and the sentences that say why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from crm_sync.storage.proofs import Proof, Verdict
from crm_sync.sync.compare import Comparison
from crm_sync.sync.proof_reader import Found


def judge(proof: Proof, until: datetime, found: Found) -> Proof:
    """Give a proof its verdict.

    Args:
        proof: as it was begun.
        until: end of the last complete run's window, aware UTC.
        found: by the comparison.
    """
    seen, since = found.comparison, f"{until:%Y-%m-%d %H:%M UTC}"
    doubts, notes = list(_list_doubts(found, since)), list(_list_notes(seen, since))
    verdict = Verdict.EQUAL
    if seen.total:
        verdict = Verdict.DIFFERENT
        notes += [f"{doubt[0].upper()}{doubt[1:].rstrip('.')}." for doubt in doubts]
    elif doubts:
        verdict = Verdict.NOT_PROVABLE
        notes.insert(0, "; ".join(doubt.rstrip(".") for doubt in doubts) + ".")
    return replace(
        proof,
        verdict=verdict,
        reason=" ".join(notes) or None,
        source_count=seen.records,
        table_count=seen.rows,
        compared=seen.compared,
        differences=seen.total,
        newer=seen.newer,
        examples=seen.differences,
        verified_through=until if seen.newer else max(seen.until, until),
    )


def _list_doubts(found: Found, since: str) -> Iterator[str]:
    seen = found.comparison
    if seen.unread:
        yield seen.unread
    if found.vanished:
        yield f"the source did not list twice alike: {found.vanished:,} differences came once only"
    if seen.undated:
        has_time = found.settled.can_date
        why = "carry no time of change" if has_time else "have no time of change in this entity"
        yield (
            f"{seen.undated:,} records that {why} differ, and may have changed since the last complete "
            f"run ({since})"
        )


def _list_notes(seen: Comparison, since: str) -> Iterator[str]:
    if seen.newer:
        yield f"{seen.newer:,} records changed at the source after {since}; the next run reads them."
    if seen.rejected:
        yield f"{seen.rejected:,} records are kept out by rules, and were not compared."
    if seen.ghosts and seen.total:
        yield "Rows without a record may have been deleted at the source since the last whole read."
