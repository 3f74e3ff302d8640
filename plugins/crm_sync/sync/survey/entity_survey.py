"""One entity: the fields that its account has and the YAML lacks, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import EXPRESSION
from crm_sync.constants import FieldType
from crm_sync.fields.key_paths import join_path
from crm_sync.fields.paths import path_keys, source_paths
from crm_sync.sources.door import Door
from crm_sync.sources.told_fields import ToldField, ToldFields
from crm_sync.sync.survey.guesses import guess_type
from crm_sync.sync.survey.names import name_column
from crm_sync.sync.survey.sample import Sample, take_sample

_PERSONAL = re.compile(
    r"(?i)ssn|social.?security|birth|\bdob\b|passport|licen[cs]e.?n|iban|bank|routing|card.?n|cvv|salary|"
    r"income|tax.?id|password|secret|token|medical|health|religion"
)
"""Names of fields whose values are nobody's business."""
_SOME = 2
"""Names of a mapped place that `missing` shows."""


@dataclass(frozen=True)
class NewField:
    """A field that the YAML could take."""

    name: str
    """Free and fit for a column."""
    source: str
    """Where it is in a record, as YAML writes it."""
    type: FieldType
    told: str = ""
    """The account's own word for the type."""
    label: str = ""
    """What people call it."""
    is_guessed: bool = False
    """The type is a guess from values."""
    has_values: bool = True
    """Whether a record had a value to guess from."""
    is_stale: bool = False
    """It changes without a new modified time."""
    looks_personal: bool = False
    """Its name is that of something private: a guess."""


@dataclass(frozen=True)
class Survey:
    """What was found out about an entity."""

    crm_source: str
    entity: str
    fields: tuple[NewField, ...]
    """In the account's order."""
    missing: Mapping[str, str]
    """By column: what it is filled from, and the account or the sample lacks."""
    is_asked: bool
    """The account listed its fields; False: what is known is known from records."""
    sampled: int | None
    """Records that were looked at; None: none was needed."""
    notes: tuple[str, ...] = ()


def survey_entity(
    door: Door[Any], entity: EntityConfig, now: datetime, *, taken: Collection[str] = ()
) -> Survey:
    """Compare an entity with its account.

    Args:
        door: to the entity's source.
        entity: as the door's CRM has it; a copy in a database has columns of its own.
        now: aware UTC.
        taken: further names that columns have already.

    Raises:
        SourceError: the account can't be asked.
        ConfigError: the connection or the YAML does not fit.
    """
    told = door.list_fields(entity)
    fields = told.fields if told else ()
    sample = None
    if told is None or not told.is_whole or any(field.type is None for field in fields):
        asked = _with_columns(entity, fields) if told and told.are_named else entity
        sample = take_sample(door.open(asked), asked, now)
        if told is None or not told.is_whole:
            known = {field.path for field in fields}
            found = (ToldField(_write_path(keys, asked)) for keys in sample.unmapped)
            fields += tuple(one for one in found if one.path not in known)
    return Survey(
        entity.crm_source,
        entity.sync_type,
        tuple(_name_all(fields, entity, sample, {*entity.fields, *taken})),
        _find_missing(entity, told, sample),
        is_asked=told is not None,
        sampled=None if sample is None else len(sample.records),
        notes=told.notes if told else (),
    )


def _with_columns(entity: EntityConfig, fields: Iterable[ToldField]) -> EntityConfig:
    """Give an entity that asks for these fields as well."""
    columns = {
        f"told_{at}": FieldConfig(source=field.path, type=FieldType.TEXT) for at, field in enumerate(fields)
    }
    return entity.model_copy(update={"fields": {**entity.fields, **columns}}) if columns else entity


def _write_path(keys: tuple[str, ...], entity: EntityConfig) -> str:
    return keys[0] if entity.read.has_flat_records else join_path(keys)


def _name_all(
    fields: Iterable[ToldField], entity: EntityConfig, sample: Sample | None, taken: set[str]
) -> Iterator[NewField]:
    for field in fields:
        keys = path_keys(field.path, entity)
        named = (field.label,) if field.path.startswith(EXPRESSION) else keys
        name = name_column(named, field.label, taken)
        taken.add(name)
        new = NewField(
            name,
            field.path,
            field.type or FieldType.STRING,
            field.told,
            field.label,
            is_stale=field.is_stale,
            looks_personal=bool(_PERSONAL.search(f"{' '.join(keys)} {field.label}".replace("_", " "))),
        )
        if field.type is None and sample is not None:
            guess = guess_type(sample.list_values(keys), entity, are_texts=sample.are_texts)
            new = replace(new, type=guess or FieldType.STRING, is_guessed=True, has_values=guess is not None)
        yield new


def _find_missing(entity: EntityConfig, told: ToldFields | None, sample: Sample | None) -> dict[str, str]:
    if told is not None:
        return dict(told.missing)
    if sample is None or not sample.records:
        return {}
    missing = {}
    for column, field in entity.fields.items():
        paths = source_paths(column, field.source)
        is_there = any(path.startswith("_") or sample.has(path_keys(path, entity)) for path in paths)
        if column in sample.missing or not is_there:
            missing[column] = " or ".join(paths[:_SOME])
    return missing
