"""The task that compares tables with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from typing_extensions import override

from crm_sync.run_context import airflow_errors

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context


class CrmVerifyOperator(BaseOperator):
    """Compares the entities that the DAG's params name, or all that ever ran; fails if a table differs.

    Args:
        configs: folder with one folder per CRM.
        kwargs: BaseOperator's own arguments.
    """

    def __init__(self, *, configs: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.configs = configs
        self._stopped = False

    @override
    def execute(self, context: Context) -> dict[str, int]:
        """Compare one entity after the other; each proof is kept as soon as it is there.

        Returns:
            Number of entities by verdict.

        Raises:
            AirflowFailException: at least one table differs; a sentence for each. Or a param is wrong.
            DatabaseUnavailableError: the warehouse can't be reached.
        """
        from collections import Counter

        from crm_sync.side_runs import build_verifier, choose_entities, parse_method
        from crm_sync.sync.sample import SampleSize
        from crm_sync.sync.verify import NotDue

        params = context["params"]
        counts: Counter[str] = Counter()
        differ: list[str] = []
        with airflow_errors():
            method = parse_method(str(params["method"]))
            sample = SampleSize.parse(str(params["sample"]), seed=str(params["seed"] or ""))
            for crm_source, names in self._choose(params["crm_source"], params["entities"] or []):
                source, entities = choose_entities(crm_source, names, self.configs)
                for entity in entities:
                    verifier = build_verifier(source, entity, stop=self.is_stopped)
                    result = verifier.verify(method, sample=sample)
                    name = f"{crm_source}.{entity.sync_type}"
                    if isinstance(result, NotDue):
                        counts["not due" if result.is_possible else "not provable"] += 1
                        self.log.info("%s: nothing was compared: %s", name, result.sentence)
                        continue
                    counts[str(result.verdict)] += 1
                    self.log.info(
                        "%s is %s: %s", name, result.verdict, result.reason or "nothing else to say."
                    )
                    if result.verdict == "different":
                        differ.append(f"{name}: {result.differences:,} differences.")
        if differ:
            raise AirflowFailException(f"{len(differ)} table(s) differ from their source. {' '.join(differ)}")
        return dict(counts)

    def on_kill(self) -> None:
        """Ask the loops to end; called in a signal handler, so it sets a flag and does no I/O."""
        self._stopped = True

    def is_stopped(self) -> bool:
        """Say, for the core's loops, whether Airflow asked the task to end."""
        return self._stopped

    def _choose(self, crm_source: str | None, names: list[str]) -> list[tuple[str, list[str]]]:
        """Give the CRMs with their entities: those that were named, or all that ever ran."""
        if crm_source:
            return [(crm_source, names)]
        from datetime import UTC, datetime

        from crm_sync.config.loader import list_sources
        from crm_sync.insight.overview import read_overview
        from crm_sync.warehouses import open_warehouses

        found: dict[str, list[str]] = {}
        for connect, sources in open_warehouses(list_sources(self.configs), self.configs):
            for state in read_overview(connect, sources, datetime.now(UTC)):
                if state.sync_history_id is not None:
                    found.setdefault(state.crm_source, []).append(state.sync_type)
        return sorted(found.items())
