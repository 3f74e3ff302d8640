"""Tells people that a warehouse can't be reached: then nobody can look, and who was told can't be noted."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from crm_sync.alerts.messages import Message
from crm_sync.alerts.notifiers import NotifierError
from crm_sync.config.alert_words import AlertConfig
from crm_sync.config.models import SourceConfig


def tell_outage(
    sources: Iterable[SourceConfig],
    sentence: str,
    *,
    send: Callable[[AlertConfig, Message], None],
    base_url: str,
    now: datetime,
) -> list[str]:
    """Tell it once by each way, for all CRMs together that are told by it; what is over is not told.

    Args:
        sources: CRMs of the warehouse.
        sentence: why it can't be reached.
        send: tells a message one way, or raises a NotifierError.
        base_url: of Airflow's UI.
        now: aware.

    Returns:
        A sentence for each way that could not tell.
    """
    told: dict[str, tuple[AlertConfig, list[SourceConfig]]] = {}
    for source in sources:
        for way in source.alerts:
            if not way.only or "failed" in way.only:
                told.setdefault(_name_place(way, source), (way, []))[1].append(source)
    failures = []
    for way, some in told.values():
        try:
            send(way, _build(some, sentence, base_url, now))
        except NotifierError as error:
            failures.append(f"{error} It was to tell that the warehouse can't be reached.")
    return failures


def _name_place(way: AlertConfig, source: SourceConfig) -> str:
    """Say where a way leads: two CRMs with one place share a message."""
    words = json.dumps([way.notifier, way.arguments], sort_keys=True, default=str)
    return words.replace("{crm_source}", source.crm_source).replace("{crm}", _title(source))


def _build(sources: list[SourceConfig], sentence: str, base_url: str, now: datetime) -> Message:
    first, titles = sources[0], ", ".join(map(_title, sources))
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    slots = {
        "subject": "The warehouse can't be reached, so nobody looks at its CRMs",
        "state": "open",
        "crm": _title(first) if len(sources) == 1 else titles,
        "crm_source": first.crm_source,
        "entities": "",
        "cause": "unreachable",
        "sentence": sentence,
        "since": moment,
        "what_to_do": f"See whether the server of the connection {first.warehouse_connection_id} runs, and "
        "whether Airflow's workers reach it; runs that failed meanwhile are made good by the next ones.",
        "link": f"{base_url.rstrip('/')}/plugin/crm-sync#/",
        "run_link": "",
    }
    lines = [f"{slots['subject']}.", "", f"CRMs: {titles}", f"Cause: {sentence}", f"Found: {moment}"]
    lines += [f"What to do: {slots['what_to_do']}", f"Page: {slots['link']}"]
    shown = "<br>\n".join(map(html.escape, lines))
    return Message({**slots, "text": "\n".join(lines), "html": shown})


def _title(source: SourceConfig) -> str:
    return source.title or source.crm_source
