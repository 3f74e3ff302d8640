"""The lists and single records: pages, order, and what changed since a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response, json_response
from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.errors import not_found, unprocessable
from sandbox.salesrabbit.store import Fields, Store
from sandbox.salesrabbit.times import read_since

MODIFIED_HEADER, STATUS_HEADER = b"if-modified-since", b"if-status-modified-since"
_ORDERS = {
    "modified_desc": ("dateModified", True),
    "modified_asc": ("dateModified", False),
    "id": ("id", False),
}


@dataclass
class Account:
    """What every endpoint works on."""

    config: SalesRabbitConfig
    store: Store
    clock: SandboxClock


class Paging(NamedTuple):
    """Which page was asked for; `limit`, `pageSize` and the like are no parameters and have no effect."""

    number: int
    size: int

    def cut(self, items: list[Any]) -> tuple[list[Any], bool]:
        """Give the page's items, and whether there are more behind them."""
        start = (self.number - 1) * self.size
        return items[start : start + self.size], len(items) > start + self.size


def read_paging(request: Request, most: int) -> Paging:
    """The page that the query names: page 0 is page 1, and more records than `most` are cut to it.

    Raises:
        ApiError: 422, not a number.
    """
    size = _read_number(request, "perPage", most)
    number = _read_number(request, "page", 1)
    return Paging(max(number, 1), min(size, most) if size > 0 else most)


def _read_number(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if text is None or text == "":
        return default
    try:
        return int(text)
    except ValueError:
        message = f"The {name} must be an integer."
        raise unprocessable(message) from None


def list_leads(account: Account, request: Request) -> Response:
    """GET /leads: sorted as asked, filtered by either condition header."""
    conditions = [
        (name, since)
        for header, name in ((MODIFIED_HEADER, "dateModified"), (STATUS_HEADER, "statusModified"))
        if (since := read_since(request.header(header))) is not None
    ]
    return _answer_list(account, request, "leads", conditions)


def list_users(account: Account, request: Request) -> Response:
    """GET /users: everyone, inactive ones too; `role` filters."""
    since = read_since(request.header(MODIFIED_HEADER))
    is_asked = since is not None and account.config.users_delta == "honoured"
    role = request.param("role")

    def fits(user: Fields) -> bool:
        return role is None or user["role"].lower() == role.lower()

    conditions = [("dateModified", since)] if is_asked and since else []
    return _answer_list(account, request, "users", conditions, fits)


def list_lead_statuses(account: Account, request: Request) -> Response:
    """GET /leadStatuses."""
    return _answer_list(account, request, "lead_statuses", [])


def get_lead(account: Account, _request: Request, lead_id: str) -> Response:
    """GET /leads/{id}.

    Raises:
        ApiError: 404, no such lead.
    """
    record = account.store.tables["leads"].records.get(int(lead_id)) if lead_id.isdecimal() else None
    shown = None if record is None else record.shown(account.clock.now_ms())
    if shown is None:
        raise not_found()
    return json_response(200, {"data": shown})


def list_lead_status_histories(account: Account, request: Request) -> Response:
    """GET /leadStatusHistories: an object keyed by lead id; an empty one is a list, as PHP writes it."""
    since = read_since(request.header(STATUS_HEADER))
    events = [
        (lead_id, [event for event in events if since is None or event["statusUpdated"] >= since])
        for lead_id, events in sorted(account.store.histories.items())
    ]
    kept = [(lead_id, found) for lead_id, found in events if found]
    page, has_more = read_paging(request, account.config.most_per_page).cut(kept)
    data = {str(lead_id): found for lead_id, found in page}
    return _answer(account.config, "lead_status_histories", data or [], len(kept), has_more=has_more)


def list_lead_status_activities(account: Account, request: Request) -> Response:
    """GET /leadStatusActivities: the same events as a flat list; half of their times lack the offset."""
    flat = [
        {**event, "leadId": lead_id, "statusUpdated": event["statusUpdated"][: 19 if lead_id % 2 else None]}
        for lead_id, events in sorted(account.store.histories.items())
        for event in events
    ]
    page, has_more = read_paging(request, account.config.most_per_page).cut(flat)
    return _answer(account.config, "lead_status_activities", page, len(flat), has_more=has_more)


def _answer_list(
    account: Account,
    request: Request,
    kind: str,
    conditions: list[tuple[str, str]],
    fits: Callable[[Fields], bool] = lambda _fields: True,
) -> Response:
    config = account.config
    paging = read_paging(request, config.most_per_page)
    found = [
        fields
        for fields in _list_in_order(account, request, kind)
        if fits(fields) and all(_changed(fields.get(name), since, config) for name, since in conditions)
    ]
    if conditions and not found and config.no_news == "304":
        return Response(304)
    page, has_more = (found, False) if kind in config.ignores_page else paging.cut(found)
    return _answer(config, kind, page, len(found), has_more=has_more)


def _list_in_order(account: Account, request: Request, kind: str) -> list[Fields]:
    asked = request.param("sortBy") or ""
    if asked in account.config.known_sorts:
        by, descending = asked, (request.param("order") or "asc").lower() == "desc"
    else:
        by, descending = _ORDERS[account.config.default_order if kind == "leads" else "id"]
    table, now_ms = account.store.tables[kind], account.clock.now_ms()
    records = (table.records[record_id] for record_id in table.order(by, descending=descending))
    return [shown for record in records if (shown := record.shown(now_ms)) is not None]


def _changed(value: object, since: str, config: SalesRabbitConfig) -> bool:
    text = str(value or "")
    return text >= since if config.is_inclusive else text > since


def _answer(config: SalesRabbitConfig, kind: str, data: object, total: int, *, has_more: bool) -> Response:
    if config.meta == "missing":
        return json_response(200, {"data": data})
    meta: dict[str, Any] = {"morePages": has_more or kind in config.always_more}
    if config.meta == "total":
        meta["total"] = total
    return json_response(200, {"data": data, "meta": meta})
