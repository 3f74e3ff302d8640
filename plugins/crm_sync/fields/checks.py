"""Checks of what YAML says about fields that the models can't see: zones, formats, defaults, masks."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
import polars as pl

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType, Mask
from crm_sync.exceptions import ConfigError
from crm_sync.fields.findings import BuiltInRule
from crm_sync.fields.json_values import PLAIN_TEXT
from crm_sync.fields.masking import MASKABLE_TYPES
from crm_sync.fields.paths import NUMBERS, list_comma_paths, source_paths
from crm_sync.fields.strict_formats import compile_format
from crm_sync.fields.time_formats import is_usable_format
from crm_sync.fields.types import build_validator

_TIMES = (FieldType.DATE, FieldType.DATETIME)


def check_fields(entity: EntityConfig) -> None:
    """Check an entity's fields.

    Raises:
        ConfigError: names the file, the key, what was expected and what was found.
    """
    file = f"{entity.crm_source}/{entity.sync_type}.yaml"
    try:
        ZoneInfo(entity.source_time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(file, "source_time_zone", "an IANA zone", got=entity.source_time_zone) from error
    if entity.default_region not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigError(file, "default_region", "an ISO 3166 region", got=entity.default_region)
    for rule in entity.rules:
        if rule.name in tuple(BuiltInRule):
            raise ConfigError(file, "rules", "a name that no built-in rule has", got=rule.name)
    for name, field in entity.fields.items():
        key_path = f"fields.{name}"
        _check_mask(file, key_path, field, is_needed=field.required or name in entity.primary_key)
        _check_format(file, key_path, field)
        _check_words(file, key_path, field)
        _check_default(file, key_path, field, entity)
    _check_commas(file, entity)


def _check_mask(file: str, key_path: str, field: FieldConfig, *, is_needed: bool) -> None:
    if field.mask is Mask.SHA256 and field.type not in MASKABLE_TYPES:
        types = ", ".join(sorted(MASKABLE_TYPES))
        raise ConfigError(file, f"{key_path}.mask", f"a type that holds a digest ({types})", got=field.type)
    if field.mask is Mask.DROP and is_needed:
        raise ConfigError(file, f"{key_path}.mask", "sha256 or none, since the field is required", got="drop")


def _check_format(file: str, key_path: str, field: FieldConfig) -> None:
    if field.format is None or (field.type is FieldType.JSON and field.format == PLAIN_TEXT):
        return
    if field.type not in _TIMES:
        expected = f"no format here; date and datetime take one, and json takes '{PLAIN_TEXT}'"
        raise ConfigError(file, f"{key_path}.format", expected, got=field.format)
    if not is_usable_format(field.format):
        expected = "a strptime format with year, month and day, and with %z where there is a zone"
        raise ConfigError(file, f"{key_path}.format", expected, got=field.format)


def _check_words(file: str, key_path: str, field: FieldConfig) -> None:
    """Check words that only some types have a use for."""
    if field.decimal_mark is not None and field.type not in NUMBERS:
        types = ", ".join(sorted(NUMBERS))
        raise ConfigError(file, f"{key_path}.decimal_mark", f"a number's type ({types})", got=field.type)
    if field.pivot_year is not None and (
        field.type not in _TIMES or not compile_format(field.format or "").has_short_year
    ):
        raise ConfigError(file, f"{key_path}.pivot_year", "a format with %y beside it", got=field.format)


def _check_commas(file: str, entity: EntityConfig) -> None:
    """Check that one place of a record has one decimal mark: JSON numbers are written anew with it."""
    commas = set(list_comma_paths(entity))
    for name, field in entity.fields.items():
        is_point = field.type in NUMBERS and (field.decimal_mark or entity.decimal_mark) != ","
        if is_point and not commas.isdisjoint(source_paths(name, field.source)):
            expected = "the same for all columns of one source path"
            raise ConfigError(file, f"fields.{name}.decimal_mark", expected, got=field.decimal_mark)


def _check_default(file: str, key_path: str, field: FieldConfig, entity: EntityConfig) -> None:
    if field.default is None:
        return
    cleaned = build_validator(field, entity).clean(pl.Series([field.default], dtype=pl.String))
    if cleaned.values.null_count():
        raise ConfigError(file, f"{key_path}.default", f"a {field.type}", got=f"'{field.default}'")
