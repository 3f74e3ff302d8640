"""What the page says of an entity beside its state: columns, what a delta can miss, changed keys."""

from __future__ import annotations

from collections.abc import Mapping

from crm_sync.config.facts import describe_delta
from crm_sync.config.field_config import FieldConfig
from crm_sync.config.gaps import describe_gaps
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.web.answers.entity import Column, Delta


def list_columns(entity: EntityConfig, null_shares: Mapping[str, float]) -> list[Column]:
    """Give the mapped columns of a table, in the order of the YAML.

    Args:
        entity: its configuration.
        null_shares: share of rows without a value by column, as far as PostgreSQL knows.
    """
    return [
        Column(
            name=name,
            type=field.type,
            source_path=_show_paths(name, field),
            is_key=name in entity.primary_key,
            sensitive=is_sensitive(field),
            null_share=null_shares.get(name),
            description=field.description or None,
        )
        for name, field in entity.fields.items()
    ]


def describe_reads(entity: EntityConfig) -> Delta:
    """Say how a run without flags finds changes, and what it can miss."""
    return Delta(method=describe_delta(entity), sentence=describe_gaps(entity))


def find_docs_url(source: SourceConfig) -> str | None:
    """Give the address of the CRM's page; None: nobody said where the docs are served."""
    base = source.dag.docs_url.rstrip("/")
    return f"{base}/sources/{source.extends or source.crm_source}.md" if base else None


def is_sensitive(field: FieldConfig) -> bool:
    """Tell whether the values of a column must not be shown."""
    return field.sensitive or field.mask is not None


def hides_key(entity: EntityConfig) -> bool:
    """Tell whether a part of the key must not be shown."""
    return any(is_sensitive(entity.fields[column]) for column in entity.primary_key)


def _show_paths(name: str, field: FieldConfig) -> str:
    if field.labels and not field.is_settled:
        return " | ".join(f"the field '{label}'" for label in field.labels)
    if field.source is None:
        return name
    return field.source if isinstance(field.source, str) else " | ".join(field.source)
