"""Pydantic's findings in the words of a user who edits YAML; what is valid is left to `config/models.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from crm_sync.exceptions import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SHOWN_VALUE_CHARS = 60
_M = TypeVar("_M", bound=BaseModel)

_IDENTIFIER_PATTERN = "^[a-z_][a-z0-9_]{0,62}$"
_EXPECTED = {
    "string_type": "text",
    "string_too_short": "text, not empty",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}


def validate_model(model: type[_M], content: Mapping[str, Any], where: str) -> _M:
    """Build a model from what a YAML file holds.

    Args:
        model: the model's class.
        content: the file's keys, layers merged.
        where: the file, for the message.

    Raises:
        ConfigError: the first thing that is wrong: file, key path, what was expected, what was found.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # a misspelled key shows up twice, as unknown and as missing: the unknown one is the one to name
        first = min(error.errors(), key=lambda item: item["type"] == "missing")
        raise _as_config_error(first, content, where) from None


def show_value(value: object) -> str:
    """Give a value as a message shows it: quoted, cut."""
    text = repr(value)
    return text if len(text) <= _SHOWN_VALUE_CHARS else text[:_SHOWN_VALUE_CHARS] + "…"


def _as_config_error(error: ErrorDetails, content: Mapping[str, Any], where: str) -> ConfigError:
    kind, details = error["type"], error.get("ctx", {})
    parts = _known_parts(error, content)
    key_path = ".".join(parts)
    if kind == "extra_forbidden":
        return ConfigError(where, ".".join(parts[:-1]), "only known keys", got=f"'{parts[-1]}'")
    if kind == "missing":
        return ConfigError(where, key_path, "a value, the key is missing")
    if kind == "union_tag_not_found":
        return ConfigError(where, f"{key_path}.strategy", "a value, the key is missing")
    if kind == "union_tag_invalid":
        expected = f"one of {details['expected_tags']}"
        return ConfigError(where, f"{key_path}.strategy", expected, got=show_value(details["tag"]))
    if kind == "key":
        return ConfigError(where, details["key"], details["expected"], got=show_value(details["got"]))
    return ConfigError(
        where, key_path, _expected(error), got=show_value(error["input"]) if key_path else None
    )


def _expected(error: ErrorDetails) -> str:
    kind, details = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        if details["pattern"] == _IDENTIFIER_PATTERN:
            return "a name of lowercase letters, digits and _, at most 63 characters"
        return f"text that matches {details['pattern']}"
    if kind == "too_short":
        return f"at least {details['min_length']} entries"
    if kind.startswith(("greater_than", "less_than")):
        return "a number " + error["msg"].removeprefix("Input should be ")
    said = error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return _EXPECTED.get(kind, said)


def _known_parts(error: ErrorDetails, content: Mapping[str, Any]) -> list[str]:
    """Drop from an error's place what pydantic put in itself: a union's branch, `[key]`."""
    parts: list[str] = []
    value: Any = content
    for part in error["loc"]:
        if _has(value, part):
            value = value[part]
            parts.append(str(part))
        elif error["type"] == "missing" and part == error["loc"][-1]:
            parts.append(str(part))
    return parts


def _has(value: object, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)
