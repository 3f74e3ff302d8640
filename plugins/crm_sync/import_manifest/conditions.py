"""Reads when a manifest's cursor stops: what it says of the answer, never its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jinja2 import nodes

from crm_sync.import_manifest.expressions import Lookup, parse_expression, read_value
from crm_sync.import_manifest.findings import NotSaidError

_NOTHING = (None, "", "null", 0)


@dataclass(frozen=True)
class Stop:
    """One reason to stop.

    Kinds: `absent` (nothing is at a place), `flag` (a truth there is `when`), `equal` (two places are equal),
    `short` and `empty` (the page is), `never`.
    """

    kind: Literal["absent", "flag", "equal", "short", "empty", "never"]
    place: Lookup | None = None
    other: Lookup | None = None
    when: bool = False


def read_stops(text: str) -> list[Stop]:
    """Give the reasons of a stop condition; one of them is enough.

    Raises:
        NotSaidError: it is of a form that is not known.
    """
    if text.strip().lower() in ("", "false", "{{ false }}"):
        return []
    node = parse_expression(text)
    if node is None:
        raise NotSaidError("a stop condition of a form that is not known", text)
    return [stop for stop in _read(node, text) if stop.kind != "never"]


def _read(node: nodes.Node, text: str) -> list[Stop]:
    if isinstance(node, nodes.Or):
        return [*_read(node.left, text), *_read(node.right, text)]
    if isinstance(node, nodes.Const) and node.value is False:
        return [Stop("never")]
    if isinstance(node, nodes.Not):
        return [_read_not(node.node, text)]
    if isinstance(node, nodes.Test):
        return [_read_test(node, text)]
    if isinstance(node, nodes.Compare) and len(node.ops) == 1:
        return [_read_compare(node.expr, node.ops[0], text)]
    if isinstance(node, nodes.CondExpr):
        raise _refuse(text)
    found = _lookup(node, text)
    return [Stop("flag", found, when=True)]


def _read_not(node: nodes.Node, text: str) -> Stop:
    if isinstance(node, nodes.Compare | nodes.Test):
        inner = _read(node, text)[0]
        return _negate(inner, text)
    found = _lookup(node, text)
    return Stop("absent", found)


def _negate(stop: Stop, text: str) -> Stop:
    if stop.kind == "flag":
        return Stop("flag", stop.place, when=not stop.when)
    raise _refuse(text)


def _read_test(node: nodes.Test, text: str) -> Stop:
    if node.name in ("none", "undefined"):
        return Stop("absent", _lookup(node.node, text))
    if node.name in ("true", "false"):
        return Stop("flag", _lookup(node.node, text), when=node.name == "true")
    if node.name == "defined":
        return Stop("flag", _lookup(node.node, text), when=True)
    raise _refuse(text)


def _read_compare(left: nodes.Node, right: nodes.Operand, text: str) -> Stop:
    if right.op == "notin" and isinstance(left, nodes.Const):
        around = _lookup(right.expr, text)
        return Stop("absent", Lookup(around.root, (*around.keys, left.value)))
    size = _read_size(left, right, text)
    if size is not None:
        return size
    found, other = _lookup(left, text), _value(right.expr, text)
    if isinstance(other, Lookup):
        if right.op in ("eq", "gteq", "gt"):
            return Stop("equal", found, other)
        raise _refuse(text)
    if isinstance(other, bool) and right.op in ("eq", "ne"):
        return Stop("flag", found, when=other is (right.op == "eq"))
    if right.op == "eq" and (other in _NOTHING or other == []):
        return Stop("absent", found)
    raise _refuse(text)


def _read_size(left: nodes.Node, right: nodes.Operand, text: str) -> Stop | None:
    """Read what is said of the number of records; None: it is about something else."""
    is_length = isinstance(left, nodes.Filter) and left.name in ("length", "count") and left.node is not None
    measured = _value(left.node if isinstance(left, nodes.Filter) and left.node and is_length else left, text)
    if not isinstance(measured, Lookup):
        return None
    is_records = is_length and measured.root in ("response", "last_records")
    if not is_records and measured.root != "last_page_size":
        return None
    if right.op in ("eq", "lt", "lteq") and _value(right.expr, text) in (0, 1):
        is_empty = (right.op, _value(right.expr, text)) in (("eq", 0), ("lt", 1), ("lteq", 0))
        return Stop("empty" if is_empty else "short", measured)
    if right.op in ("lt", "ne", "lteq"):
        return Stop("short", measured)
    raise _refuse(text)


def _lookup(node: nodes.Node, text: str) -> Lookup:
    found = _value(node, text)
    if not isinstance(found, Lookup) or isinstance(found.default, Lookup):
        raise _refuse(text)
    return found


def _value(node: nodes.Node, text: str) -> object:
    try:
        return read_value(node, text)
    except NotSaidError:
        raise _refuse(text) from None


def _refuse(text: str) -> NotSaidError:
    return NotSaidError("a stop condition of a form that is not known", text)
