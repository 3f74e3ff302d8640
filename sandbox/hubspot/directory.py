"""The lookup endpoints: owners, property definitions, pipelines, custom schemas, account information."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

from sandbox.frame.messages import Request, Response, json_response
from sandbox.hubspot.account import API_HOST, Account, read_flag, read_limit
from sandbox.hubspot.errors import not_found, validation_error
from sandbox.hubspot.object_types import CUSTOM_TYPE_ID
from sandbox.hubspot.times import to_iso

MOST_OWNERS = 500


def list_owners(account: Account, request: Request) -> Response:
    """One page of owners, active or archived ones."""
    limit = read_limit(request, default=100, most=MOST_OWNERS)
    archived, email = read_flag(request, "archived"), request.param("email")
    owners = [
        owner
        for _, owner in sorted(account.store.owners.items())
        if owner.archived == archived and (not email or (owner.email or "").lower() == email.lower())
    ]
    offset = _read_offset(request.param("after"))
    answer: dict[str, Any] = {"results": [owner.answer() for owner in owners[offset : offset + limit]]}
    if offset + limit < len(owners):
        after = base64.b64encode(str(offset + limit).encode()).decode()
        answer["paging"] = {"next": {"after": after, "link": f"{API_HOST}/crm/v3/owners?after={after}"}}
    return json_response(200, answer)


def get_owner(account: Account, request: Request, owner_id: str) -> Response:
    """One owner by id or user id."""
    archived, by_user = read_flag(request, "archived"), request.param("idProperty") == "userId"
    for owner in account.store.owners.values():
        if str(owner.user_id if by_user else owner.id) == owner_id and owner.archived == archived:
            return json_response(200, owner.answer())
    raise not_found()


def list_properties(account: Account, request: Request, type_name: str) -> Response:
    """All definitions of a type on one page; nothing here is marked sensitive."""
    store = account.type_store(type_name)
    sensitivity = request.param("dataSensitivity") or "non_sensitive"
    if sensitivity not in ("non_sensitive", "sensitive", "highly_sensitive"):
        message = f"Invalid input: dataSensitivity '{sensitivity}'"
        raise validation_error(message)
    definitions = store.archived_definitions if read_flag(request, "archived") else store.definitions
    shown = list(definitions.values()) if sensitivity == "non_sensitive" else []
    return json_response(200, {"results": shown})


def get_property(account: Account, request: Request, type_name: str, name: str) -> Response:
    """One definition."""
    store = account.type_store(type_name)
    definitions = store.archived_definitions if read_flag(request, "archived") else store.definitions
    if name not in definitions:
        raise not_found()
    return json_response(200, definitions[name])


def list_pipelines(account: Account, _request: Request, type_name: str) -> Response:
    """Pipelines with their stages; types without pipelines have none."""
    name = account.type_store(type_name).object_type.name
    return json_response(200, {"results": account.store.pipelines.get(name, [])})


def get_pipeline(account: Account, _request: Request, type_name: str, pipeline_id: str) -> Response:
    """One pipeline."""
    name = account.type_store(type_name).object_type.name
    for pipeline in account.store.pipelines.get(name, []):
        if pipeline["id"] == pipeline_id:
            return json_response(200, pipeline)
    raise not_found()


def list_schemas(account: Account, _request: Request) -> Response:
    """The account's custom objects: one."""
    store = account.store.types[CUSTOM_TYPE_ID]
    schema = {
        "id": "1234567",
        "objectTypeId": CUSTOM_TYPE_ID,
        "name": "roof_inspection",
        "fullyQualifiedName": store.object_type.singular,
        "labels": {"singular": "Roof inspection", "plural": "Roof inspections"},
        "primaryDisplayProperty": "inspection_name",
        "properties": list(store.definitions.values()),
        "associations": [],
        "archived": False,
    }
    return json_response(200, {"results": [schema]})


def show_daily_usage(account: Account, _request: Request) -> Response:
    """Use of the daily quota."""
    now = account.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": account.rates.daily.limit,
        "currentUsage": account.rates.daily.used,
        "collectedAt": to_iso(account.clock.now_ms()),
        "fetchStatus": "SUCCESS",
        "resetsAt": to_iso(round(midnight.timestamp() * 1000)),
    }
    return json_response(200, {"results": [usage]})


def show_account(account: Account, _request: Request) -> Response:
    """The account's own data."""
    details = {
        "portalId": account.config.portal_id,
        "accountType": "STANDARD",
        "timeZone": "UTC",
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": "+00:00",
        "utcOffsetMilliseconds": 0,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }
    return json_response(200, details)


def _read_offset(after: str | None) -> int:
    if not after:
        return 0
    try:
        return int(base64.b64decode(after, validate=True))
    except (binascii.Error, ValueError):
        message = f"Invalid input: after '{after}' is not a valid paging cursor"
        raise validation_error(message) from None
