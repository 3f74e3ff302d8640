"""Lists, single records and counts of the entity sets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response
from sandbox.marketsharp import answers
from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.errors import ApiError, no_segment
from sandbox.marketsharp.filters import FilterParser, parse_order
from sandbox.marketsharp.sets import BY_KIND, BY_NAME, EntitySet
from sandbox.marketsharp.store import Fields, Store

_ADDRESS = re.compile(r"(?P<name>\w+)\((?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d+))\)(?:/(?P<link>\w+))?")
Comparable = str | Decimal
"""A value as the database compares it."""
_OPTIONS = {"$top", "$skip", "$filter", "$orderby", "$inlinecount", "$skiptoken", "$format"}


@dataclass
class Account:
    """What the endpoints answer from."""

    config: MarketSharpConfig
    store: Store
    clock: SandboxClock
    orders: dict[tuple[str, tuple[tuple[str, bool], ...]], tuple[int, list[Fields]]] = field(
        default_factory=dict
    )
    """Sorted sets, until a record changes."""

    @property
    def now(self) -> str:
        """The moment of an answer."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def fold(self, value: object) -> Comparable:
        """A value as the database compares it."""
        if isinstance(value, str):
            return value.casefold() if self.config.collation == "ignore_case" else value
        return Decimal(str(int(value) if isinstance(value, bool) else value))

    def sort(self, entity_set: EntitySet, order: list[tuple[str, bool]]) -> list[Fields]:
        """The records of a set in an order; those without a value come first."""
        key = (entity_set.kind, tuple(order))
        version, records = self.orders.get(key, (-1, []))
        if version != self.store.version:
            records = list(self.store.tables[entity_set.kind].values())
            for name, descends in reversed(order):
                records.sort(key=partial(self._sort_key, name), reverse=descends)
            self.orders[key] = (self.store.version, records)
        return records

    def _sort_key(self, name: str, record: Fields) -> tuple[bool, Any]:
        value = record.get(name)
        return (value is not None, "" if value is None else self.fold(value))


def wants_atom(request: Request) -> bool:
    """Whether the answer is Atom: by default, and where it is preferred to JSON.

    Raises:
        ApiError: 415, neither will do.
    """
    asked = request.header(b"accept") or "*/*"
    weights = dict.fromkeys(("atom", "json"), 0.0)
    for part in asked.split(","):
        kind, *options = (one.strip() for one in part.split(";"))
        weight = next((float(one[2:]) for one in options if one.startswith("q=")), 1.0)
        for name, kinds in _KINDS.items():
            weights[name] = max(weights[name], weight if kind in kinds else 0.0)
    if not any(weights.values()):
        raise ApiError(415, "Unsupported media type requested.")
    return weights["atom"] >= weights["json"]


_KINDS = {
    "atom": ("*/*", "application/*", "application/atom+xml", "application/xml"),
    "json": ("application/json",),
}


def answer_path(account: Account, request: Request, segment: str) -> Response:
    """The answer to a path below the service's.

    Raises:
        ApiError: 404, no such set or record; 400, an option that can't be read.
    """
    if segment.endswith("/$count") and (counted := BY_NAME.get(segment.removesuffix("/$count"))):
        records = _select(account, request, counted)
        return Response(200, str(len(records)).encode(), b"text/plain;charset=utf-8")
    if (entity_set := BY_NAME.get(segment)) is not None:
        return list_records(account, request, entity_set)
    match = _ADDRESS.fullmatch(segment)
    entity_set = BY_NAME.get(match["name"]) if match is not None else None
    if match is None or entity_set is None:
        raise no_segment(segment)
    given = int(match["number"]) if match["number"] else match["text"].replace("''", "'")
    record = account.store.tables[entity_set.kind].get(given)
    if record is not None and (name := match["link"]) in entity_set.properties:
        return answers.write_property(account.config, entity_set, record, name, atom=wants_atom(request))
    if record is not None and match["link"]:
        entity_set, record = _follow(account, entity_set, record, match["link"])
    if record is None:
        raise no_segment(segment)
    if wants_atom(request):
        return answers.write_atom_entry(account.config, entity_set, record, account.now)
    return answers.write_json_entry(entity_set, record)


