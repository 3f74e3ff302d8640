"""What is left of v1: leads in pages by offset, users in one answer, and lists that are no more."""

from __future__ import annotations

from typing import Any

from sandbox.frame.messages import Request, Response, json_response
from sandbox.pipedrive.account import Account
from sandbox.pipedrive.errors import bad_request, not_found, retired
from sandbox.pipedrive.lists_v2 import MOST, USUAL
from sandbox.pipedrive.store import Fields
from sandbox.pipedrive.times import read_bound
from sandbox.pipedrive.visibility import is_known, list_shown

COMPANY = "example-company"
_LEAD_SORTS = frozenset({"id", "title", "update_time", "add_time"})


def list_leads(account: Account, request: Request, *, archived: bool = False) -> Response:
    """GET /api/v1/leads and /api/v1/leads/archived, which knows no `updated_since`.

    Raises:
        ApiError: 400, a parameter that can't be.
    """
    start, size = _read_number(request, "start", 0), _read_number(request, "limit", USUAL)
    if size > MOST or size < 1:
        size = MOST if account.config.v1_long_limit == "cut" and size > MOST else USUAL
    found = list_shown(account, "leads", archived=archived)
    try:
        since = None if archived else read_bound(request.param("updated_since"))
    except ValueError as error:
        raise bad_request(str(error)) from None
    if since is not None:
        # milliseconds here, whole seconds there
        found = [one for one in found if f"{one['update_time'][:19]}Z" >= since]
    found = _sort(found, request.param("sort"))
    return _answer(account, found[start : start + size], _page(start, size, len(found)))


def get_lead(account: Account, _request: Request, lead_id: str) -> Response:
    """GET /api/v1/leads/{id}.

    Raises:
        ApiError: 404, no such lead.
    """
    if not is_known(account, "leads", lead_id) or lead_id in account.store.tables["leads"].deleted_ms:
        raise not_found("Lead")
    return json_response(200, {"success": True, "data": account.store.get("leads", lead_id)})


def list_users(account: Account, _request: Request) -> Response:
    """GET /api/v1/users: everybody in one answer; `start` and `limit` have no effect."""
    return _answer(account, list_shown(account, "users"), {})


def get_me(account: Account, _request: Request) -> Response:
    """GET /api/v1/users/me: the key's user, and the company."""
    users = list_shown(account, "users")
    me = users[0] if users else {}
    return json_response(200, {"success": True, "data": {**me, "company_domain": COMPANY}})


def list_fields(account: Account, request: Request, name: str) -> Response:
    """GET /api/v1/dealFields and the like: the same definitions, by other names than in v2."""
    start, size = _read_number(request, "start", 0), _read_number(request, "limit", USUAL)
    found = [
        {
            "id": 12_000 + number,
            "key": one["field_code"],
            "name": one["field_name"],
            "field_type": one["field_type"],
            "edit_flag": one["is_custom_field"],
            "active_flag": True,
            "options": one["options"],
        }
        for number, one in enumerate(account.store.field_lists[name])
    ]
    return _answer(account, found[start : start + size], _page(start, size, len(found)))


def refuse(account: Account, _request: Request) -> Response:
    """A v1 list that has a twin in v2.

    Raises:
        ApiError: 410, or what the settings say.
    """
    raise retired(account.config.retired_status)


def _page(start: int, size: int, count: int) -> Fields:
    """What a page says of the next one, which the last does not name."""
    has_more = count > start + size
    paging: dict[str, Any] = {"start": start, "limit": size, "more_items_in_collection": has_more}
    return {"additional_data": {"pagination": paging | ({"next_start": start + size} if has_more else {})}}


def _answer(account: Account, data: list[Fields], more: Fields) -> Response:
    listed = None if not data and account.config.null_data else data
    return json_response(200, {"success": True, "data": listed, **more})


def _sort(found: list[Fields], asked: str | None) -> list[Fields]:
    if asked is None:
        return found
    name, _, direction = asked.partition(" ")
    if name not in _LEAD_SORTS or direction not in ("", "ASC", "DESC"):
        message = f"sort {asked} is not possible"
        raise bad_request(message)
    return sorted(found, key=lambda one: (one[name], one["id"]), reverse=direction == "DESC")


def _read_number(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if text is None:
        return default
    if not text.isdecimal():
        message = f"{name} must be a number"
        raise bad_request(message)
    return int(text)
