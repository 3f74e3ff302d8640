"""What the org has: versions, limits, objects and their fields, and the logs of deletions and changes."""

from __future__ import annotations

from typing import Any

from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.times import DAY_MS
from sandbox.salesforce.account import Account
from sandbox.salesforce.catalogue import describe_field
from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.object_types import OBJECT_TYPES, ObjectType
from sandbox.salesforce.soql_run import find_table
from sandbox.salesforce.store import Table
from sandbox.salesforce.times import read_moment, to_rest

DELETED_DAYS, UPDATED_DAYS = 15, 30
"""How far the two logs reach back."""
_SEASONS = ("Spring", "Summer", "Winter")
_RESOURCES = ("jobs", "limits", "query", "queryAll", "sobjects")


def list_versions(account: Account) -> Response:
    """The versions that are answered; needs no session."""
    config = account.config
    numbers = range(int(config.oldest_version), int(config.newest_version) + 1)
    versions = [
        # three releases a year; the 68th is of winter '27
        {
            "label": f"{_SEASONS[number % 3]} '{(number + 13) // 3:02d}",
            "url": f"/services/data/v{number}.0",
            "version": f"{number}.0",
        }
        for number in numbers
    ]
    return json_response(200, versions)


def list_resources(_account: Account, _request: Request, version: str) -> Response:
    """The paths of a version."""
    return json_response(200, {name: f"/services/data/{version}/{name}" for name in _RESOURCES})


def show_limits(account: Account, _request: Request, _version: str) -> Response:
    """What is left of the org's limits."""
    return json_response(200, account.usage.limits())


def list_objects(account: Account, _request: Request, version: str) -> Response:
    """The objects that the user may see."""
    objects = [_show_object(one, version) for one in OBJECT_TYPES if one.kind not in account.store.forbidden]
    return json_response(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})


def describe_object(account: Account, _request: Request, version: str, name: str) -> Response:
    """One object with the fields that the user may see."""
    table = _find_table(account, name)
    fields = [describe_field(spec, table.type) for spec in table.visible.values()]
    return json_response(200, {**_show_object(table.type, version), "fields": fields})


def list_deleted(account: Account, request: Request, _version: str, name: str) -> Response:
    """Ids of what was deleted in a time, purged records too."""
    table = _find_table(account, name)
    start, end = _read_span(account, request, DELETED_DAYS)
    logged = [(one["Id"], one["SystemModstamp"]) for one in table if one.get("IsDeleted")]
    found = [(one, at) for one, at in (*logged, *table.purged) if start <= at < end]
    payload = {
        "deletedRecords": [{"id": one, "deletedDate": at} for one, at in sorted(found)],
        "earliestDateAvailable": to_rest(account.clock.now_ms() - DELETED_DAYS * DAY_MS),
        "latestDateCovered": end,
    }
    return json_response(200, payload)


def list_updated(account: Account, request: Request, _version: str, name: str) -> Response:
    """Ids of what was made or changed in a time and is not deleted."""
    table = _find_table(account, name)
    start, end = _read_span(account, request, UPDATED_DAYS)
    ids = [record["Id"] for record in table.live() if start <= record["SystemModstamp"] < end]
    return json_response(200, {"ids": ids, "latestDateCovered": end})


def _find_table(account: Account, name: str) -> Table:
    try:
        return find_table(account.store, name)
    except ApiError:
        # in a path, an object that is not there is a path that is not there
        raise not_found() from None


def _show_object(object_type: ObjectType, version: str) -> dict[str, Any]:
    url = f"/services/data/{version}/sobjects/{object_type.name}"
    return {
        "name": object_type.name,
        "label": object_type.name,
        "labelPlural": object_type.kind.capitalize(),
        "keyPrefix": object_type.prefix,
        "queryable": True,
        "retrieveable": True,
        "replicateable": True,
        "deletable": object_type.is_deletable,
        "custom": False,
        "urls": {"sobject": url, "describe": f"{url}/describe"},
    }


def _read_span(account: Account, request: Request, days: int) -> tuple[str, str]:
    """Start and end to the minute, as records write moments.

    Raises:
        ApiError: 400, missing, unreadable, too early or the wrong way round.
    """
    start_ms, end_ms = (read_moment(request.param(name)) for name in ("start", "end"))
    if start_ms is None or end_ms is None:
        raise ApiError(400, "INVALID_REPLICATION_DATE", "start and end must be moments with an offset")
    if start_ms < account.clock.now_ms() - days * DAY_MS:
        message = f"startDate cannot be more than {days} days ago"
        raise ApiError(400, "INVALID_REPLICATION_DATE", message)
    start, end = (to_rest(ms // 60_000 * 60_000) for ms in (start_ms, end_ms))
    if start >= end:
        raise ApiError(400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute after startDate")
    return start, end
