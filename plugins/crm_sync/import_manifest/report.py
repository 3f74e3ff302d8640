"""Says of each stream what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from crm_sync.import_manifest.findings import Verdict


def describe(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Give the lines of the report: a stream each, with its doubts or reasons below it."""
    for verdict in verdicts:
        name = f" as {verdict.entity}" if verdict.entity and verdict.entity != verdict.stream else ""
        yield f"{verdict.stream}: {verdict.outcome}{name}"
        for lack in verdict.lacks:
            yield f"  because: {lack}"
        if not verdict.lacks:
            yield from (f"  doubt: {doubt}" for doubt in verdict.doubts)
    counts = Counter(verdict.outcome for verdict in verdicts)
    yield ", ".join(
        f"{counts[outcome]} {outcome}" for outcome in ("converted", "converted with doubts", "not converted")
    )
