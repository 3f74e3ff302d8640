"""One request and one answer, as the client and the sources exchange them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from crm_sync.fields.key_paths import split_path

ShapeCheck = Callable[[Any], str | None]
"""Looks at a decoded body: None when it has the promised shape, else what is wrong with it."""


def expect_list_at(*paths: str) -> ShapeCheck:
    """Build the check that a body has a list at one of some dotted paths.

    Args:
        paths: for example `results`; an empty one means the body itself.
    """

    def check(data: Any) -> str | None:  # noqa: ANN401
        if find_list(data, paths) is not None:
            return None
        return f"has no list '{paths[0]}'" if paths[0] else "is no list"

    return check


def find_list(data: Any, paths: Iterable[str]) -> list[Any] | None:  # noqa: ANN401
    """Give the first list at one of the dotted paths; None: there is none."""
    found = (find_path(data, path) for path in paths)
    return next((one for one in found if isinstance(one, list)), None)


def find_path(data: Any, path: str) -> Any:  # noqa: ANN401
    r"""Follow a dotted path through objects, a dot inside a key as `\.`; None where it ends early."""
    for key in split_path(path) if path else ():
        if not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data


@dataclass(frozen=True)
class Request:
    """One request below the connection's host; every request of this package may be repeated."""

    method: Literal["GET", "POST"]
    path: str
    """Starts with a slash; without query."""
    params: Mapping[str, str] = field(default_factory=dict)
    json: object | None = None
    rate_classes: tuple[str, ...] = ("default",)
    """Every limit that the request counts in; the answer's rate headers speak of the first."""
    check: ShapeCheck | None = None
    """An answer that fails it is asked for again like a broken one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Beside those of the session and the auth."""
    accepts: frozenset[int] = frozenset()
    """Statuses beyond 200 to 299 that are an answer here, without data; the caller reads them."""

    @property
    def url_path(self) -> str:
        """Path with query; commas stay readable because long property lists would triple them."""
        return f"{self.path}?{urlencode(self.params, safe=',:')}" if self.params else self.path

    def __str__(self) -> str:
        """Method and path for messages; never the query, which may hold a secret."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    """A complete answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    """Case-insensitive."""
    received_at: datetime
    """The worker's clock, aware UTC."""
    date: datetime | None = None
    """The server's `Date` header, aware UTC, whole seconds."""
    data: Any = None
    """The decoded body of a good answer."""
