"""YAML to DAGs: params, task groups and edges; it imports nothing that a parse does not need."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_sync.airflow_version import check_airflow

check_airflow()  # before any import that an older Airflow has no answer to

from airflow.sdk import DAG, Asset, Param, TaskGroup
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import AirflowTimetableInvalid

from crm_sync import callbacks
from crm_sync.config.flags import FLAGS, Flag, build_own_flags
from crm_sync.config.loader import load_source
from crm_sync.copies import check_copies
from crm_sync.dag_texts import (
    ALL_SAVED_TEXT,
    CLOSE_HISTORY_TEXT,
    describe_dag,
    describe_group,
    describe_tasks,
)
from crm_sync.exceptions import ConfigError
from crm_sync.operators.close_history import CrmCloseHistoryOperator
from crm_sync.operators.fetch import CrmFetchOperator
from crm_sync.operators.save import CrmSaveOperator
from crm_sync.operators.transform import CrmTransformOperator
from crm_sync.operators.validate import CrmValidateOperator
from crm_sync.settings import configs_beside, configs_dir

if TYPE_CHECKING:
    from types import FrameType

    from airflow.sdk import BaseOperator
    from airflow.sdk.definitions.deadline import DeadlineAlert

    from crm_sync.config.models import EntityConfig, SourceConfig

# The form shows a date picker for `format: date`, but an ISO 8601 time is accepted, too: draft 7 ignores each
# word beside a `$ref`, so the form reads `format` and the validation reads the definition.
_DATE_SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "$ref": "#/definitions/moment",
    "definitions": {"moment": {"type": ["null", "string"]}},
    "type": ["null", "string"],
    "format": "date",
}


def build_dag(crm_source: str, *, configs: Path | None = None) -> DAG:
    """Build the DAG `crm_sync_<crm_source>` from its YAML folder.

    Args:
        crm_source: name of the folder below `configs`.
        configs: folder with one folder per CRM; None takes the folder `configs` beside the calling file.

    Returns:
        The DAG: per entity a task group of four tasks; then all_saved and close_history.

    Raises:
        ConfigError: a YAML file or the folder is wrong, or another crm_sync that differs can be imported;
            Airflow shows it as this stub's import error.
    """
    check_copies()
    if configs is None:
        frame = inspect.currentframe()
        configs = _find_configs(None if frame is None else frame.f_back)
    source = load_source(configs, crm_source)
    with DAG(schedule=source.dag.schedule, **_dag_arguments(source, configs)) as dag:
        # before the params, because each operator would copy them: that is a third of a parse's time
        groups = {name: _build_entity(source, entity, configs) for name, entity in source.entities.items()}
        for name, entity in source.entities.items():
            for other in entity.after:
                groups[other][1] >> groups[name][0]
        saves = [save for _, save in groups.values()]
        saves >> _build_all_saved()
        # without setups: a teardown whose setups all failed would never run
        last = CrmCloseHistoryOperator(
            task_id="close_history", crm_source=crm_source, configs=configs, doc_md=CLOSE_HISTORY_TEXT
        )
        saves >> last.as_teardown()
    dag.params = ParamsDict(build_params(source))
    _check_schedule(dag, source)
    return dag


def _find_configs(caller: FrameType | None) -> Path:
    """Find the YAML of the calling file; a worker parses its own copy, so its tasks read that copy's YAML."""
    file = None if caller is None else caller.f_globals.get("__file__")
    return configs_dir() if file is None else configs_beside(Path(file).absolute())


def build_asset(crm_source: str, sync_type: str) -> Asset:
    """Name the Asset that an entity's save updates; downstream DAGs schedule on it."""
    return Asset(name=f"crm_sync_{crm_source}_{sync_type}", uri=f"x-crm-sync://{crm_source}/{sync_type}")


def build_params(source: SourceConfig) -> dict[str, Param]:
    """Turn the run flags into the params of the trigger form."""
    names = sorted(source.entities)
    return {flag.name: _build_param(flag, names) for flag in (*FLAGS, *build_own_flags(source.flags))}


