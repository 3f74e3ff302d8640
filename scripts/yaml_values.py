"""Says in a few words what a model's field takes and what it is when YAML leaves it out."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from crm_sync.config.base import Bound, Identifier
from crm_sync.config.durations import parse_duration

UNITS = {
    "_bytes": "bytes",
    "_chars": "characters",
    "_days": "days",
    "_records": "records",
    "_rows": "lines",
    "_s": "seconds",
    "batch_inputs": "records",
    "max_pages": "pages",
    "page_size": "records",
    "parallel": "requests at once",
}
"""End of a word to what its number counts; the longest end that fits."""
_SPAN = "span, as `90s`, `5min`, `6h`, `7d` or seconds"
_PLAIN: Mapping[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    date: "date, `2026-01-31`",
    Any: "any value",
}
_HOLDERS: Mapping[Any, str] = {tuple: "list of {0}", dict: "mapping of {0} to {1}"}
_SPANS = (("d", 86400), ("h", 3600), ("min", 60))


def describe_value(name: str, info: FieldInfo) -> str:
    """Say what a word takes.

    Args:
        name: the word; its end tells the unit.
        info: its field.

    Raises:
        SystemExit: the field's type is none that is described here.
    """
    said = _describe(info.annotation, info.metadata)
    unit = next((UNITS[end] for end in sorted(UNITS, key=len, reverse=True) if name.endswith(end)), "")
    return f"{said}, in {unit}" if unit and "number" in said and _SPAN not in said else said


def describe_default(name: str, info: FieldInfo, shared: Any) -> str:  # noqa: ANN401 - a part of a YAML file
    """Say what holds where YAML leaves a word out; what defaults.yaml says comes before the model's own."""
    if isinstance(shared, Mapping) and name in shared and not isinstance(shared[name], Mapping):
        return _show(name, shared[name], info)
    if info.is_required():
        return "required"
    default = info.default
    if default is PydanticUndefined:
        return "empty"
    return "see there" if isinstance(default, BaseModel) else _show(name, default, info)


def _describe(annotation: Any, metadata: Sequence[Any]) -> str:  # noqa: ANN401 - any type
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _describe(inner[0], [*_unpack(inner[1:]), *metadata])
    if origin in (typing.Union, types.UnionType):
        parts = [_describe(one, metadata) for one in inner if one is not type(None)]
        return " or ".join(dict.fromkeys(parts))
    if origin is typing.Literal:
        return _choices(inner)
    if origin in _HOLDERS:
        return _HOLDERS[origin].format(*(_describe(one, []) for one in inner if one is not Ellipsis))
    return _describe_plain(annotation, metadata)


def _describe_plain(annotation: Any, metadata: Sequence[Any]) -> str:  # noqa: ANN401 - any type
    if annotation in _PLAIN:
        return _bounded(_PLAIN[annotation], metadata)
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return "mapping"
    if inspect.isclass(annotation) and issubclass(annotation, StrEnum):
        return _choices([str(one) for one in annotation])
    msg = f"{annotation}: scripts/yaml_values.py has no words for this type."
    raise SystemExit(msg)


def _choices(values: Sequence[object]) -> str:
    return " or ".join(f"`{value}`" for value in values)


def _unpack(metadata: Sequence[Any]) -> list[Any]:
    """Take the constraints out of the `Field()` that an annotation may hold."""
    unpacked: list[Any] = []
    for one in metadata:
        unpacked += one.metadata if isinstance(one, FieldInfo) else [one]
    return unpacked


def _bounded(said: str, metadata: Sequence[Any]) -> str:
    if any(isinstance(one, BeforeValidator) and one.func is parse_duration for one in metadata):
        return _SPAN
    if typing.get_args(Bound)[-1] in metadata:
        return "whole number, 0: no bound"
    if pattern := _find_pattern(metadata):
        is_name = pattern == _find_pattern(_unpack(typing.get_args(Identifier)[1:]))
        return "name" if is_name else f"text that fits `{pattern}`"
    longest = next((one.max_length for one in metadata if isinstance(one, MaxLen)), None)
    if longest is not None:
        return "one character" if longest == 1 else f"text of at most {longest} characters"
    if said == "text" and any(isinstance(one, MinLen) for one in metadata):
        return "text, not empty"
    return _with_limits(said, metadata)


def _find_pattern(metadata: Sequence[Any]) -> str:
    return next((one.pattern for one in metadata if getattr(one, "pattern", None)), "")


def _with_limits(said: str, metadata: Sequence[Any]) -> str:
    low = next((f"{one.ge:g}" for one in metadata if isinstance(one, Ge)), "")
    above = next((f"above {one.gt:g}" for one in metadata if isinstance(one, Gt)), "")
    high = next((f"{one.le:g}" for one in metadata if isinstance(one, Le)), "")
    below = next((f"below {one.lt:g}" for one in metadata if isinstance(one, Lt)), "")
    if low and high:
        return f"{said} from {low} to {high}"
    limits = [f"{low} or more" if low else above, f"at most {high}" if high else below]
    return ", ".join([said, *filter(None, limits)])


def _show(name: str, value: object, info: FieldInfo) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list | tuple):
        shown = ", ".join(str(one) or '""' for one in value)
        return f"`[{shown}]`" if shown else "empty"
    if isinstance(value, int) and _SPAN in _describe(info.annotation, info.metadata):
        return f"`{_show_span(value)}`"
    if isinstance(value, int) and name.endswith("_bytes") and (size := _show_size(value)):
        return f"`{value}` ({size})"
    return "empty" if value == "" else f"`{value}`"


def _show_span(seconds: int) -> str:
    return next(
        (f"{seconds // size}{unit}" for unit, size in _SPANS if seconds and seconds % size == 0),
        f"{seconds}s",
    )


def _show_size(value: int) -> str:
    sizes = (("GiB", 2**30), ("MiB", 2**20))
    return next((f"{value // size} {unit}" for unit, size in sizes if value % size == 0), "")
