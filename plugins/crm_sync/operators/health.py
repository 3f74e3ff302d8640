"""The task that tells whether every entity is as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from typing_extensions import override

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context


class CrmHealthOperator(BaseOperator):
    """Fails, without another try, if an entity of a CRM that has ever run needs a look.

    Args:
        configs: folder with one folder per CRM.
        kwargs: BaseOperator's own arguments.
    """

    def __init__(self, *, configs: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.configs = configs

    @override
    def execute(self, context: Context) -> dict[str, int]:
        """Look at the history of all CRMs.

        Returns:
            Number of entities by state.

        Raises:
            AirflowFailException: at least one needs a look; a sentence for each.
            DatabaseUnavailableError: the warehouse can't be reached.
        """
        from collections import Counter
        from datetime import UTC, datetime

        from crm_sync.config.loader import list_sources
        from crm_sync.insight.overview import leave_out_unused
        from crm_sync.warehouses import read_states

        states = leave_out_unused(read_states(list_sources(self.configs), self.configs, datetime.now(UTC)))
        counts = Counter(str(state.health) for state in states)
        bad = [state for state in states if not state.is_good]
        for state in bad:
            self.log.error("%s.%s is %s: %s", state.crm_source, state.sync_type, state.health, state.reason)
        if bad:
            told = " ".join(f"{one.crm_source}.{one.sync_type} is {one.health}: {one.reason}" for one in bad)
            raise AirflowFailException(f"{len(bad)} of {len(states)} entities need a look. {told}")
        self.log.info("All %d entities are as they should be.", len(states))
        return dict(counts)
