"""A message about alerts of one cause: its subject and text, and the words that notifiers can use."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from crm_sync.alerts.advice import advise
from crm_sync.alerts.causes import name_cause, read_kind
from crm_sync.alerts.ledger import Alert
from crm_sync.config.models import SourceConfig
from crm_sync.insight.findings import Finding, Health

_NAMED = 3
"""Entities that a subject names; a text names all."""
_SUBJECT_CHARS = 150
_PHRASES: Mapping[Health, tuple[str, str]] = {
    Health.FAILED: ("failed", "no longer fails"),
    Health.ABANDONED: ("has a run that nobody works on", "has no abandoned run any more"),
    Health.LATE: ("is late", "is in time again"),
    Health.NEVER: ("was never read completely", "was read completely"),
    Health.DIFFERENT: ("differs from its source", "equals its source again"),
    Health.SILENT: ("is suspiciously silent", "is no longer silent"),
    Health.REJECTING: ("rejects many records", "rejects few records again"),
    Health.UNRELIABLE: ("fails too often", "runs reliably again"),
    Health.OVERDUE: ("has a run that takes too long", "has no such run any more"),
    Health.BUDGET: ("nears the end of its quota", "has quota again"),
}


@dataclass(frozen=True)
class Message:
    """What people are told.

    Args:
        slots: the words that a notifier's arguments can use, by name; all are texts.
    """

    slots: Mapping[str, str]

    @property
    def subject(self) -> str:
        """The message in one line."""
        return self.slots["subject"]


def build_message(
    source: SourceConfig,
    alerts: Sequence[Alert],
    findings: Sequence[Finding],
    base_url: str,
    *,
    is_over: bool,
    now: datetime,
) -> Message:
    """Write the message about alerts of one cause.

    Args:
        source: their CRM.
        alerts: at least one; all of one CRM and cause.
        findings: all that is wrong at the moment.
        base_url: of Airflow's UI.
        is_over: they are over.
        now: aware; the end of what is over.
    """
    first = alerts[0]
    title, names = source.title or source.crm_source, sorted({one.sync_type for one in alerts} - {""})
    kind = read_kind(first.cause)
    same = [one for one in findings if one.crm_source == source.crm_source and name_cause(one) == first.cause]
    run = next((one for one in same if one.run_id and (one.sync_type in names or not names)), None)
    since = min(one.since for one in alerts)
    phrase = _PHRASES[kind][is_over]
    about = f"{title}: {_name_few(names)} {phrase}" if names else f"{title} {phrase}"
    shown = Finding(first.crm_source, first.sync_type or None, kind, first.sentence)
    slots = {
        "subject": _cut(f"{'Over: ' if is_over else ''}{about}"),
        "state": "over" if is_over else "open",
        "crm": title,
        "crm_source": source.crm_source,
        "entities": ", ".join(names),
        "cause": first.cause,
        "sentence": first.sentence,
        "since": _show(since),
        "what_to_do": "Nothing." if is_over else advise(shown, source.connection_id),
        "link": _link_page(base_url, source.crm_source, names),
        "run_link": "" if run is None or is_over else _link_run(base_url, run),
    }
    lines = [f"{slots['subject']}.", "", f"CRM: {title}"]
    lines += [f"Entities: {slots['entities']}"] if names else []
    lines += [f"Cause: {one}" for one in _list_sentences(alerts)]
    lines += [f"Since: {slots['since']}", *([f"Until: {_show(now)}"] if is_over else [])]
    lines += [f"What to do: {slots['what_to_do']}"]
    others = [one for one in findings if one.crm_source == source.crm_source and one.sync_type in names]
    if is_over and others:
        lines += ["Still open:", *(f"  {one}" for one in others)]
    lines += [f"Page: {slots['link']}", *([f"Run: {slots['run_link']}"] if slots["run_link"] else [])]
    text = "\n".join(lines)
    return Message({**slots, "text": text, "html": _as_html(text)})


def build_deadline_message(source: SourceConfig, run_id: str, base_url: str, now: datetime) -> Message:
    """Write that a run of a CRM's DAG has not ended by its deadline.

    Args:
        source: the CRM.
        run_id: of the DAG run.
        base_url: of Airflow's UI.
        now: aware.
    """
    since = now - timedelta(seconds=source.dag.deadline or 0)
    sentence = f"The run {run_id} has not ended yet, and its deadline is over."
    alert = Alert(0, source.crm_source, "", str(Health.OVERDUE), sentence, since, (), None, None, (), None)
    dag_id = f"crm_sync_{source.crm_source}"
    run = Finding(source.crm_source, None, Health.OVERDUE, sentence, since, dag_id=dag_id, run_id=run_id)
    return build_message(source, [alert], [run], base_url, is_over=False, now=now)


def build_sample(source: SourceConfig, base_url: str, now: datetime) -> Message:
    """Write a message about nothing, to see whether a notifier takes it."""
    alert = Alert(0, source.crm_source, "", str(Health.LATE), "A check.", now, (), None, None, (), None)
    return build_message(source, [alert], [], base_url, is_over=False, now=now)


def _list_sentences(alerts: Sequence[Alert]) -> list[str]:
    """Give each sentence once, with the entities that it is about where there are several."""
    said: dict[str, list[str]] = {}
    for alert in alerts:
        said.setdefault(alert.sentence, []).append(alert.sync_type)
    if len(said) == 1:
        return list(said)
    return [f"{', '.join(sorted(names))}: {sentence}" for sentence, names in said.items()]


def _name_few(names: Sequence[str]) -> str:
    shown, more = names[:_NAMED], len(names) - _NAMED
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _link_page(base_url: str, crm_source: str, names: Sequence[str]) -> str:
    page = f"{base_url.rstrip('/')}/plugin/crm-sync"
    return f"{page}#/entity/{crm_source}/{names[0]}" if len(names) == 1 else f"{page}#/"


def _link_run(base_url: str, finding: Finding) -> str:
    return f"{base_url.rstrip('/')}/dags/{finding.dag_id}/runs/{quote(finding.run_id or '', safe='')}"


def _show(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _cut(text: str) -> str:
    """Give a text as one line: a header of a mail has no more."""
    line = " ".join(text.split())
    return line if len(line) <= _SUBJECT_CHARS else f"{line[:_SUBJECT_CHARS]}…"


def _as_html(text: str) -> str:
    return "<br>\n".join(html.escape(line) for line in text.splitlines())
