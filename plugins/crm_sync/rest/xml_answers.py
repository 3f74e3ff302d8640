"""Turns XML answers into Python values; sources decide which of them are records."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.parsers import expat

from crm_sync.rest.decoding import is_utf8

_MOST_DEPTH = 100
_NULL_MARKS = frozenset({"nil", "null"})
"""Attributes of XML Schema and OData which say that an element has no value."""
_YES = frozenset({"true", "1"})
_NONE: dict[str, str] = {}
"""The attributes of most elements; never changed."""
_ABSENT = object()


def decode_xml(body: bytes, charset: str | None = None, *, attributes: bool = False) -> dict[str, Any]:
    """Decode one XML document.

    An element becomes a text or, if it has children, an object of its children; an element that comes several
    times within another becomes a list. Prefixes and namespaces are dropped. Attributes are kept as `@name`,
    except those of an element with text alone, and text beside children is kept as `#text`. Blanks around
    texts are kept. An empty element is an empty text, and one that is marked `nil` is null.

    Args:
        body: the document.
        charset: that the answer names, which overrides the document's own word; None: none.
        attributes: those of an element with text alone are kept, too, which makes it an object.

    Returns:
        An object with the root's name as its only key.

    Raises:
        ValueError: the body is no complete XML document, has a document type (a way to attack its readers),
            or is nested too deeply.
    """
    builder = _Builder(keeps_attributes=attributes)
    try:
        # a document that is called ASCII is usually UTF-8, as in JSON
        encoding = "utf-8" if charset is not None and is_utf8(charset) else charset
        parser = expat.ParserCreate(encoding, namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = builder.start
        parser.EndElementHandler = builder.end
        parser.CharacterDataHandler = builder.take_text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise ValueError(f"is no complete XML document: {error}") from None
    return builder.root


class _Builder:
    """Builds values from the parser's events."""

    def __init__(self, *, keeps_attributes: bool) -> None:
        self.root: dict[str, Any] = {}
        self._keeps_attributes = keeps_attributes
        self._open: list[tuple[dict[str, str], dict[str, Any], list[str]]] = [({}, self.root, [])]

    def start(self, _name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        if len(self._open) > _MOST_DEPTH:
            raise ValueError(f"is XML nested more than {_MOST_DEPTH} levels deep")
        named = {_drop_space(name): value for name, value in attributes.items()} if attributes else _NONE
        self._open.append((named, {}, []))

    def take_text(self, text: str) -> None:
        """Add text to the element that is open."""
        self._open[-1][2].append(text)

    def end(self, name: str) -> None:
        """Add a complete element to the one around it."""
        attributes, children, texts = self._open.pop()
        siblings, key = self._open[-1][1], _drop_space(name)
        text = texts[0] if len(texts) == 1 else "".join(texts)
        value: object
        if children or attributes:
            value = _build_value(attributes, children, text, keeps_attributes=self._keeps_attributes)
        else:  # most elements are such: a page has tens of thousands of them
            value = text if text and not text.isspace() else ""
        earlier = siblings.get(key, _ABSENT)
        if earlier is _ABSENT:
            siblings[key] = value
        elif isinstance(earlier, _Repeated):
            earlier.append(value)
        else:
            siblings[key] = _Repeated((earlier, value))


class _Repeated(list[Any]):
    """An element that came several times."""


def _build_value(
    attributes: dict[str, str], children: dict[str, Any], text: str, *, keeps_attributes: bool
) -> object:
    if any(attributes.get(mark) in _YES for mark in _NULL_MARKS):
        return None
    has_text = bool(text.strip())
    if not children and not (attributes and (keeps_attributes or not has_text)):
        return text if has_text else ""
    named = {f"@{name}": value for name, value in attributes.items()}
    return {**named, **children, **({"#text": text} if has_text else {})}


@lru_cache(maxsize=4096)
def _drop_space(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def _refuse_doctype(*_declaration: object) -> None:
    raise ValueError("is XML with a document type, which is not read")
