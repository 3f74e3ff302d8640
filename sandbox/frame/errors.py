"""The error answer that an endpoint raises; its body is the vendor's."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sandbox.frame.messages import Header, Response, json_response


class VendorError(Exception, ABC):
    """An error answer.

    Args:
        status: HTTP status.
        message: Text of the body.
        headers: Further headers of the answer.
    """

    def __init__(self, status: int, message: str, *headers: Header) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers

    @abstractmethod
    def body(self) -> object:
        """The JSON of the answer."""

    def to_response(self) -> Response:
        """The answer."""
        return json_response(self.status, self.body(), *self.headers)
