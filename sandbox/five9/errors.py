"""Five9's faults; elements and children are the WSDL's, texts are made up (INFERRED)."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.five9.soap import SERVICE, build_envelope, escape_text
from sandbox.frame.messages import Response


class Five9Error(Exception):
    """A SOAP fault.

    Args:
        name: of the element in `detail`, without Fault; empty: there is no detail.
        message: its text.
        code: of the fault itself.
        **children: elements beside the message.
    """

    def __init__(
        self,
        name: str,
        message: str,
        *,
        code: str = "env:Server",
        children: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.code = code
        self.children = dict(children or {})

    def to_response(self, status: int) -> Response:
        """The answer; children are in the order of their names, as the WSDL has them."""
        texts = {**self.children, "message": self.message}
        inner = "".join(f"<{key}>{escape_text(str(texts[key]))}</{key}>" for key in sorted(texts))
        detail = (
            f'<detail><ns2:{self.name}Fault xmlns:ns2="{SERVICE}">{inner}</ns2:{self.name}Fault></detail>'
        )
        text = escape_text(self.message)
        fault = f"<faultcode>{self.code}</faultcode><faultstring>{text}</faultstring>"
        return build_envelope(status, f"<env:Fault>{fault}{detail if self.name else ''}</env:Fault>")


def limit_exceeded(limit: int) -> Five9Error:
    """Too many calls."""
    children = {"limit": limit, "operationType": "Query"}
    return Five9Error("OperationsLimitExceeded", "Limit of operations exceeded", children=children)


def wrong_login(*, is_locked: bool) -> Five9Error:
    """A wrong password, or a locked user."""
    text = "User is locked" if is_locked else "Wrong user name or password"
    return Five9Error("", text, code="env:Client")


def access_disallowed() -> Five9Error:
    """The user lacks the right."""
    return Five9Error("AccessDisallowed", "You do not have the permission to perform this operation")


def field_not_found(name: str) -> Five9Error:
    """A criterion names a field that the domain does not have."""
    return Five9Error("CrmFieldNotFound", f"Field {name} was not found", children={"fieldName": name})


def wrong_element(name: str) -> Five9Error:
    """An operation that the service does not have, or in another namespace."""
    return Five9Error("", f"Unexpected wrapper element {name} found.", code="env:Client")


def wrong_message(text: str) -> Five9Error:
    """A message that does not fit the schema."""
    return Five9Error("", f"Unmarshalling Error: {text}", code="env:Client")


def wrong_pattern(text: str) -> Five9Error:
    """A pattern that is no regular expression."""
    return Five9Error("InvalidRegexpPattern", f"Invalid pattern: {text}")
