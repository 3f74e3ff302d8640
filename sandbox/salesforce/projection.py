"""A record as answers show it: nested JSON of REST pages, or one line of a job's CSV."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from sandbox.salesforce.catalogue import FieldSpec
from sandbox.salesforce.field_paths import FieldPath
from sandbox.salesforce.soql_run import Selection
from sandbox.salesforce.store import Fields, Store, Table, Value
from sandbox.salesforce.times import to_csv

_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7
"""Numbers between them have no exponent."""


def show_record(store: Store, selection: Selection, record: Fields, version: str) -> dict[str, Any]:
    """The record with the selected fields, those of parents nested."""
    shown = {"attributes": _attributes(selection.table, record, version)}
    for path in selection.paths:
        _show_field(store, path.references, path.spec, record, shown, version)
    return shown


def _attributes(table: Table, record: Fields, version: str) -> dict[str, str]:
    name = table.type.name
    return {"type": name, "url": f"/services/data/{version}/sobjects/{name}/{record['Id']}"}


def _show_field(
    store: Store,
    references: tuple[FieldSpec, ...],
    spec: FieldSpec,
    record: Fields,
    shown: dict[str, Any],
    version: str,
) -> None:
    if not references:
        shown[spec.name] = show_value(spec, record)
        return
    name = references[0].relationship or ""
    parent = store.find(record[references[0].name])
    if parent is None:
        shown[name] = None
        return
    inner = shown.setdefault(name, {"attributes": _attributes(*parent, version)})
    _show_field(store, references[1:], spec, parent[1], inner, version)


def show_value(spec: FieldSpec, record: Fields) -> object:
    """A value as JSON has it."""
    if spec.parts:
        prefix = len(spec.name) - len("Address")
        parts = {name[prefix].lower() + name[prefix + 1 :]: record[name] for name in spec.parts}
        return None if not any(parts.values()) else parts
    value = record.get(spec.name)
    if isinstance(value, float) and value and not _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return msgspec.Raw(write_number(value).encode())
    return value


def write_number(value: float) -> str:
    """As Java writes a double: `1250000.0`, `5.6E9`."""
    if not value or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return repr(value)
    exact = Decimal(repr(value)).normalize()
    sign, digits, _ = exact.as_tuple()
    rest = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{rest}E{exact.adjusted()}"


def build_line_writer(
    store: Store, paths: tuple[FieldPath, ...], delimiter: str, line_end: str
) -> Callable[[Fields], str]:
    """A function that writes a record as one line of CSV, every value in quotes."""
    getters = [(path.spec, path.build_getter(store)) for path in paths]

    def write(record: Fields) -> str:
        return delimiter.join(_quote(_write_value(spec, get(record))) for spec, get in getters) + line_end

    return write


def write_header(paths: tuple[FieldPath, ...], delimiter: str, line_end: str) -> str:
    """The first line of each page of results."""
    return delimiter.join(_quote(path.text) for path in paths) + line_end


def _write_value(spec: FieldSpec, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return to_csv(value) if spec.type == "datetime" else value
    if isinstance(value, bool):
        return str(value).lower()
    if spec.type == "int":
        # counts of other records come as numbers with a fraction
        return f"{value}.0" if spec.is_read_only else str(value)
    return write_number(value)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
