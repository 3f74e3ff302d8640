"""The texts under a DAG and its tasks in Airflow's UI, made from the YAML alone: no secret is in reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crm_sync.config.facts import list_deletion_facts, list_delta_facts, list_facts, list_limits
from crm_sync.config.models import EntityConfig, SourceConfig

HISTORY = "`crm_sync.sync_history`"
_REJECTED = "`crm_sync.rejected_records`"

ALL_SAVED_TEXT = "Does no work: it makes the run fail if the save of an entity failed."
CLOSE_HISTORY_TEXT = f"Closes the rows of this run in {HISTORY} that a lost worker left open."


def describe_dag(source: SourceConfig) -> str:
    """Say what a CRM's DAG keeps in step, and for each entity how."""
    title, page = source.title or source.crm_source, source.extends or source.crm_source
    limits = "; ".join(list_limits(source))
    paragraphs = [
        (
            f"Keeps the tables of `{source.table_schema}` in step with {title}: reads through the connection "
            f"`{source.connection_id}`, writes through `{source.warehouse_connection_id}`. A run has a row "
            f"per entity in {HISTORY}; what was refused is in {_REJECTED}."
        ),
        "\n".join(_describe_entry(entity) for entity in source.entities.values()),
        f"Limits of the API, unless the connection changes them: {limits}." if limits else "",
        (
            f"Setup, columns and errors: {_link(source, f'sources/{page}.md')}. Flags of a run: "
            f"{_link(source, 'flags.md')}. Trouble: {_link(source, 'operations.md')}."
        ),
    ]
    return "\n\n".join(filter(None, paragraphs))


def describe_tasks(source: SourceConfig, entity: EntityConfig) -> dict[str, str]:
    """Say what each task of an entity reads and writes, by the name of its stage."""
    return {stage: describe(source, entity) for stage, describe in _STAGES.items()}


def describe_group(entity: EntityConfig) -> str:
    """Say in one line what an entity is."""
    return f"{entity.title or entity.sync_type} to {entity.table}. {entity.description}".strip()


def _describe_entry(entity: EntityConfig) -> str:
    facts = " ".join([*filter(None, [entity.description]), *list_facts(entity)])
    return f"- **{entity.sync_type}** to `{entity.table}`. {facts}"


def _describe_fetch(source: SourceConfig, entity: EntityConfig) -> str:
    how = " ".join([*list_delta_facts(entity), *list_deletion_facts(entity)])
    waits = f" Waits for the saves of {', '.join(entity.after)}." if entity.after else ""
    return (
        f"Reads {entity.title or entity.sync_type} from {source.title or source.crm_source} through the "
        f"connection `{source.connection_id}`. {how}{waits}\n\n"
        f"Writes raw chunks to staging, and opens the run's row in {HISTORY}."
    )


def _describe_transform(_source: SourceConfig, entity: EntityConfig) -> str:
    return (
        "Reads the raw chunks of fetch.\n\n"
        f"Writes to staging typed chunks with the columns of `{entity.table}`, "
        "and what it could not convert."
    )


def _describe_validate(_source: SourceConfig, entity: EntityConfig) -> str:
    required = [name for name, field in entity.fields.items() if field.required or name in entity.primary_key]
    rules = f"; rules: {', '.join(f'`{rule.name}`' for rule in entity.rules)}" if entity.rules else ""
    return (
        "Reads the typed chunks of transform.\n\n"
        "Writes to staging which rows may not be saved, and why. "
        f"Required: {', '.join(f'`{name}`' for name in required)}{rules}."
    )


def _describe_save(_source: SourceConfig, entity: EntityConfig) -> str:
    return (
        "Reads the typed chunks and what was found in them.\n\n"
        f"Writes rows to `{entity.table}` and refused records to {_REJECTED}, and closes the run's "
        f"row in {HISTORY}. {' '.join(list_deletion_facts(entity))}"
    )


_STAGES: Mapping[str, Callable[[SourceConfig, EntityConfig], str]] = {
    "fetch": _describe_fetch,
    "transform": _describe_transform,
    "validate": _describe_validate,
    "save": _describe_save,
}


def _link(source: SourceConfig, page: str) -> str:
    if not source.dag.docs_url:
        return f"`docs/{page}`"
    return f"[{page}]({source.dag.docs_url.rstrip('/')}/{page})"
