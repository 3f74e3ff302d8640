"""`POST /crm/v3/objects/{type}/search`: filters, one sort, offset paging, at most 10,000 results a query.

Source: HubSpot API guide "Search the CRM" (2026-03-30).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sandbox.frame.messages import Request, Response, json_response
from sandbox.hubspot.account import Account, check_limit
from sandbox.hubspot.errors import validation_error
from sandbox.hubspot.projection import Projection
from sandbox.hubspot.records import Record, TypeStore
from sandbox.hubspot.search_filters import Predicate, all_of, any_of, find_getter, make_predicate

MOST = 200
RESULT_CAP = 10_000
MOST_GROUPS, MOST_FILTERS_IN_GROUP, MOST_FILTERS = 5, 6, 18
MOST_QUERY_CHARACTERS = 3_000


def search_objects(account: Account, request: Request, type_name: str) -> Response:
    """One page of a search; archived records and associations never appear."""
    store = account.type_store(type_name)
    body = request.json_object()
    limit = check_limit(body.get("limit"), default=10, most=MOST)
    offset = _read_offset(body.get("after"), limit)
    groups = _read_groups(body)
    matches = any_of([all_of([make_predicate(store, spec) for spec in group]) for group in groups])
    if body.get("query"):
        matches = all_of([matches, _make_text_predicate(store, str(body["query"]))])
    now_ms = account.clock.now_ms()
    found = [
        record for record, indexed in _indexed_records(store, _lowest_id(groups), now_ms) if matches(indexed)
    ]
    _sort(found, store, body.get("sorts") or [])
    projection = Projection(store, body.get("properties") or [])
    answer: dict[str, Any] = {
        "total": len(found),
        "results": [projection.show(record) for record in found[offset : offset + limit]],
    }
    if offset + limit < len(found):
        answer["paging"] = {"next": {"after": str(offset + limit)}}
    return json_response(200, answer)


def _read_offset(after: object, limit: int) -> int:
    text = str(after if after not in (None, "") else 0)
    if not text.isdecimal():
        message = f"Invalid input: after '{text}' is not a valid paging cursor"
        raise validation_error(message)
    if int(text) + limit > RESULT_CAP:
        message = f"There was a problem with the request: paging beyond {RESULT_CAP} results is not supported"
        raise validation_error(message, code="PAGING_LIMIT_EXCEEDED", after=[text])
    return int(text)


def _read_groups(body: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The filter groups; a top-level `filters` list is one group."""
    groups = [group.get("filters") or [] for group in body.get("filterGroups") or []]
    if body.get("filters"):
        groups.append(body["filters"])
    groups = [group for group in groups if group]
    total = sum(len(group) for group in groups)
    if len(groups) > MOST_GROUPS:
        message = f"too many filterGroups: at most {MOST_GROUPS}, got {len(groups)}"
        raise validation_error(message)
    if any(len(group) > MOST_FILTERS_IN_GROUP for group in groups) or total > MOST_FILTERS:
        message = f"too many filters: at most {MOST_FILTERS_IN_GROUP} in a group and {MOST_FILTERS} in total"
        raise validation_error(message)
    written = json.dumps([groups, body.get("query") or ""], separators=(",", ":"))
    if len(written) > MOST_QUERY_CHARACTERS:
        message = f"query is too long: at most {MOST_QUERY_CHARACTERS} characters"
        raise validation_error(message)
    return groups


def _lowest_id(groups: list[list[dict[str, Any]]]) -> int:
    """Records up to this id cannot match: spares keyset paging a scan from the start."""
    if len(groups) != 1:
        return -1
    bounds = [
        int(str(spec["value"]))
        for spec in groups[0]
        if spec.get("propertyName") == "hs_object_id"
        and spec.get("operator") == "GT"
        and str(spec.get("value")).isdecimal()
    ]
    return max(bounds, default=-1)


def _indexed_records(store: TypeStore, above: int, now_ms: int) -> Iterator[tuple[Record, Record]]:
    """Records, each with the version that the search index holds; what was never indexed is missing."""
    for record in store.live(above=above):
        if record.indexed_at_ms <= now_ms:
            yield record, record
        elif record.indexed is not None:
            yield record, record.indexed


def _make_text_predicate(store: TypeStore, query: str) -> Predicate:
    names, wanted = store.object_type.defaults, query.lower()

    def matches(record: Record) -> bool:
        return any(wanted in (record.properties.get(name) or "").lower() for name in names)

    return matches


def _sort(found: list[Record], store: TypeStore, sorts: list[Any]) -> None:
    """Sort in place; without a sort the oldest comes first. Records without a value come last."""
    if len(sorts) > 1:
        message = f"only one sort is supported, got {len(sorts)}"
        raise validation_error(message)
    spec = sorts[0] if sorts else store.object_type.created
    if isinstance(spec, str):
        name, descending = spec.removeprefix("-"), spec.startswith("-")
    else:
        name = str(spec.get("propertyName", ""))
        descending = str(spec.get("direction", "ASCENDING")).upper() == "DESCENDING"
    get = find_getter(store, name)
    if name == "hs_object_id" and not descending:
        return
    without = [record for record in found if get(record) is None]
    found[:] = [record for record in found if get(record) is not None]
    found.sort(key=get, reverse=descending)  # type: ignore[arg-type]  # no None is left
    found.extend(without)
