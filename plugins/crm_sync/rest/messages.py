"""One request and one answer, as the client and the sources exchange them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from crm_sync.fields.key_paths import split_path
from crm_sync.rest.alike_records import AlikeReader, AlikeRecords
from crm_sync.rest.decoding import make_printable
from crm_sync.untyped import Json

_SHOWN_CHARS = 40
EACH = "*"
"""The key of a path that stands for each item."""
ShapeCheck = Callable[[Any], str | None]
"""Looks at a decoded body: None when it has the promised shape, else what is wrong with it."""


def expect_list_at(*paths: str) -> ShapeCheck:
    """Build the check that a body has a list at one of some dotted paths.

    Args:
        paths: for example `results`; an empty one means the body itself.
    """

    def check(data: Json) -> str | None:
        if find_list(data, paths) is not None:
            return None
        # the path is followed as far as it goes, so that the message shows which word is wrong
        came = describe_value(find_path(data, paths[0]))
        where = f"has no list '{paths[0]}'" if paths[0] else "is no list"
        if paths[0] and isinstance(data, Mapping) and came == "null":
            return f"{where}, it is {describe_value(data)}"
        return f"{where}, {'there' if paths[0] else 'it'} is {came}"

    return check


def find_list(data: Json, paths: Iterable[str]) -> list[Json] | None:
    """Give the first list at one of the dotted paths; None: there is none.

    A `*` in a path is each item of a list, or each value of an object: what is behind it is a record, or a
    list of records, or nothing.
    """
    found = (_gather(data, path) if EACH in split_path(path) else find_path(data, path) for path in paths)
    return next((one for one in found if isinstance(one, list)), None)


def _gather(data: Json, path: str) -> Json:
    """Follow a path with a `*`; None where nothing is there that it could stand for."""
    outer, _, inner = f".{path}.".partition(f".{EACH}.")
    items = find_path(data, outer.removeprefix("."))
    if isinstance(items, Mapping):
        items = list(items.values())
    if not isinstance(items, list):
        return None
    inner = inner.removesuffix(".")
    if not inner:
        return [record for one in items for record in (one if isinstance(one, list) else [one])]
    if EACH in split_path(inner):
        parts = (_gather(one, inner) for one in items)
    else:
        parts = (find_path(one, inner) for one in items)
    given = (one if isinstance(one, list) else [one] for one in parts if one is not None)
    return [record for records in given for record in records]


def find_path(data: Json, path: str) -> Json:
    r"""Follow a dotted path through objects, a dot inside a key as `\.`; None where it ends early."""
    for key in split_path(path) if path else ():
        if not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data


def describe_value(value: Json) -> str:
    """Name the kind of a value, and show a short value itself; never the content of an object or list."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return f"an object with {_name_keys(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text '{make_printable(value[:_SHOWN_CHARS])}'"
    return f"the number {value}"[:_SHOWN_CHARS]


def _name_keys(value: dict[str, Any]) -> str:
    names = ", ".join(f"'{make_printable(name[:_SHOWN_CHARS])}'" for name in list(value)[:5])
    return f"{names} and more" if len(value) > 5 else names or "no keys"


@dataclass(frozen=True)
class Watch:
    """What somebody wants to be told of a request, each time that it is sent."""

    leaves: Callable[[], object]
    """Called when its turn under the rate limits has come."""
    arrived: Callable[[Answer], object]
    """Called once a good answer is there whole, before it is decoded: another request may leave."""


def tell_arrival(watch: Watch | None, arrived: Callable[[], object]) -> Watch:
    """Give a watch that tells somebody else, too, that an answer is there."""

    def note(answer: Answer) -> None:
        if watch is not None:
            watch.arrived(answer)
        arrived()

    return Watch(leaves=(lambda: None) if watch is None else watch.leaves, arrived=note)


@dataclass(frozen=True)
class Request:
    """One request below the connection's host."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    """Starts with a slash; without query."""
    params: Mapping[str, str] = field(default_factory=dict)
    json: object | None = field(default=None, repr=False)
    rate_classes: tuple[str, ...] = ("default",)
    """Every limit that the request counts in; the answer's rate headers speak of the first."""
    check: ShapeCheck | None = None
    """An answer that fails this check is requested again, like a broken one."""
    lines_path: str | None = None
    """Where the JSON answer has a list of records of which `Answer.lines` are wanted; None: nowhere."""
    alike: AlikeReader | None = field(default=None, repr=False, compare=False)
    """Reads the records at `lines_path` where it can; `Answer.alike` has them then."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """In addition to those of the session and the auth."""
    accepts: frozenset[int] = frozenset()
    """Statuses beyond 200 to 299 that count as an answer here, without data; the caller reads them."""
    query: str = ""
    """Of a link, sent as it is, before the parameters."""
    body: bytes | None = field(default=None, repr=False)
    """Instead of `json`, with a Content-Type among the headers; neither is ever shown."""
    read: Callable[[Answer], Any] | None = None
    """Decodes a good answer, and raises ValueError if it can't; None: the answer is JSON."""
    is_repeatable: bool = True
    """Sending it twice is as good as once; if not, only a refusal that came before any work is repeated."""
    watch: Watch | None = field(default=None, repr=False, compare=False)
    """Is told how far it has come; None: nobody asks."""

    @property
    def content(self) -> bytes | None:
        """Give the body's bytes."""
        return self.body if self.json is None else msgspec.json.encode(self.json)

    @property
    def url_path(self) -> str:
        """Path with query; commas stay readable because long property lists would triple them.

        A blank is `%20`, which every server takes for one, and the `$` of OData's names stays.
        """
        query = "&".join(filter(None, (self.query, urlencode(self.params, safe=",:$", quote_via=quote))))
        return f"{self.path}?{query}" if query else self.path

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
    lines: bytes | None = None
    """The records at the request's `lines_path` as NDJSON; None: there are none, or nobody asked."""
    alike: AlikeRecords | None = None
    """Those records, where the request's reader could read them: `data` has an empty list in their place."""
