"""Decides who is told what: one message for a cause, none again while it lasts, one when it is over.

Each message is noted right after it was sent. If the process is killed between the two, that one message
comes a second time: at least once, never lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crm_sync.alerts.causes import is_of_whole_crm, read_kind
from crm_sync.alerts.ledger import Alert, finish, hold_lock, note_findings, note_told
from crm_sync.alerts.messages import Message, build_message
from crm_sync.alerts.notifiers import NotifierError
from crm_sync.config.alert_words import AlertConfig
from crm_sync.config.models import SourceConfig
from crm_sync.insight.findings import Finding
from crm_sync.storage.connections import Connect

log = logging.getLogger(__name__)
Send = Callable[[AlertConfig, Message], None]
"""Tells a message one way, or raises a NotifierError."""


@dataclass(frozen=True)
class _News:
    """Alerts of one cause that began, or are over, since people were told last."""

    source: SourceConfig
    alerts: list[Alert]
    is_over: bool


@dataclass
class Teller:
    """Tells people about the CRMs of one warehouse.

    Args:
        connect: makes a warehouse connection.
        sources: its CRMs.
        send: tells one message.
        base_url: of Airflow's UI.
        now: aware.
    """

    connect: Connect
    sources: Sequence[SourceConfig]
    send: Send
    base_url: str
    now: datetime
    failures: list[str] = field(default_factory=list, init=False)
    """Sentences about ways that could not tell; they are tried again next time."""
    sent: int = field(default=0, init=False)
    """Messages that were told."""

    def tell(self, findings: Iterable[Finding]) -> None:
        """Note what is new and what is over, and tell it.

        Args:
            findings: all that is wrong with these CRMs now.

        Raises:
            DatabaseUnavailableError: the warehouse can't be reached.
        """
        known = {source.crm_source: source for source in self.sources}
        found = [one for one in findings if one.crm_source in known]
        with hold_lock(self.connect) as is_mine:
            if not is_mine:
                log.info("Another process tells at the moment: nothing is told by this one.")
                return
            heard = [one for one in found if known[one.crm_source].alerts]
            alerts = note_findings(self.connect, known.keys(), heard, self.now)
            for news in self._list_news(alerts, known):
                self._tell_all(news, found)

    def _list_news(self, alerts: Iterable[Alert], known: Mapping[str, SourceConfig]) -> Iterator[_News]:
        groups: dict[tuple[str, str], list[Alert]] = {}
        for alert in alerts:
            groups.setdefault((alert.crm_source, alert.cause), []).append(alert)
        for (crm_source, cause), group in groups.items():
            lasting = [one for one in group if one.over_at is None]
            begun = [one for one in lasting if one.told_at is None]
            ended = [one for one in group if one.over_at is not None]
            if is_of_whole_crm(cause):
                begun = self._join(begun, group)
                ended = [] if lasting else ended
            if begun:
                yield _News(known[crm_source], begun, is_over=False)
            if ended:
                yield _News(known[crm_source], ended, is_over=True)

    def _join(self, begun: Sequence[Alert], group: Sequence[Alert]) -> list[Alert]:
        """Note who has a cause that was told already, and give what somebody has yet to hear of."""
        labels = sorted({label for one in group if one.over_at is None for label in one.told_to})
        joining = [replace(one, told_to=tuple(labels)) for one in begun]
        for label in labels:
            note_told(self.connect, begun, label, is_over=False)
        if labels and any(one.told_at for one in group):
            log.info("%s: it has the cause that was told: %s.", _name(begun), group[0].cause)
            finish(self.connect, begun, is_over=False, now=self.now)
            return []
        return joining

    def _tell_all(self, news: _News, findings: Sequence[Finding]) -> None:
        is_told = True
        for way in news.source.alerts:
            if way.only and read_kind(news.alerts[0].cause) not in way.only:
                continue
            if untold := [one for one in news.alerts if _needs(one, way.label, is_over=news.is_over)]:
                is_told = self._tell_one(way, replace(news, alerts=untold), findings) and is_told
        if not is_told:
            return
        if news.is_over and (missed := [one for one in news.alerts if one.told_at is None]):
            log.warning("%s: it was over before everybody was told: %s.", _name(missed), missed[0].cause)
        finish(self.connect, news.alerts, is_over=news.is_over, now=self.now)

    def _tell_one(self, way: AlertConfig, news: _News, findings: Sequence[Finding]) -> bool:
        message = build_message(
            news.source, news.alerts, findings, self.base_url, is_over=news.is_over, now=self.now
        )
        try:
            self.send(way, message)
        except NotifierError as error:
            told = f"{error} It was to tell: {message.subject}. It is tried again next time."
            log.warning("%s", told)
            self.failures.append(told)
            return False
        note_told(self.connect, news.alerts, way.label, is_over=news.is_over)
        log.info("%s was told: %s.", way.label, message.subject)
        self.sent += 1
        return True


def _needs(alert: Alert, label: str, *, is_over: bool) -> bool:
    """Say whether a way has to tell of an alert; the end only where it told the beginning."""
    if is_over:
        return label in alert.told_to and label not in alert.over_told_to
    return label not in alert.told_to


def _name(alerts: Iterable[Alert]) -> str:
    return ", ".join(sorted(f"{one.crm_source}.{one.sync_type}" for one in alerts))
