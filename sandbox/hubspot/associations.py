"""Associations v4: batch read with per-record paging and 207, the single-record form, and the labels.

Source: HubSpot API guide "Associate records" and changelog of 2025-02-10 on the batch read limit.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote, unquote

from sandbox.frame.messages import Request, Response, json_response
from sandbox.hubspot.account import API_HOST, Account, read_limit
from sandbox.hubspot.batch_read import read_inputs
from sandbox.hubspot.errors import not_found, validation_error
from sandbox.hubspot.links import PRIMARY, UNLABELLED, USER_LABELS, LinkType
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.times import to_iso

MOST_INPUTS = 1_000
MOST_LINKS = 500


def batch_read_links(account: Account, request: Request, from_name: str, to_name: str) -> Response:
    """Links of many records; a record without any is an entry of `errors` and makes the answer a 207."""
    from_type = account.type_store(from_name).object_type
    to_type = account.type_store(to_name).object_type
    body = request.json_object()
    ids = read_inputs(body, most=MOST_INPUTS)
    results, errors = [], []
    for record_id, given in zip(ids, body["inputs"], strict=True):
        page, after = _link_page(
            account, (from_type, to_type), record_id, given.get("after"), account.config.links_page_size
        )
        if not page:
            errors.append(_no_links(from_type, to_type, record_id))
            continue
        result: dict[str, Any] = {"from": {"id": record_id}, "to": page}
        if after is not None:
            link = f"{API_HOST}/crm/v4/objects/{from_type.name}/{record_id}/associations/{to_type.name}"
            result["paging"] = {"next": {"after": after, "link": f"{link}?after={after}"}}
        results.append(result)
    now = to_iso(account.clock.now_ms())
    answer = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return json_response(200, answer)
    return json_response(207, {**answer, "numErrors": len(errors), "errors": errors})


def list_links(account: Account, request: Request, from_name: str, record_id: str, to_name: str) -> Response:
    """Links of one record; not part of the 2026-09 version."""
    from_store = account.type_store(from_name)
    to_type = account.type_store(to_name).object_type
    if "/2026-09/" in request.path or not record_id.isdecimal():
        raise not_found()
    if not account.store.is_visible(from_store.object_type.name, int(record_id)):
        raise not_found()
    limit = read_limit(request, default=MOST_LINKS, most=MOST_LINKS)
    pair = (from_store.object_type, to_type)
    page, after = _link_page(account, pair, record_id, request.param("after"), limit)
    answer: dict[str, Any] = {"results": page}
    if after is not None:
        answer["paging"] = {"next": {"after": after, "link": f"{API_HOST}{request.path}?after={after}"}}
    return json_response(200, answer)


def list_labels(account: Account, _request: Request, from_name: str, to_name: str) -> Response:
    """The association types of a pair."""
    pair = (account.type_store(from_name).object_type.name, account.type_store(to_name).object_type.name)
    tables = (PRIMARY, UNLABELLED, USER_LABELS)
    types = [table[pair] for table in tables if pair in table]
    return json_response(200, {"results": [_show_type(link_type) for link_type in types]})


def _show_type(link_type: LinkType) -> dict[str, Any]:
    return {"category": link_type.category, "typeId": link_type.type_id, "label": link_type.label}


def _link_page(
    account: Account, pair: tuple[ObjectType, ObjectType], record_id: str, after: object, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Linked records in id order, and the cursor of the next page."""
    from_type, to_type = pair
    if not record_id.isdecimal() or not account.store.is_visible(from_type.name, int(record_id)):
        return [], None
    links = account.store.links.of((from_type.name, to_type.name), int(record_id))
    start = _read_cursor(after)
    ids = sorted(to_id for to_id in links if to_id > start and account.store.is_visible(to_type.name, to_id))
    page = [
        {"toObjectId": to_id, "associationTypes": [_show_type(link_type) for link_type in links[to_id]]}
        for to_id in ids[:limit]
    ]
    return page, _make_cursor(to_type, ids[limit - 1]) if len(ids) > limit else None


def _make_cursor(to_type: ObjectType, last_id: int) -> str:
    """Base64 with its padding percent-encoded, as HubSpot writes it: clients send it back as it is."""
    return quote(base64.b64encode(f"{to_type.type_id}-{last_id}".encode()).decode())


def _read_cursor(after: object) -> int:
    if after in (None, ""):
        return 0
    try:
        return int(base64.b64decode(unquote(str(after)), validate=True).decode().rpartition("-")[2])
    except (binascii.Error, ValueError):
        message = f"Invalid input: after '{after}' is not a valid paging cursor"
        raise validation_error(message) from None


def _no_links(from_type: ObjectType, to_type: ObjectType, record_id: str) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {to_type.singular} is associated with {from_type.singular} {record_id}.",
        "context": {
            "fromObjectId": [record_id],
            "fromObjectType": [from_type.singular],
            "toObjectType": [to_type.singular],
        },
    }
