"""What the names of a manifest's texts mean in one stream, and texts written with our slots."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import (
    LACK,
    Lookup,
    Now,
    Piece,
    names_config_alone,
    parse_expression,
    parse_text,
    read_value,
)
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.moments import write_format
from crm_sync.import_manifest.names import escape_braces, make_name
from crm_sync.untyped import Json

Keys = tuple[str | int, ...]
_EXPRESSION = re.compile(r"([^{]*)(\{\{[^{}]*\}\})([^{]*)", re.DOTALL)
_SLICES = frozenset({"stream_partition", "stream_slice", "stream_interval"})
_TAKEN = frozenset(
    {"since", "until", "before", "after", "limit", "fields", "sample", "time_zone", "api_version"}
)
RESERVED = _TAKEN | {"login", "password"}
"""Names that no extra and no parent may have."""


MADE_OF = "made of "
"""Before an expression over the config, where a value of the config would stand."""


@dataclass
class Extras:
    """The connection's extras that stand for values of the manifest's config."""

    names: dict[Keys, str] = field(default_factory=dict)

    def name_made(self, text: str) -> str:
        """Give the extra for what the manifest makes of the config, which only people can work out."""
        words = re.findall(r"config(?:\.get\(|\[|\.)\W*(\w+)", text)
        keys = (MADE_OF + " ".join(text.split()),)
        if keys not in self.names:
            named = make_name("_".join(dict.fromkeys(words)) or "value")[:50]
            self.names[keys] = make_name(f"{named}_made", {*self.names.values(), *RESERVED})
        return self.names[keys]

    def name(self, keys: Keys) -> str:
        """Give the extra for a value of the config; made where there is none yet."""
        if keys not in self.names:
            taken = {*self.names.values(), *RESERVED}
            self.names[keys] = make_name("_".join(map(str, keys)), taken)
        return self.names[keys]


@dataclass
class Scope:
    """What a stream's texts may name.

    Args:
        extras: shared by all streams.
        doubts: of the stream.
    """

    extras: Extras
    doubts: Doubts
    partition: dict[str, str] = field(default_factory=dict)
    """By partition field: the slot of the parent, or a constant, as a text of a template."""
    start: str = "start_time"
    """Partition field of a slice's first moment."""
    end: str = "end_time"
    style: str = ""
    """Format of these moments; empty: the stream has no slices by time."""
    is_windowed: bool = False
    used_moments: set[str] = field(default_factory=set)
    """Which of since and until a text names."""

    def write(self, text: object, component: Component, *, is_path: bool = False) -> str | None:
        """Write a text of the manifest with our slots; None: it is empty.

        Raises:
            NotSaidError: it has something that no slot says.
        """
        if not isinstance(text, str):
            return None if text is None else escape_braces(str(text))
        try:
            filled = "".join(self._write(piece, component, is_path=is_path) for piece in parse_text(text))
        except NotSaidError:
            # what a slot of a path holds is quoted, so it can be no piece of a path
            if not names_config_alone(text) or (is_path and re.search(r"\{\{[^}]*[/?]", text)):
                raise
            return self._write_made(text)
        return filled or None

    def _write_made(self, text: str) -> str:
        """Write the one expression of a text as an extra, or all of it where it has several."""
        found = _EXPRESSION.fullmatch(text)
        before, inner, behind = found.groups() if found is not None else ("", text, "")
        name = self.extras.name_made(inner)
        self.doubts.add(f"give the connection the extra {name}, what the manifest makes of", inner)
        return f"{escape_braces(before)}{{{name}}}{escape_braces(behind)}"

    def write_all(self, texts: Mapping[str, Any], component: Component) -> dict[str, str]:
        """Write the texts of a mapping; empty ones are left out, as the manifest's reader does."""
        written = {str(name): self.write(text, component) for name, text in texts.items()}
        for name, text in written.items():
            # the manifest's reader takes a text of that form for a list, and repeats the parameter
            if text is not None and isinstance(items := _read_literal(text), list | tuple | dict):
                if not isinstance(items, list) or len(items) != 1:
                    raise NotSaidError("a value of several", text)
                written[name] = str(items[0])
        return {name: text for name, text in written.items() if text is not None}

    def write_json(self, value: object, component: Component) -> Json:
        """Write the texts inside a JSON value."""
        if isinstance(value, Mapping):
            return {str(key): self.write_json(item, component) for key, item in value.items()}
        if isinstance(value, list):
            return [self.write_json(item, component) for item in value]
        if not isinstance(value, str):
            return value
        if isinstance(node := parse_expression(value), nodes.List):
            return [self._write_item(item, component) for item in read_value(node, value)]
        if "{{" not in value and "{%" not in value:
            # the manifest's reader sends an object, a list or a number that a text looks like
            literal = _read_literal(value)
            return escape_braces(value) if isinstance(literal, str) else self.write_json(literal, component)
        if re.match(r"\s*(?:\[|\{[^{%])", value):
            raise NotSaidError("an object in a body that is put together as a text", value)
        written = self.write(value, component) or ""
        return written if "{" in written else _read_literal(written)

    def _write_item(self, item: Json, component: Component) -> Json:
        is_named = isinstance(item, Lookup | Now)
        return self._write(item, component, is_path=False) if is_named else self.write_json(item, component)

    def _write(self, piece: Piece, component: Component, *, is_path: bool) -> str:
        if isinstance(piece, str):
            return escape_braces(piece)
        if isinstance(piece, Now):
            return self._write_now(piece, is_path=is_path)
        if piece.root in ("parameters", "options"):
            return escape_braces(str(_find(component.parameters, piece)))
        if piece.root == "config" and piece.keys:
            return self._write_extra(piece)
        if piece.root == "next_page_token":
            return "{after}"
        if piece.root in _SLICES and piece.keys:
            return self._write_slice(piece, is_path=is_path)
        if piece.root == "stream_state":
            raise NotSaidError("the state of an earlier run in a request", piece)
        raise NotSaidError(LACK, piece)

    def _write_extra(self, piece: Lookup) -> str:
        name = self.extras.name(piece.keys)
        if piece.style:
            raise NotSaidError("a date of the config in another format", piece)
        if isinstance(piece.default, Lookup):
            raise NotSaidError(LACK, piece)
        if piece.default is not None:
            what = f"give the connection the extra {name}, for which the manifest has a value of its own"
            usual = "the moment of the run" if isinstance(piece.default, Now) else piece.default
            self.doubts.add(what, usual)
        return f"{{{name}}}"

    def _write_slice(self, piece: Lookup, *, is_path: bool) -> str:
        key = piece.keys[0]
        if len(piece.keys) == 1 and key in self.partition:
            return self.partition[str(key)]
        moment = {self.start: "since", self.end: "until"}.get(str(key)) if self.style else None
        if moment is None:
            raise NotSaidError("a second value of the parent", piece)
        return self._write_moment(moment, piece.style or self.style, is_path=is_path)

    def _write_now(self, piece: Now, *, is_path: bool) -> str:
        if self.is_windowed:
            raise NotSaidError("the moment of the run in a request by spans of days", piece.style)
        self.doubts.add("the moment of the run is written as the end of what it asks for, a minute earlier")
        return self._write_moment("until", piece.style or "%Y-%m-%dT%H:%M:%SZ", is_path=is_path)

    def _write_moment(self, name: str, style: str, *, is_path: bool) -> str:
        if is_path:
            raise NotSaidError("a moment in a path", style)
        self.used_moments.add(name)
        return f"{{{name}:{write_format(style)}}}"


def read_constant(text: object, component: Component) -> str:
    """Give a text that only parameters have a part in; a parameter that is not there is an empty text.

    Raises:
        NotSaidError: more has a part in it.
    """
    written = []
    for piece in parse_text(str(text)):
        if isinstance(piece, str):
            written.append(piece)
        elif isinstance(piece, Lookup) and piece.root in ("parameters", "options"):
            written.append(_find_text(component.parameters, piece))
        else:
            raise NotSaidError(LACK, text)
    return "".join(written)


def _find_text(parameters: Mapping[str, Any], piece: Lookup) -> str:
    try:
        return str(_find(parameters, piece))
    except NotSaidError:
        return ""


def _read_literal(text: str) -> Json:
    """Give the number, list or truth that a constant is, as the manifest's reader sends it."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _find(parameters: Mapping[str, Any], piece: Lookup) -> Json:
    at: Json = parameters
    for key in piece.keys:
        at = at.get(key) if isinstance(at, Mapping) else None
    if at is None or at == "":
        other = piece.default
        at = _find(parameters, other) if isinstance(other, Lookup) and other.root == piece.root else other
    if at is None or isinstance(at, Lookup | Now | Mapping | list):
        raise NotSaidError("a parameter that is not there", piece)
    return at
