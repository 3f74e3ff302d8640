"""The v2 lists: cursors bound to their request, filters by change, single records, definitions of fields."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.frame.messages import Request, Response, json_response
from sandbox.pipedrive.account import Account
from sandbox.pipedrive.errors import ApiError, invalid, not_found
from sandbox.pipedrive.kinds import KINDS
from sandbox.pipedrive.store import Fields
from sandbox.pipedrive.times import read_bound
from sandbox.pipedrive.visibility import is_known, list_shown

MOST, USUAL = 500, 100
_NUMBERS = ("owner_id", "person_id", "org_id", "pipeline_id", "stage_id", "deal_id")
_FILTERS = {**dict.fromkeys(_NUMBERS, int), "lead_id": str}


_FURTHER: dict[str, Fields] = {
    "deals": {"source_lead_id": None, "next_activity_id": None, "last_activity_id": None},
    "activities": {"attendees": []},
}


class Cursor(NamedTuple):
    """The sort key of the last record of a page, and what the page was asked for."""

    value: Any
    record_id: int
    bound: str


def list_records(account: Account, request: Request, kind: str, *, archived: bool = False) -> Response:
    """GET /api/v2/{kind}, and /api/v2/deals/archived.

    Raises:
        ApiError: 400, a parameter that can't be.
    """
    size = read_size(account, request)
    by, descending = _read_order(request, kind)
    found = list_shown(
        account, kind, archived=archived, status=request.param("status") if kind == "deals" else None
    )
    # with a saved filter most others are ignored, the time among them
    if request.param("filter_id") is None:
        found = _filter(found, request, kind)
    key = _key_of(by)
    found.sort(key=key, reverse=descending)
    bound = _bind(request)
    after = _read_cursor(request, bound)
    if after is not None:
        last = (after.value, after.record_id)
        found = [one for one in found if (key(one) < last if descending else key(one) > last)]
    page, rest = found[:size], found[size:]
    token = None
    if page and rest:
        value, record_id = key(page[-1])
        token = _write_cursor(Cursor(value, record_id, bound))
    further = _read_further(request, kind)
    return _answer(account, [{**_show(account, kind, one), **further} for one in page], token)


def get_record(account: Account, _request: Request, record_id: str, *, kind: str) -> Response:
    """GET /api/v2/{kind}/{id}.

    Raises:
        ApiError: 404, no such record, or one that was deleted.
    """
    number = int(record_id) if record_id.isdecimal() else -1
    is_hidden = kind != "deals" and number in account.store.tables[kind].deleted_ms
    if not is_known(account, kind, number) or (is_hidden and kind not in account.config.shown_when_deleted):
        raise not_found(KINDS[kind].noun)
    return json_response(
        200, {"success": True, "data": _show(account, kind, account.store.get(kind, number))}
    )


def list_fields(account: Account, request: Request, name: str) -> Response:
    """GET /api/v2/dealFields and the like."""
    size = min(read_size(account, request), account.config.fields_per_page)
    definitions = account.store.field_lists[name]
    bound = _bind(request)
    after = _read_cursor(request, bound)
    start = 0 if after is None else after.record_id
    page = definitions[start : start + size]
    is_last = start + size >= len(definitions)
    return _answer(account, page, None if is_last else _write_cursor(Cursor("field", start + size, bound)))


def read_size(account: Account, request: Request) -> int:
    """The `limit` of a request.

    Raises:
        ApiError: 400, no number, or too many.
    """
    text = request.param("limit")
    size = USUAL if text is None else int(text) if text.isdecimal() else 0
    if size > MOST and account.config.long_limit == "cut":
        return MOST
    if not 1 <= size <= MOST:
        message = f"limit must be from 1 to {MOST}"
        raise invalid(message)
    return size


def _show(account: Account, kind: str, record: Fields) -> Fields:
    if kind != "activities" or not account.config.object_times:
        return record
    times = {
        name: record[name] and {"value": record[name], "timezone_id": 5} for name in ("due_time", "duration")
    }
    return {**record, **times}


def _read_further(request: Request, kind: str) -> Fields:
    """Fields that an answer has only where they are asked for."""
    asked = (request.param("include_fields") or "").split(",")
    return {name: value for name, value in _FURTHER.get(kind, {}).items() if name in asked}


def _answer(account: Account, data: list[Fields], token: str | None) -> Response:
    if token is None and account.config.ends_without_cursor:
        return json_response(200, {"success": True, "data": data, "additional_data": None})
    return json_response(200, {"success": True, "data": data, "additional_data": {"next_cursor": token}})


def _read_order(request: Request, kind: str) -> tuple[str, bool]:
    by, direction = request.param("sort_by") or "id", request.param("sort_direction") or "asc"
    if by not in KINDS[kind].sorts or direction not in ("asc", "desc"):
        message = f"sort_by {by} {direction} is not possible"
        raise invalid(message)
    return by, direction == "desc"


def _key_of(by: str) -> Callable[[Fields], tuple[Any, int]]:
    if by == "id":
        return lambda record: (0, record["id"])
    return lambda record: (record.get(by) or "", record["id"])


def _filter(found: list[Fields], request: Request, kind: str) -> list[Fields]:
    bounds = _read_bounds(request, kind)
    if bounds is not None:
        since, until = bounds
        found = [
            one
            for one in found
            # one that was never changed has no other time
            if (since is None or _time(one) >= since) and (until is None or _time(one) < until)
        ]
    for name, read in _FILTERS.items():
        if (text := request.param(name)) is not None:
            found = [one for one in found if one.get(name) == read(text)]
    if (ids := request.param("ids")) is not None:
        wanted = ids.split(",")
        if len(wanted) > 100:
            message = "ids: at most 100"
            raise invalid(message)
        found = [one for one in found if str(one["id"]) in wanted]
    return found


def _time(record: Fields) -> str:
    return str(record["update_time"] or record["add_time"])


def _read_bounds(request: Request, kind: str) -> tuple[str | None, str | None] | None:
    if not KINDS[kind].has_delta:
        return None
    upper = request.param("updated_until") if KINDS[kind].has_upper else None
    try:
        return read_bound(request.param("updated_since")), read_bound(upper)
    except ValueError as error:
        raise invalid(str(error)) from None


def _bind(request: Request) -> str:
    asked = sorted(
        (name, values) for name, values in request.query.items() if name not in ("cursor", "api_token")
    )
    return hashlib.sha256(json.dumps([request.path, asked]).encode()).hexdigest()[:12]


def _write_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")


def _read_cursor(request: Request, bound: str) -> Cursor | None:
    text = request.param("cursor")
    if text is None:
        return None
    try:
        cursor = Cursor(*json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (ValueError, TypeError, binascii.Error):
        raise _wrong_cursor() from None
    if cursor.bound != bound:
        raise _wrong_cursor()
    return cursor


def _wrong_cursor() -> ApiError:
    return invalid("the cursor does not belong to this request")
