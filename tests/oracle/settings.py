"""The YAML of an entity, read with plain PyYAML: three layers laid over each other, nothing checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    sources: tuple[str, ...]
    type: str = "string"
    required: bool = False
    rejects: bool = False
    format: str | None = None
    default: str | None = None
    decimal_mark: str | None = None
    pivot_year: int | None = None
    keep_when_missing: bool = False
    compared: bool = True
    """Whether a record that differs here alone has changed."""
    error_texts: tuple[str, ...] = ()
    null_texts: tuple[str, ...] = ()
    """What the source writes where it could not work a value out."""
    masked: bool = False


@dataclass
class Entity:
    """One entity."""

    crm_source: str
    name: str
    schema: str
    read: dict[str, Any]
    key: tuple[str, ...]
    columns: dict[str, Column]
    modified: str | None = None
    deleted: dict[str, str] | None = None
    extra: bool = True
    zone: str = "UTC"
    region: str = "US"
    older: str = "keep"
    allow_empty: bool = False
    page_size: int = 100
    rules: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """How it is read."""
        return str(self.read["strategy"])

    @property
    def is_snapshot(self) -> bool:
        """Whether the source can't have changed between two of its records."""
        return self.kind in ("files", "rest_files")


def read_entity(configs: Path, crm_source: str, name: str) -> Entity:
    """Read an entity from its folder and those of the accounts that it extends."""
    layers = [_load(configs / "defaults.yaml").get("entity", {})]
    folders = [crm_source]
    source = _load(configs / crm_source / "source.yaml")
    while parent := source.get("extends"):
        folders.append(parent)
        source = lay_over(_load(configs / parent / "source.yaml"), {**source, "extends": None})
    layers.append(source.get("defaults") or {})
    file = next(path for one in folders if (path := configs / one / f"{name}.yaml").is_file())
    layers.append(_load(file))
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = lay_over(merged, layer)
    return build_entity(merged, crm_source, name, schema=source.get("table_schema") or crm_source)


def build_entity(given: dict[str, Any], crm_source: str, name: str, *, schema: str | None = None) -> Entity:
    """Make an entity of its merged YAML."""
    mark = given.get("decimal_mark")
    odd = {one: tuple(given.get(one) or ()) for one in ("error_texts", "null_texts")}
    columns = {one: _column(one, told or {}, mark, odd) for one, told in given["fields"].items()}
    return Entity(
        crm_source=crm_source,
        name=name,
        schema=schema or crm_source,
        read=given["read"],
        key=tuple(given["primary_key"]),
        columns=columns,
        modified=given.get("modified_column"),
        deleted=given.get("deleted"),
        extra=given.get("extra", True),
        zone=given.get("source_time_zone", "UTC"),
        region=given.get("default_region", "US"),
        older=given.get("older", "keep"),
        allow_empty=given.get("allow_empty", False),
        page_size=given.get("page_size", 100),
        rules=given.get("rules") or [],
    )


def lay_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lay one layer over another: mappings key by key, anything else whole."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        # columns are an entity's own order and own whole settings
        merged[key] = lay_over(known, value) if both else value
    return merged


def _column(name: str, told: dict[str, Any], mark: str | None, odd: Mapping[str, tuple[str, ...]]) -> Column:
    source = told.get("source") or name
    return Column(
        name=name,
        sources=tuple(source) if isinstance(source, list) else (source,),
        type=told.get("type", "string"),
        required=bool(told.get("required")),
        rejects=told.get("on_error") == "reject",
        format=told.get("format"),
        default=told.get("default"),
        decimal_mark=told.get("decimal_mark", mark),
        pivot_year=told.get("pivot_year"),
        keep_when_missing=bool(told.get("keep_when_missing")),
        compared=bool(told.get("compared", True)),
        **odd,
        masked=told.get("mask") is not None,
    )


def _load(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found or {}
