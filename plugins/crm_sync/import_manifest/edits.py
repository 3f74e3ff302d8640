"""Reads transformations: columns that are filled from elsewhere, and keys that are no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import LACK, Lookup, Now, parse_text
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.names import write_path
from crm_sync.import_manifest.scope import Keys, Scope


@dataclass(frozen=True)
class Origin:
    """Where a column is filled from."""

    path: str = ""
    default: str | None = None
    outer: tuple[str, ...] = ()
    """Paths of objects in which it may be, too: an earlier change made their keys those of the record."""

    @property
    def sources(self) -> list[str]:
        """Give all paths where it may be."""
        return [self.path, *(f"{one}.{self.path}" for one in self.outer)]


@dataclass
class Edits:
    """What a stream's transformations say."""

    origins: dict[str, Origin] = field(default_factory=dict)
    """By key of the record."""
    unfilled: dict[str, str] = field(default_factory=dict)
    """Keys that are worked out, which is left undone here, and how."""
    removed: set[str] = field(default_factory=set)
    spread: list[str] = field(default_factory=list)
    """Paths of objects whose keys are those of the record."""

    @property
    def dropped(self) -> list[str]:
        """Give the keys that can be left out: nothing is filled from them."""
        used = {one.path.partition(".")[0] for one in self.origins.values()}
        used |= {path.partition(".")[0] for path in self.spread}
        return sorted(self.removed - used)


def read_edits(stream: Component, scope: Scope) -> Edits:
    """Give what the transformations of a stream say.

    Raises:
        NotSaidError: they make other records of the records, in a way that we have no word for.
    """
    edits = Edits()
    for one in stream.parts("transformations"):
        if one.class_name:
            what = "own Python code changes records in the manifest, and here they stay as they are sent"
            scope.doubts.add(what, one.class_name)
            one.leave_all()
            continue
        if one.own("condition") is not None:
            scope.doubts.add("a change of records has a condition, which is left out", one.own("condition"))
        if one.type == "AddFields":
            for added in one.parts("fields"):
                _add(added, edits, scope)
        elif one.type == "RemoveFields":
            _remove(one, edits, scope.doubts)
        elif one.type == "DpathFlattenFields":
            _spread(one, edits)
        else:
            raise NotSaidError("a change of records", one.type)
    return edits


def _add(added: Component, edits: Edits, scope: Scope) -> None:
    keys = added.own("path", [])
    added.leave("value_type", "name", "primary_key")
    text = str(added.take("value", ""))
    if not isinstance(keys, list) or len(keys) != 1:
        scope.doubts.add("a value inside an object is left out", f"{keys} = {text}")
        return
    name = str(keys[0])
    try:
        found = _find_origin(text, edits, scope)
    except NotSaidError:
        edits.origins.pop(name, None)
        edits.unfilled[name] = text
    else:
        edits.unfilled.pop(name, None)
        edits.origins[name] = found


def _find_origin(text: str, edits: Edits, scope: Scope) -> Origin:
    pieces = parse_text(text)
    if all(isinstance(piece, str) for piece in pieces):
        return Origin(default="".join(map(str, pieces)))
    piece = pieces[0]
    if len(pieces) != 1 or not isinstance(piece, Lookup) or piece.style or not piece.keys:
        raise NotSaidError(LACK, text)
    if isinstance(piece.default, Lookup | Now):
        raise NotSaidError(LACK, text)
    default = None if piece.default in (None, "") else str(piece.default)
    if piece.root == "record" and all(isinstance(key, str) for key in piece.keys):
        return _find_sent(piece.keys, default, text, edits)
    if piece.root in ("stream_partition", "stream_slice") and len(piece.keys) == 1:
        slot = scope.partition.get(str(piece.keys[0]), "")
        if slot.startswith("{") and slot.endswith("}"):
            return Origin(f"_{slot[1:-1]}")
    raise NotSaidError(LACK, text)


def _find_sent(keys: Keys, default: str | None, text: str, edits: Edits) -> Origin:
    """Give where a value of the record is sent, of which an earlier change may have made another."""
    name, deeper = str(keys[0]), keys[1:]
    earlier = edits.origins.get(name)
    if name in edits.unfilled or (deeper and earlier is not None and not earlier.path):
        raise NotSaidError(LACK, text)
    if earlier is None:
        return Origin(write_path(keys), default, tuple(edits.spread))
    if deeper:
        return replace(earlier, path=f"{earlier.path}.{write_path(deeper)}", default=default)
    return replace(earlier, default=default if earlier.default is None else earlier.default)


def _remove(one: Component, edits: Edits, doubts: Doubts) -> None:
    for pointer in one.own("field_pointers", []):
        if isinstance(pointer, list) and len(pointer) == 1 and "*" not in str(pointer[0]):
            edits.removed.add(str(pointer[0]))
        else:
            doubts.add("what the manifest removes stays in the column extra", pointer)


def _spread(one: Component, edits: Edits) -> None:
    keys = one.own("field_path", [])
    one.leave("delete_origin_value", "replace_record")
    if one.own("key_transformation") is not None or any("*" in str(key) for key in keys):
        raise NotSaidError("a change of records", one.type)
    edits.spread.append(write_path(tuple(map(str, keys))))


def count_removed(edits: Edits, properties: Mapping[str, Any]) -> list[str]:
    """Name the properties that are columns: those that no transformation removed."""
    return [name for name in properties if name not in edits.removed or name in edits.origins]
