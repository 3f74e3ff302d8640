"""The task that sees whether every entity is as it should be, and tells people when one is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from typing_extensions import override

from crm_sync.settings import ui_url

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context

    from crm_sync.config.models import SourceConfig
    from crm_sync.insight.look import Look
    from crm_sync.storage.connections import Connect


class CrmHealthOperator(BaseOperator):
    """Fails, without another try, if an entity of a CRM that ever ran needs a look, or nobody could be told.

    Args:
        configs: folder with one folder per CRM.
        kwargs: BaseOperator's own arguments.
    """

    def __init__(self, *, configs: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.configs = configs

    @override
    def execute(self, context: Context) -> dict[str, int]:
        """Look at the history of all CRMs, tell people what is new and what is over, and keep what was found.

        Returns:
            Number of entities by state.

        Raises:
            AirflowFailException: at least one needs a look, or people could not be told; a sentence for each.
            DatabaseUnavailableError: the warehouse can't be reached.
        """
        from collections import Counter
        from datetime import UTC, datetime

        from crm_sync.config.loader import list_sources
        from crm_sync.exceptions import DatabaseUnavailableError
        from crm_sync.insight.kept_looks import keep_look
        from crm_sync.insight.look import look
        from crm_sync.telemetry.metrics import report_states
        from crm_sync.warehouses import open_warehouses

        states, findings, untold = [], [], []
        outage: DatabaseUnavailableError | None = None
        for connect, sources in open_warehouses(list_sources(self.configs), self.configs):
            try:
                found = look(connect, sources, datetime.now(UTC))
                untold += self._tell(connect, sources, found, context)
                if found.has_history:
                    names = {source.crm_source for source in sources}
                    keep_look(connect, names, found.findings, found.now)
            except DatabaseUnavailableError as error:
                outage = error  # people hear of what is in the other warehouses all the same
                self._tell_outage(sources, error, context)
                continue
            states += found.states
            findings += found.findings
        report_states(states, datetime.now(UTC))
        for finding in findings:
            self.log.error("%s", finding)
        if outage is not None:
            raise outage
        if findings or untold:
            bad = len({finding.name for finding in findings})
            said = " ".join([*map(str, findings), *untold])
            raise AirflowFailException(f"{bad} of {len(states)} entities need a look. {said}")
        self.log.info("All %d entities are as they should be.", len(states))
        return dict(Counter(str(state.health) for state in states))

    def _tell_outage(self, sources: list[SourceConfig], error: Exception, context: Context) -> None:
        """Tell people that nobody can look, once no other try follows: an outage of minutes is none."""
        from datetime import UTC, datetime

        from crm_sync.alerts.notifiers import send
        from crm_sync.alerts.outage import tell_outage

        ti, values = context["ti"], dict(context)
        if ti.try_number <= ti.max_tries:
            return
        failures = tell_outage(
            sources,
            " ".join(str(error).split()),
            send=lambda way, message: send(way, message, values),
            base_url=ui_url(),
            now=datetime.now(UTC),
        )
        for failure in failures:
            self.log.error("%s", failure)

    def _tell(
        self, connect: Connect, sources: list[SourceConfig], found: Look, context: Context
    ) -> list[str]:
        """Tell people; gives a sentence for each message that could not be told."""
        from crm_sync.alerts.notifiers import send
        from crm_sync.alerts.telling import Teller

        values: Any = context
        teller = Teller(
            connect,
            sources,
            send=lambda way, message: send(way, message, values),
            base_url=ui_url(),
            now=found.now,
        )
        if found.has_history:
            teller.tell(found.findings)
        return teller.failures
