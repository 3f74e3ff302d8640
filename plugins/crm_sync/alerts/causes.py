"""Which findings have one cause, so that people are told once of all of them."""

from __future__ import annotations

from crm_sync.insight.findings import Finding, Health

_WHOLE_CRM = frozenset(
    {
        *("AuthenticationError", "RateLimitedError", "QuotaExhaustedError", "SourceUnavailableError"),
        "DatabaseUnavailableError",
    }
)
"""Errors that hit all entities of a CRM, one after another: who comes later has the cause of the first."""


def name_cause(finding: Finding) -> str:
    """Give the cause of a finding: what has one name, in one CRM, is told together."""
    return f"{finding.kind}: {finding.error}" if finding.error else str(finding.kind)


def read_kind(cause: str) -> Health:
    """Give the kind of finding that a cause is of."""
    return Health(cause.partition(":")[0])


def is_of_whole_crm(cause: str) -> bool:
    """Tell whether a cause lies with the CRM or its key, and is over when all entities are rid of it."""
    return cause.partition(": ")[2] in _WHOLE_CRM
