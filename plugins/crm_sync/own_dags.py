"""The DAGs that belong to no CRM: `crm_sync_health`, `crm_sync_maintenance` and `crm_sync_verify`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_sync.airflow_version import check_airflow

check_airflow()  # before any import that an older Airflow has no answer to

import pendulum
from airflow.sdk import DAG, Param

from crm_sync.operators.health import CrmHealthOperator
from crm_sync.operators.maintenance import CrmMaintenanceOperator
from crm_sync.operators.verify import CrmVerifyOperator
from crm_sync.settings import configs_beside

if TYPE_CHECKING:
    from types import FrameType

_HEALTH = """Looks at the history of every CRM that has run, and fails with one sentence for each finding: an
entity failed, is late by its schedule, was never read completely, fails too often, is suspiciously silent,
rejects many records or differs from its source; or a quota nears its end. `crm-sync status` says the same;
`docs/operations.md` has what to do. It also tells the people that `alerts` in the YAML names, once for each
cause and once when it is over; see `docs/alerts.md`.
"""
_LONGEST_LOOK = pendulum.duration(minutes=20)
_MAINTENANCE = """Removes old rows of the history (never one that a later run reads; their sums by day stay
in `crm_sync.daily_statistics`), rejects that were resolved long ago, old proofs that newer ones have
replaced, and staged files of runs that never ended. With `dry_run` it only says what it would remove. It
may run beside syncs.
"""
_VERIFY = """Compares tables with their sources and keeps what it finds in `crm_sync.proofs`; it fails if a
table differs. By its schedule it reads a slice of each entity, at most a tenth of a whole read's calls, and
goes through the whole in four weeks. With other params it compares one CRM or some entities, by every column
(`full`), by keys (`ids`), by a sample or by counts. It changes no row and may run beside syncs.
`docs/proofs-and-plans.md` has the rest.
"""


def build_health_dag(*, schedule: str | None, configs: Path | None = None) -> DAG:
    """Build the DAG `crm_sync_health`.

    Args:
        schedule: cron expression; None: it runs only when it is triggered.
        configs: folder with one folder per CRM; None takes the folder `configs` beside the calling file.

    Raises:
        ConfigError: there is no such folder.
    """
    configs = configs or _find_configs(inspect.currentframe())
    description = "Fails with one sentence for each finding, and tells people"
    with DAG("crm_sync_health", description=description, schedule=schedule, **_say(_HEALTH)) as dag:
        # a notifier may hang, and would keep every later look from being made
        CrmHealthOperator(
            task_id="look", configs=configs, retries=2, execution_timeout=_LONGEST_LOOK, doc_md=_HEALTH
        )
    return dag


def build_maintenance_dag(*, schedule: str | None, configs: Path | None = None) -> DAG:
    """Build the DAG `crm_sync_maintenance`.

    Args:
        schedule: cron expression; None: it runs only when it is triggered.
        configs: folder with one folder per CRM; None takes the folder `configs` beside the calling file.

    Raises:
        ConfigError: there is no such folder.
    """
    configs = configs or _find_configs(inspect.currentframe())
    days: dict[str, Any] = {"type": "integer", "minimum": 1}
    params = {
        "keep_history_days": Param(400, title="Days of history", **days),
        "keep_rejects_days": Param(90, title="Days of resolved rejects", **days),
        "keep_proofs_days": Param(400, title="Days of proofs; the latest of each kind stay", **days),
        "keep_staging_days": Param(7, title="Days of staged files of runs that never ended", **days),
        "dry_run": Param(default=False, type="boolean", title="Only say what would be removed"),
    }
    description = "Removes old history, resolved rejects, old proofs and files of runs that never ended"
    arguments = {"description": description, "params": params, **_say(_MAINTENANCE)}
    with DAG("crm_sync_maintenance", schedule=schedule, **arguments) as dag:
        CrmMaintenanceOperator(task_id="remove", configs=configs, retries=2, doc_md=_MAINTENANCE)
    return dag


def build_verify_dag(*, schedule: str | None, configs: Path | None = None) -> DAG:
    """Build the DAG `crm_sync_verify`.

    Args:
        schedule: cron expression; None: it runs only when it is triggered.
        configs: folder with one folder per CRM; None takes the folder `configs` beside the calling file.

    Raises:
        ConfigError: there is no such folder.
    """
    configs = configs or _find_configs(inspect.currentframe())
    methods = ["slice", "full", "ids", "sample", "count"]
    params = {
        "crm_source": Param(None, type=["null", "string"], title="CRM; empty: all that ever ran"),
        "entities": Param([], type="array", items={"type": "string"}, title="Entities of it; empty: all"),
        "method": Param("slice", type="string", enum=methods, title="How"),
        "sample": Param("500", type="string", title="For sample: how many rows, or a share such as 1%"),
        "seed": Param(None, type=["null", "string"], title="For sample: other rows for another seed"),
    }
    arguments = {"description": "Compares tables with their sources", "params": params, **_say(_VERIFY)}
    with DAG("crm_sync_verify", schedule=schedule, **arguments) as dag:
        CrmVerifyOperator(task_id="compare", configs=configs, retries=1, doc_md=_VERIFY)
    return dag


def _say(text: str) -> dict[str, Any]:
    return {
        "start_date": pendulum.datetime(2025, 1, 1),
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["crm_sync"],
        "doc_md": text,
    }


def _find_configs(here: FrameType | None) -> Path:
    caller = None if here is None else here.f_back
    return configs_beside(Path(caller.f_globals["__file__"] if caller else __file__).absolute())