def _follow(
    account: Account, entity_set: EntitySet, record: Fields, link: str
) -> tuple[EntitySet, Fields | None]:
    ways = {
        "ContactPhone": ("contact_phones", "contactPhoneId"),
        "Address": ("addresses", "primaryAddressId"),
        "Contact": ("contacts", "contactId"),
        "Inquiry": ("inquiries", "inquiryId"),
    }
    if link not in entity_set.links:
        raise no_segment(link)
    kind, name = ways[link]
    return BY_KIND[kind], account.store.tables[kind].get(record.get(name) or "")


def list_records(account: Account, request: Request, entity_set: EntitySet) -> Response:
    """One page of a set, filtered and sorted as asked, and cut where the service cuts.

    Raises:
        ApiError: 400, an option that can't be read, or a property that the set lacks.
    """
    config = account.config
    order = parse_order(request.param("$orderby") or "", entity_set)
    found = _select(account, request, entity_set)
    count = len(found) if request.param("$inlinecount") == "allpages" else None
    if (token := request.param("$skiptoken")) is not None:
        found = _skip_to(account, entity_set, order, found, token)
    found = found[_whole(request, "$skip", 0) :]
    top = _whole(request, "$top", len(found))
    page = found[: min(top, config.page_cap)]
    is_cut = len(page) < min(top, len(found))
    link = _write_link(request, entity_set, order, page[-1], top - len(page)) if is_cut and page else None
    link = link if config.next_links else None
    if wants_atom(request):
        return answers.write_atom(config, entity_set, page, link, count, now=account.now)
    return answers.write_json(config, entity_set, page, link, count)


def _select(account: Account, request: Request, entity_set: EntitySet) -> list[Fields]:
    if odd := next((name for name in request.query if name.startswith("$") and name not in _OPTIONS), None):
        raise ApiError(400, f"The query parameter '{odd}' begins with a '$' and is not recognized.")
    order = parse_order(request.param("$orderby") or "", entity_set)
    records = account.sort(entity_set, order)
    text = request.param("$filter")
    if text is None:
        return list(records)
    test = FilterParser(text, entity_set, account.fold).parse()
    return [record for record in records if test(record)]


def _skip_to(
    account: Account, entity_set: EntitySet, order: list[tuple[str, bool]], found: list[Fields], token: str
) -> list[Fields]:
    """The records behind the place that a skip token names by the values of the last record."""
    values = FilterParser(token, entity_set, account.fold).parse_literals()
    names = [name for name, _ in order]
    last = dict(zip(names, values, strict=True))

    def place(record: Fields) -> list[tuple[bool, Any]]:
        kept = ((record.get(name), name) for name in names)
        return [(value is not None, "" if value is None else account.fold(value)) for value, _ in kept]

    return [record for record in found if place(record) > place(last)]


def _write_link(
    request: Request, entity_set: EntitySet, order: list[tuple[str, bool]], last: Fields, left: int
) -> str:
    kept = {name: values[0] for name, values in request.query.items() if name in ("$filter", "$orderby")}
    if "$top" in request.query:
        kept["$top"] = str(left)
    literals = (_write_literal(entity_set.properties[name], last.get(name)) for name, _ in order)
    kept["$skiptoken"] = ",".join(literals)
    query = "&".join(f"{name}={quote(one)}" for name, one in kept.items())
    return f"{answers.SERVICE}{entity_set.name}?{query}"


def _write_literal(kind: str, value: object) -> str:
    if value is None:
        return "null"
    if kind == "Edm.DateTime":
        return f"datetime'{value}'"
    return f"'{str(value).replace(chr(39), chr(39) * 2)}'" if kind == "Edm.String" else str(value).lower()


def _whole(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise ApiError(400, f"Incorrect format for {name} argument '{text}'.")
    return int(text)
