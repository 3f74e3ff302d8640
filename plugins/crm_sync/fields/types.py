"""The one table of field types: class, Polars type of the typed chunk, PostgreSQL type of the column."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.base import DEFAULT_PIVOT_YEAR, FieldContext, FieldValidator
from crm_sync.fields.contact_values import EmailValidator, PhoneValidator, UrlValidator
from crm_sync.fields.json_values import JsonValidator
from crm_sync.fields.number_values import DecimalValidator, IntegerValidator, NumberValidator
from crm_sync.fields.text_values import BooleanValidator, ObjectIdValidator, StringValidator, TextValidator
from crm_sync.fields.time_values import DateTimeValidator, DateValidator


@dataclass(frozen=True, slots=True)
class FieldTypeSpec:
    """What one field type is made of."""

    validator: type[FieldValidator]
    pg_type: str
    """PostgreSQL type of the target column."""

    @property
    def dtype(self) -> pl.DataType:
        """Polars type in typed chunks; numbers are text there, so that COPY casts them exactly."""
        return self.validator.dtype


_SPECS = MappingProxyType(
    {
        FieldType.STRING: FieldTypeSpec(StringValidator, "text"),
        FieldType.TEXT: FieldTypeSpec(TextValidator, "text"),
        FieldType.EMAIL: FieldTypeSpec(EmailValidator, "text"),
        FieldType.PHONE: FieldTypeSpec(PhoneValidator, "text"),
        FieldType.URL: FieldTypeSpec(UrlValidator, "text"),
        FieldType.OBJECT_ID: FieldTypeSpec(ObjectIdValidator, "text"),
        FieldType.INTEGER: FieldTypeSpec(IntegerValidator, "bigint"),
        FieldType.NUMBER: FieldTypeSpec(NumberValidator, "numeric"),
        FieldType.DECIMAL: FieldTypeSpec(DecimalValidator, "numeric"),
        FieldType.BOOLEAN: FieldTypeSpec(BooleanValidator, "boolean"),
        FieldType.DATE: FieldTypeSpec(DateValidator, "date"),
        FieldType.DATETIME: FieldTypeSpec(DateTimeValidator, "timestamptz"),
        FieldType.JSON: FieldTypeSpec(JsonValidator, "jsonb"),
    }
)


def get_field_type(field_type: FieldType) -> FieldTypeSpec:
    """Give the class and the types behind a word of the YAML."""
    return _SPECS[field_type]


def build_validator(field: FieldConfig, entity: EntityConfig) -> FieldValidator:
    """Make the validator of one column with its entity's region and zone."""
    context = FieldContext(
        entity.default_region,
        entity.source_time_zone,
        field.format,
        field.decimal_mark or entity.decimal_mark,
        DEFAULT_PIVOT_YEAR if field.pivot_year is None else field.pivot_year,
    )
    return get_field_type(field.type).validator(context)


def typed_schema(entity: EntityConfig) -> pl.Schema:
    """Give the columns of the entity's typed chunks in their order."""
    columns: dict[str, pl.DataType] = {
        name: get_field_type(field.type).dtype for name, field in entity.fields.items()
    }
    if entity.extra:
        columns["extra"] = pl.String()
    own = {
        "_row": pl.UInt32(),
        "_altered": pl.Boolean(),
        "_source_key": pl.String(),
        "_ambiguous": pl.Boolean(),
    }
    return pl.Schema({**columns, **own})
