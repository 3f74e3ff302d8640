"""What can be wrong with an entity: a word, a sentence and since when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_ERROR = re.compile(r"\b([A-Z][A-Za-z]*Error)\b(?=: )")


class Health(StrEnum):
    """How an entity is, the worst first."""

    FAILED = "failed"
    ABANDONED = "abandoned"
    LATE = "late"
    NEVER = "never"
    DIFFERENT = "different"
    SILENT = "silent"
    REJECTING = "rejecting"
    UNRELIABLE = "unreliable"
    BUDGET = "budget"
    OVERDUE = "overdue"
    PARTIAL = "partial"
    RUNNING = "running"
    FRESH = "fresh"


RANKS = {health: rank for rank, health in enumerate(Health)}
"""The worst has the lowest number."""

GOOD = frozenset({Health.PARTIAL, Health.RUNNING, Health.FRESH})
"""What nobody has to be woken for."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Args:
        crm_source: where.
        sync_type: the entity; None: it is about the CRM as a whole.
        kind: in one word.
        sentence: why.
        since: when it began; None: nobody knows.
        dag_id: of the latest run.
        run_id: of the latest run.
    """

    crm_source: str
    sync_type: str | None
    kind: Health
    sentence: str
    since: datetime | None = None
    dag_id: str | None = None
    run_id: str | None = None

    @property
    def name(self) -> str:
        """Give the entity with its CRM, or the CRM alone."""
        return self.crm_source if self.sync_type is None else f"{self.crm_source}.{self.sync_type}"

    @property
    def error(self) -> str:
        """Name the class of the error that ended the run; empty: it was none, or it was not noted."""
        found = _ERROR.search(self.sentence) if self.kind is Health.FAILED else None
        return "" if found is None else found[1]

    def __str__(self) -> str:
        """One sentence with the name in front."""
        return f"{self.name} is {self.kind}: {self.sentence}"