def _build_param(flag: Flag, entity_names: list[str]) -> Param:
    labels: dict[str, Any] = {"title": flag.title, "description": flag.help}
    if flag.type == "entities":
        items: dict[str, Any] = {"type": "string", "enum": entity_names}
        return Param([], type="array", items=items, examples=entity_names, uniqueItems=True, **labels)
    if flag.type == "integers":
        items = {"type": "integer", "minimum": flag.minimum}
        return Param([], type="array", items=items, uniqueItems=True, **labels)
    if flag.type == "integer":
        bounds: dict[str, Any] = {"minimum": flag.minimum} | (
            {} if flag.maximum is None else {"maximum": flag.maximum}
        )
        return Param(flag.default, type="integer", **bounds, **labels)
    if flag.type == "boolean":
        return Param(flag.default, type="boolean", **labels)
    if flag.type == "date":
        return Param(flag.default, **_DATE_SCHEMA, **labels)
    return Param(flag.default, type=["null", "string"], **labels)


def _dag_arguments(source: SourceConfig, configs: Path) -> dict[str, Any]:
    import pendulum

    conf = source.dag
    return {
        "dag_id": f"crm_sync_{source.crm_source}",
        "dag_display_name": source.title or None,
        "description": conf.description or f"Keeps {source.table_schema}.* in step with {source.title}",
        "doc_md": describe_dag(source),
        "start_date": pendulum.datetime(conf.start_date.year, conf.start_date.month, conf.start_date.day),
        "catchup": False,
        "max_active_runs": conf.max_active_runs,
        "max_active_tasks": conf.max_active_tasks,
        "tags": sorted({*conf.tags, source.crm_source}),
        "deadline": _build_deadline(source, configs),
        "default_args": {
            "owner": conf.owner,
            "retries": conf.retries,
            "retry_delay": pendulum.duration(seconds=conf.retry_delay_s),
            "execution_timeout": pendulum.duration(seconds=conf.execution_timeout_s)
            if conf.execution_timeout_s
            else None,
            "pool": conf.pool,
            "on_failure_callback": callbacks.close_failed,
        },
    }


def _build_deadline(source: SourceConfig, configs: Path) -> DeadlineAlert | None:
    """Let Airflow tell of runs that take too long, also of one whose tasks hang or only wait."""
    if source.dag.deadline is None:
        return None
    from datetime import timedelta

    from airflow.sdk.definitions.callback import SyncCallback
    from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

    names = {"crm_source": source.crm_source, "configs": str(configs)}
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=source.dag.deadline),
        callback=SyncCallback("crm_sync.deadlines.tell_deadline", names),
    )


def _check_schedule(dag: DAG, source: SourceConfig) -> None:
    """Name the place of a wrong schedule; Airflow's own message would name no file."""
    try:
        dag.timetable.validate()
    except AirflowTimetableInvalid as error:
        raise ConfigError(
            f"{source.crm_source}/source.yaml",
            "dag.schedule",
            f"a cron expression or a preset such as @daily ({error})",
            got=repr(source.dag.schedule),
        ) from None


def _build_entity(
    source: SourceConfig, entity: EntityConfig, configs: Path
) -> tuple[BaseOperator, BaseOperator]:
    names: dict[str, Any] = {
        "crm_source": source.crm_source,
        "sync_type": entity.sync_type,
        "configs": configs,
    }
    texts = describe_tasks(source, entity)
    with TaskGroup(entity.sync_type, tooltip=describe_group(entity)):
        fetch = CrmFetchOperator(
            task_id="fetch",
            doc_md=texts["fetch"],
            every_s=entity.every or 0,
            **names,
            trigger_rule="all_done" if entity.after else "all_success",
            pre_execute=callbacks.open_history,
            post_execute=callbacks.record_stage,
        )
        stage: dict[str, Any] = {
            "pre_execute": callbacks.attach_history,
            "post_execute": callbacks.record_stage,
        }
        transform = CrmTransformOperator(task_id="transform", doc_md=texts["transform"], **names, **stage)
        validate = CrmValidateOperator(task_id="validate", doc_md=texts["validate"], **names, **stage)
        save = CrmSaveOperator(
            task_id="save",
            doc_md=texts["save"],
            **names,
            **stage,
            outlets=[build_asset(source.crm_source, entity.sync_type)],
        )
        fetch >> transform >> validate >> save
    return fetch, save


def _build_all_saved() -> BaseOperator:
    from airflow.providers.standard.operators.empty import EmptyOperator

    # a save followed by another entity's fetch is no leaf any more: this leaf makes its failure the run's
    return EmptyOperator(task_id="all_saved", trigger_rule="none_failed", doc_md=ALL_SAVED_TEXT)
