"""The list endpoints: bare arrays in pages that end with an empty one; unknown parameters are ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.errors import invalid_value, not_found
from sandbox.arrivy.store import Fields, Record, Store
from sandbox.arrivy.times import read_asked
from sandbox.frame.messages import Request, Response, json_response

DEFAULT_ITEMS = {"groups": 100}
"""Records of a page where the request says nothing; 500 for all other kinds."""
_FILTERS = {
    "tasks": ("external_id", "customer_id", "entity_id"),
    "bookings": ("external_id", "customer_id", "entity_id"),
    "entities": ("external_id", "email"),
    "customers": ("external_id",),
}


@dataclass(frozen=True)
class Account:
    """What every endpoint works on."""

    config: ArrivyConfig
    store: Store


def list_records(account: Account, request: Request, kind: str) -> Response:
    """One page of a kind."""
    config = account.config
    if kind == "bookings" and not config.has_bookings:
        raise not_found("Resource")
    records: Iterable[Record] = account.store.tables[kind]
    if kind in ("tasks", "bookings") and kind not in config.ignores_window:
        records = _filter_by_plan(request, records)
    records = _filter_by_value(request, kind, records)
    shown = (_show(config, kind, request, record) for record in records)
    if kind in config.ignores_page or kind == "statuses":
        return _respond(config, kind, list(shown), has_next=False)
    page, items = read_page(request, most=config.most_items, default=DEFAULT_ITEMS.get(kind, 500))
    found = list(islice(shown, (page - 1) * items, page * items + 1))
    return _respond(config, kind, found[:items], has_next=len(found) > items)


def read_page(request: Request, *, most: int, default: int) -> tuple[int, int]:
    """`page`, from 1, and `items_per_page`, cut to `most` without a word.

    Raises:
        ApiError: 400, not a positive number.
    """
    return _read_count(request, "page", 1), min(most, _read_count(request, "items_per_page", default))


def _read_count(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise invalid_value(name, "a positive number")
    return int(text)


def _filter_by_plan(request: Request, records: Iterable[Record]) -> Iterator[Record]:
    start, end = (_read_moment(request, name) for name in ("from", "to"))
    if _is_true(request, "tasks_with_no_datetime"):
        yield from (record for record in records if not record.has_datetime)
        return
    wants_unscheduled = _is_true(request, "unscheduled")
    for record in records:
        if record.is_unscheduled != wants_unscheduled:
            continue
        at_ms = record.due_ms if wants_unscheduled else record.schedule_ms
        if start is None and end is None:
            # without a window the list still is of those that have a date
            if wants_unscheduled or at_ms is not None:
                yield record
        elif at_ms is not None and (start is None or start <= at_ms) and (end is None or at_ms <= end):
            yield record


def _filter_by_value(request: Request, kind: str, records: Iterable[Record]) -> Iterable[Record]:
    for name in _FILTERS.get(kind, ()):
        wanted = request.param(name)
        if wanted:
            records = [record for record in records if _has_value(record.fields, name, wanted)]
    return records


def _has_value(fields: Fields, name: str, wanted: str) -> bool:
    if name == "entity_id":
        members = fields.get("entity_ids")
        return isinstance(members, list) and wanted in map(str, members)
    return str(fields.get(name)) == wanted


def _show(config: ArrivyConfig, kind: str, request: Request, record: Record) -> Fields:
    if config.quirks and kind == "tasks" and _is_true(request, "tasks_with_no_datetime"):
        # the list of unscheduled tasks has the same id as an integer
        return {**record.fields, "id": str(record.id)}
    return record.fields


def _read_moment(request: Request, name: str) -> int | None:
    text = request.param(name)
    if text is None or text == "":
        return None
    moment = read_asked(text)
    if moment is None:
        raise invalid_value(name, "a valid ISO 8601 datetime")
    return moment


def _is_true(request: Request, name: str) -> bool:
    return (request.param(name) or "").lower() in ("true", "1")


def _respond(config: ArrivyConfig, kind: str, records: list[Fields], *, has_next: bool) -> Response:
    if config.envelope == "results":
        return json_response(200, {"results": records, "has_next": has_next})
    if config.envelope == "named":
        return json_response(200, {kind: records})
    return json_response(200, records)
