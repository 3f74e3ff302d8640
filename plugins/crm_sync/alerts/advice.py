"""What to do about a finding, in a sentence for each kind of cause."""

from __future__ import annotations

from collections.abc import Mapping

from crm_sync.insight.findings import Finding, Health

_ERRORS: Mapping[str, str] = {
    "AuthenticationError": (
        "Correct the key, or its rights, in the connection {connection}; `crm-sync check {crm}` says what is "
        "missing."
    ),
    "ConfigError": "Correct the place that the sentence names; `crm-sync check {crm}` reads the YAML again.",
    "OptionsError": "Start the run again without the flag that the sentence names.",
    "RateLimitedError": (
        "Usually nothing: the next run goes on. If it stays, lower the limits of the connection "
        "{connection}, or find who else uses the account."
    ),
    "QuotaExhaustedError": "Nothing, if the quota is enough for a day: the next run goes on from there.",
    "SourceUnavailableError": "Look whether {crm} is down; the next run reads all that this one missed.",
    "UnexpectedResponseError": (
        "{crm} answers in another shape than before: compare its answer with the entity's YAML."
    ),
    "PaginationLoopError": "{crm} repeats its pages: look at `paging` and `max_pages` in the entity's YAML.",
    "SchemaFaultError": "Bring table and YAML together, or grant the right that the sentence names.",
    "UnforeseenError": "Give the log's traceback to whoever maintains the code: only a change there helps.",
    "DatabaseUnavailableError": "See whether the warehouse runs and has room; the next run goes on.",
    "AlreadyRunningError": "Look at crm_sync.running_runs: another run holds the entity.",
    "SupersededError": "Nothing, if the other run went well: two runs worked on one entity.",
}
_KINDS: Mapping[Health, str] = {
    Health.FAILED: "Read the log of the run; once the cause is gone, the next run reads the window again.",
    Health.ABANDONED: (
        "Nothing if the next run starts soon: it closes this one. Otherwise see `A run that seems stuck` in "
        "docs/operations.md."
    ),
    Health.LATE: "See whether the DAG crm_sync_{crm} is paused, its runs are queued, or one takes too long.",
    Health.NEVER: "Read the sentence; a table can be trusted once its whole source was read.",
    Health.UNRELIABLE: "Compare the failed runs of the day: `crm-sync history {crm}` lists them.",
    Health.SILENT: (
        "Look at the source itself: does {crm} have new records that the key can't see, or did whatever "
        "fills it stop?"
    ),
    Health.REJECTING: (
        "`crm-sync rejected {crm}` says which rule and field; correct the source or the YAML, then replay."
    ),
    Health.DIFFERENT: "Start a run with `full`; if the difference stays, compare the examples of the proof.",
    Health.OVERDUE: "See in the log of the run what it waits for: a limit, a large read, or a free worker.",
    Health.BUDGET: (
        "Let fewer entities read today, or ask {crm} for a larger quota; a run that uses it up ends as "
        "partial, and the next one goes on tomorrow."
    ),
}


def advise(finding: Finding, connection_id: str) -> str:
    """Say what to do.

    Args:
        finding: what is wrong.
        connection_id: Airflow connection of its CRM.
    """
    text = _ERRORS.get(finding.error) or _KINDS.get(finding.kind, "Read the sentence.")
    return text.format(crm=finding.crm_source, connection=connection_id)
