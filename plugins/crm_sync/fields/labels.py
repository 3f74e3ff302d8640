"""Columns by label: the entity as it is read once the account has said which fields have the labels."""

from __future__ import annotations

from collections.abc import Mapping

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig

Labels = Mapping[str, Mapping[str, str]]
"""By column, the source path of the field behind each of its labels that the account has."""


def has_labels(entity: EntityConfig) -> bool:
    """Tell whether a column is filled by label."""
    return any(field.labels for field in entity.fields.values())


def settle_labels(entity: EntityConfig, labels: Labels) -> EntityConfig:
    """Give an entity whose columns by label name their fields, as if YAML had named them.

    Args:
        entity: as YAML has it, or settled already.
        labels: what is known; a column that is not in it comes from nowhere.
    """
    found = {
        name: tuple(paths)
        for name, field in entity.fields.items()
        if (paths := dict.fromkeys(list_known(field, labels.get(name, {})).values()))
    }
    if not found:
        return entity
    fields = {
        name: field.model_copy(update={"source": found[name]}) if name in found else field
        for name, field in entity.fields.items()
    }
    return entity.model_copy(update={"fields": fields})


def list_known(field: FieldConfig, known: Mapping[str, str]) -> dict[str, str]:
    """List the labels of a column that are known, in YAML's order; jsonb keeps none."""
    return {label: known[label] for label in field.labels if label in known}
