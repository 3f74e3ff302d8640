"""Envelopes: requests are taken apart as strictly as the schema is, answers are written as texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from sandbox.frame.messages import Response

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "http://service.admin.ws.five9.com/"
XML_TYPE = b"text/xml;charset=UTF-8"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass
class Element:
    """One element."""

    space: str
    name: str
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def describe(self) -> str:
        """Its name as faults show it."""
        return f"{{{self.space}}}{self.name}"


class MessageError(ValueError):
    """The body is no message of the service."""


def read_request(body: bytes) -> Element:
    """The operation's element.

    Raises:
        MessageError: no envelope, or more or less than one operation in its body.
    """
    envelope = _parse(body)
    if (envelope.space, envelope.name) != (ENVELOPE, "Envelope"):
        raise MessageError(f"{envelope.describe()} is no envelope of SOAP 1.1")
    inner = next((one for one in envelope.children if (one.space, one.name) == (ENVELOPE, "Body")), None)
    if inner is None or len(inner.children) != 1:
        raise MessageError("the body has no operation")
    return inner.children[0]


def read_children(element: Element, known: tuple[str, ...]) -> list[Element]:
    """Children in the order of the schema, each without a namespace.

    Args:
        element: of the request.
        known: names in the order of the schema.

    Raises:
        MessageError: another namespace, name or order.
    """
    at = 0
    for child in element.children:
        if child.space or child.name not in known:
            raise MessageError(f"unexpected element {child.describe()}")
        if known.index(child.name) < at:
            raise MessageError(f"unexpected order at {child.name}")
        at = known.index(child.name)
    return element.children


def build_answer(operation: str, returns: str) -> Response:
    """The answer of an operation, `returns` its `return` elements."""
    name = f"ns2:{operation}Response"
    return build_envelope(200, f'<{name} xmlns:ns2="{SERVICE}">{returns}</{name}>')


def build_envelope(status: int, content: str) -> Response:
    """An envelope around a body's content."""
    text = f'<env:Envelope xmlns:env="{ENVELOPE}"><env:Header/><env:Body>{content}</env:Body></env:Envelope>'
    return Response(status, text.encode(), XML_TYPE)


def escape_text(text: str) -> str:
    """A text as XML can hold it; what it can't hold becomes U+FFFD."""
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    for char, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = text.replace(char, name)
    return text


def _parse(body: bytes) -> Element:
    root = Element("", "")
    stack = [root]

    def start(name: str, _attributes: object) -> None:
        space, _, local = name.rpartition(" ")
        element = Element(space, local)
        stack[-1].children.append(element)
        stack.append(element)

    def take(text: str) -> None:
        stack[-1].text += text

    def end(_name: str) -> None:
        stack.pop()

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, take
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise MessageError(str(error)) from None
    return root.children[0]
