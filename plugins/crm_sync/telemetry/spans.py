"""Puts the work of a stage into a span of its own, below the one of Airflow's task; off, it costs nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException, DownstreamTasksSkipped
from opentelemetry import trace
from opentelemetry.trace import StatusCode

if TYPE_CHECKING:
    from crm_sync.sync.run import EntityRun

_WINDOW = ("mode", "since", "until")


@contextlib.contextmanager
def trace_stage(run: EntityRun, stage: str) -> Iterator[None]:
    """Trace one stage: entity, stage, history row, and the window once it is known.

    Args:
        run: it works on.
        stage: fetch, transform, validate or save.
    """
    known: dict[str, str | int | bool] = {
        "crm_sync.crm_source": run.entity.crm_source,
        "crm_sync.sync_type": run.entity.sync_type,
        "crm_sync.stage": stage,
        "crm_sync.history_id": run.history_id or 0,
        "crm_sync.dry_run": run.options.dry_run,
    }
    tracer = trace.get_tracer("crm_sync")
    with tracer.start_as_current_span(
        f"crm_sync.{stage}", attributes=known, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield
        except (AirflowSkipException, DownstreamTasksSkipped):
            raise  # how an empty delta and a dry run end
        except Exception as error:
            span.set_status(StatusCode.ERROR, f"{type(error).__name__}: {error}")
            raise
        finally:
            plan = run.staging.manifest.plan if run.staging is not None else {}
            for name in _WINDOW:
                if plan.get(name):
                    span.set_attribute(f"crm_sync.window.{name}", str(plan[name]))
