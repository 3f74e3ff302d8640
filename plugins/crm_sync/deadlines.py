"""Tells people that a run of a DAG takes longer than its deadline; Airflow calls this, once for each run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def tell_deadline(crm_source: str, configs: str, context: Mapping[str, Any] | None = None) -> None:
    """Tell it by every way that the CRM's `alerts` name; nothing of it is kept, and no end of it is told.

    Args:
        crm_source: CRM of the DAG.
        configs: folder of the YAML where the DAG was parsed; another machine may have it elsewhere.
        context: Airflow's: the run and the deadline.

    Raises:
        RuntimeError: at least one way could not tell; the others have.
    """
    # heavy, and parsing a DAG imports this module
    from crm_sync.alerts.messages import build_deadline_message
    from crm_sync.alerts.notifiers import NotifierError, send
    from crm_sync.config.loader import load_source
    from crm_sync.settings import configs_dir, ui_url

    source = load_source(Path(configs) if Path(configs).is_dir() else configs_dir(), crm_source)
    known = {**_build_accessors(), **(context or {})}
    # as the answer of Airflow's REST API has it, not as a task's context does
    run_id = str(known.get("dag_run", {}).get("dag_run_id", ""))
    message = build_deadline_message(source, run_id, ui_url(), datetime.now(UTC))
    failures = []
    for way in source.alerts:
        if way.only and "overdue" not in way.only:
            continue
        try:
            send(way, message, known)
        except NotifierError as error:
            failures.append(str(error))
        else:
            log.info("%s was told: %s.", way.label, message.subject)
    if failures:
        raise RuntimeError(" ".join(failures))


def _build_accessors() -> dict[str, Any]:
    """Give what templates of notifiers may ask for beside the run and the deadline."""
    from airflow.sdk.execution_time.context import ConnectionAccessor, VariableAccessor

    values = {
        "json": VariableAccessor(deserialize_json=True),
        "value": VariableAccessor(deserialize_json=False),
    }
    return {"conn": ConnectionAccessor(), "var": values}
