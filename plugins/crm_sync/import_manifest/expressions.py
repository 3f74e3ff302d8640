"""Reads the Jinja of a manifest with Jinja's own parser; nothing of it is ever evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes

from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.untyped import Json

LACK = "an expression that has to be worked out"
_ANSWERED = frozenset({"response", "headers", "last_record", "last_records"})
"""What an answer is called in a position."""
_PURE = frozenset({"timestamp", "str_to_datetime", "format_datetime", "duration", "max", "min"})
"""Functions that give the same for the same values."""
_QUIET = frozenset({"string", "trim", "tojson", "int", "urlencode", "safe"})
"""Filters that leave a plain text or number what it is."""


@dataclass(frozen=True)
class Lookup:
    """A value by its place: `config['a']['b']`, `record.a`, `last_record.id`."""

    root: str
    keys: tuple[str | int, ...] = ()
    default: Json = None
    """What stands there where the place is empty, a constant or another place; None: nothing."""
    style: str = ""
    """Format of a moment, where `format_datetime` is around it."""

    def __str__(self) -> str:
        return ".".join(map(str, (self.root, *self.keys)))


@dataclass(frozen=True)
class Now:
    """The moment of the run."""

    style: str = ""


Piece = str | Lookup | Now


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> nodes.Node | None:
    """Give the one expression that a text is; None: there is more to it, or nothing.

    Raises:
        NotSaidError: it is no Jinja.
    """
    output = _parse(text)
    kept = [node for node in output if not (isinstance(node, nodes.TemplateData) and not node.data.strip())]
    return kept[0] if len(kept) == 1 and not isinstance(kept[0], nodes.TemplateData) else None


def parse_text(text: str) -> tuple[Piece, ...]:
    """Give the constant and the named pieces of a text.

    Raises:
        NotSaidError: it is no Jinja, or has something that would have to be evaluated.
    """
    pieces: list[Piece] = []
    for node in _parse(text.strip() if "{{" in text else text):
        piece = node.data if isinstance(node, nodes.TemplateData) else read_value(node, text)
        if isinstance(piece, list):
            if len(piece) != 1 or isinstance(piece[0], Lookup | Now | list):
                raise NotSaidError("a value of several", text)
            piece = piece[0]
        if isinstance(piece, Lookup | Now):
            pieces.append(piece)
        elif piece is not None:
            pieces.append(str(piece))
    return tuple(pieces)


def read_value(node: nodes.Node, text: str) -> Json:
    """Give what an expression names: a Lookup, the moment of the run, or a constant.

    Args:
        node: of it.
        text: that it stands in, for messages.

    Raises:
        NotSaidError: it would have to be evaluated.
    """
    reader = _READERS.get(type(node))
    if reader is None:
        raise NotSaidError(LACK, text)
    return reader(node, text)


def list_named(node: nodes.Node, text: str) -> list[Lookup]:
    """List the outermost values that an expression is made of, and those that stand for them."""
    try:
        value = read_value(node, text)
    except NotSaidError:
        inner = list(node.iter_child_nodes())
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
            inner = [node.node.node, *node.args]  # what a method is called on, not the method
        return [one for part in inner for one in list_named(part, text)]
    found = []
    while isinstance(value, Lookup):
        found += [value] if value.keys else []
        value = value.default
    return found


def list_values(text: str) -> list[Lookup]:
    """List the outermost values that a text is made of; none where it is no Jinja."""
    try:
        return list_named(Environment(autoescape=True).parse(text), text)
    except (TemplateSyntaxError, RecursionError):
        return []


def _parse(text: str) -> list[nodes.Node]:
    try:
        body = Environment(autoescape=True).parse(text).body
    except (TemplateSyntaxError, RecursionError) as error:
        raise NotSaidError("a text that is no Jinja", f"{text} ({type(error).__name__})") from None
    if not all(isinstance(node, nodes.Output) for node in body):
        raise NotSaidError(LACK, text)
    return [piece for node in body if isinstance(node, nodes.Output) for piece in node.nodes]


def _step(base: object, key: str | int, text: str) -> Lookup:
    if not isinstance(base, Lookup):
        raise NotSaidError(LACK, text)
    return Lookup(base.root, (*base.keys, key))


def _read_key(node: nodes.Node, text: str) -> str | int:
    if isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const) and node.node.value == 1:
        return -1
    if isinstance(node, nodes.Const) and isinstance(node.value, str | int):
        return node.value
    raise NotSaidError(LACK, text)


def _add_default(left: nodes.Node, right: nodes.Node, text: str) -> Lookup | Now | str:
    base, other = read_value(left, text), read_value(right, text)
    if not isinstance(base, Lookup):
        raise NotSaidError(LACK, text)
    if base.default is not None:
        other = replace(base.default, default=other) if isinstance(base.default, Lookup) else base.default
    return replace(base, default=other)


def _read_filter(node: nodes.Filter, text: str) -> Json:
    is_default = node.name in ("default", "d")
    is_quiet = node.name in _QUIET and not node.args
    if node.node is None or not (is_default or is_quiet):
        raise NotSaidError(LACK, text)
    return (
        _add_default(node.node, node.args[0], text)
        if is_default and node.args
        else read_value(node.node, text)
    )


def _read_call(node: nodes.Call, text: str) -> Lookup | Now:
    what, arguments = node.node, node.args
    if isinstance(what, nodes.Getattr) and what.attr == "get" and arguments:
        found = _step(read_value(what.node, text), _read_key(arguments[0], text), text)
        default = read_value(arguments[1], text) if len(arguments) > 1 else None
        return found if default in (None, "") else replace(found, default=default)
    if isinstance(what, nodes.Name) and what.name in ("now_utc", "today_utc") and not arguments:
        return Now("%Y-%m-%d" if what.name == "today_utc" else "")
    if isinstance(what, nodes.Getattr) and what.attr == "strftime" and len(arguments) == 1:
        base, style = read_value(what.node, text), read_value(arguments[0], text)
        if isinstance(base, Now) and isinstance(style, str):
            return Now(style)
    if isinstance(what, nodes.Name) and what.name == "format_datetime" and arguments:
        return _read_format(node, text)
    raise NotSaidError(LACK, text)


def _read_format(node: nodes.Call, text: str) -> Lookup | Now:
    base = read_value(node.args[0], text)
    named = {one.key: one.value for one in node.kwargs}
    asked = node.args[1] if len(node.args) > 1 else named.get("format")
    style = read_value(asked, text) if asked is not None else None
    if isinstance(base, Now) and isinstance(style, str):
        return Now(style)
    if isinstance(base, Lookup) and isinstance(style, str):
        return Lookup(base.root, base.keys, base.default, style)
    raise NotSaidError(LACK, text)


def _read_choice(node: nodes.CondExpr, text: str) -> Json:
    """Give the one branch of a choice whose other one is nothing.

    Of an answer any test is as good: where it has no records, it names no next page either. Elsewhere it
    has to be about the branch itself, since another may be false where the branch has a value.
    """
    other = None if node.expr2 is None else read_value(node.expr2, text)
    found = read_value(node.expr1, text)
    if other not in (None, "") or not isinstance(found, Lookup):
        raise NotSaidError(LACK, text)
    if found.root not in _ANSWERED:
        tested = read_value(node.test, text)
        is_own = isinstance(tested, Lookup) and tested.root == found.root
        if not is_own or found.keys[: len(tested.keys)] != tested.keys:
            raise NotSaidError(LACK, text)
    return found


def names_config_alone(text: str) -> bool:
    """Tell whether a text is the same for all requests of an account: made of its config alone."""
    try:
        body = Environment(autoescape=True).parse(text)
    except (TemplateSyntaxError, RecursionError):
        return False
    found = {name.name for name in body.find_all(nodes.Name) if name.ctx == "load"}
    found -= {name.name for name in body.find_all(nodes.Name) if name.ctx == "store"}
    return "config" in found and found <= {"config", *_PURE}


def _read_empty(node: nodes.Dict, text: str) -> None:
    """Give nothing for `{}`, by which manifests mean that nothing is there."""
    if node.items:
        raise NotSaidError(LACK, text)


_READERS: Mapping[type[nodes.Node], Callable[[Json, str], Json]] = {
    nodes.Const: lambda node, _: node.value,
    nodes.List: lambda node, text: [read_value(item, text) for item in node.items],
    nodes.Dict: _read_empty,
    nodes.Name: lambda node, _: Lookup(node.name),
    nodes.Getattr: lambda node, text: _step(read_value(node.node, text), node.attr, text),
    nodes.Getitem: lambda node, text: _step(read_value(node.node, text), _read_key(node.arg, text), text),
    nodes.Or: lambda node, text: _add_default(node.left, node.right, text),
    nodes.CondExpr: _read_choice,
    nodes.Filter: _read_filter,
    nodes.Call: _read_call,
}
