"""Makes columns of a stream's JSON schema; what has no column is kept in `extra` all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_sync.constants import BOOKKEEPING_COLUMNS
from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.edits import Edits, Origin, count_removed
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.names import make_name, write_path

_PLAIN = {"integer": "integer", "number": "number", "boolean": "boolean", "array": "json", "object": "json"}
_TIMES = {"date": "date", "date-time": "datetime"}
_TAKEN = frozenset({*BOOKKEEPING_COLUMNS, "extra"})
HASH = "row_hash"


class Columns:
    """The columns of one entity.

    Args:
        edits: of the stream.
        doubts: takes what may differ.
    """

    def __init__(self, edits: Edits, doubts: Doubts) -> None:
        self.fields: dict[str, dict[str, Any]] = {}
        self._edits = edits
        self._doubts = doubts
        self._names: dict[str, str] = {}

    def add_schema(self, properties: Mapping[str, Any]) -> None:
        """Add a column for each property that a record has in the end."""
        for name in count_removed(self._edits, properties):
            if name in self._edits.unfilled:
                continue
            self._add(name, _find_type(properties[name]))
        for name, text in self._edits.unfilled.items():
            self._doubts.add(f"the value {name} is worked out in the manifest, and left out here", text)

    def need(self, path: str, **words: Any) -> str:
        """Give the column of a key of the record, with further words; made where there is none.

        Args:
            path: dotted.
            words: of the column.

        Raises:
            NotSaidError: the manifest works its value out.
        """
        first = path.partition(".")[0]
        if path in self._edits.unfilled or (first in self._edits.unfilled and first not in self._names):
            raise NotSaidError("a key that is worked out", f"{path} = {self._edits.unfilled.get(path, '')}")
        if path not in self._names:
            self._add(path, {"type": "string"}, is_path=True)
        column = self._names[path]
        self.fields[column].update(words)
        return column

    def add_hash(self) -> str:
        """Give the column of a hash over the whole record."""
        name = make_name(HASH, {*self.fields, *_TAKEN})
        self.fields[name] = {"source": "_hash", "type": "string", "required": True}
        return name

    def _add(self, name: str, words: Mapping[str, Any], *, is_path: bool = False) -> None:
        column = make_name(name, {*self.fields, *_TAKEN})
        origin = self._edits.origins.get(name)
        path = name if is_path and "." in name else write_path((name,))
        sources = self._list_sources(path, origin)
        self._names[name] = column
        field: dict[str, Any] = (
            {} if sources == [column] else {"source": sources if len(sources) > 1 else sources[0]}
        )
        field.update(words)
        if origin is not None and origin.default is not None:
            field["default"] = origin.default
        self.fields[column] = field

    def _list_sources(self, path: str, origin: Origin | None) -> list[str]:
        if origin is not None and origin.path:
            return origin.sources
        return [path, *(f"{outer}.{path}" for outer in self._edits.spread)]


def read_properties(stream: Component, doubts: Doubts) -> Mapping[str, Any]:
    """Give the properties of a stream's schema; none where it stands elsewhere."""
    loaders = stream.parts("schema_loader")
    found: dict[str, Any] = {}
    for loader in loaders:
        schema = loader.own("schema") if loader.type == "InlineSchemaLoader" else None
        if isinstance(schema, Mapping) and isinstance(schema.get("properties"), Mapping):
            found |= schema["properties"]
        else:
            doubts.add(
                "the key has a column, and all else stands in extra: the schema is not in the manifest",
                loader.type,
            )
        loader.leave_all()
    return {str(name): words for name, words in found.items()}


def _find_type(schema: object) -> dict[str, Any]:
    """Give the type of a column: what each of the schema's types can be read as."""
    if not isinstance(schema, Mapping):
        return {"type": "json", "format": "text"}
    given = schema.get("type")
    kinds = {
        str(kind) for kind in (given if isinstance(given, list) else [given]) if kind not in ("null", None)
    }
    if kinds == {"string"}:
        return {"type": _TIMES.get(str(schema.get("format")), "string")}
    if kinds <= {"integer", "number"} and kinds:
        return {"type": "number" if "number" in kinds else "integer"}
    if len(kinds) == 1:
        return {"type": _PLAIN.get(next(iter(kinds)), "string")}
    is_loose = not kinds or bool(kinds & {"array", "object"})
    return {"type": "json", "format": "text"} if is_loose else {"type": "string"}
