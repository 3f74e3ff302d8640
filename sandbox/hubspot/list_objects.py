"""`GET /crm/v3/objects/{type}` and `/{type}/{id}`: pages in id order, with inline associations."""

from __future__ import annotations

from typing import Any

from sandbox.frame.messages import Request, Response, json_response
from sandbox.hubspot.account import API_HOST, Account, read_flag, read_limit, read_names
from sandbox.hubspot.errors import not_found, unknown_type, validation_error
from sandbox.hubspot.links import LinkType
from sandbox.hubspot.object_types import ObjectType, find_object_type
from sandbox.hubspot.projection import Projection
from sandbox.hubspot.records import Record, TypeStore

MOST = 100
MOST_WITH_HISTORY = 50
INLINE_LINKS = 100


def list_objects(account: Account, request: Request, type_name: str) -> Response:
    """One page of a type; `after` is the id from which the page starts, inclusive."""
    store = account.type_store(type_name)
    history = read_names(request, "propertiesWithHistory")
    limit = read_limit(request, default=10, most=MOST_WITH_HISTORY if history else MOST)
    start = _read_cursor(account, request, store)
    records, has_more = store.page(archived=read_flag(request, "archived"), at_least=start, limit=limit)
    answer = _show_all(account, request, store, records)
    if has_more:
        after = str(records[-1].id + 1)
        account.issued_cursors.add((store.object_type.name, after))
        link = f"{API_HOST}{request.path}?limit={limit}&after={after}"
        answer["paging"] = {"next": {"after": after, "link": link}}
    return json_response(200, answer)


def get_object(account: Account, request: Request, type_name: str, record_id: str) -> Response:
    """One record; an id that was merged away answers with the survivor."""
    store = account.type_store(type_name)
    record = find_record(store, record_id, request.param("idProperty"))
    if record is None or (record.archived_ms is not None) != read_flag(request, "archived"):
        raise not_found()
    return json_response(200, _show_all(account, request, store, [record])["results"][0])


def find_record(store: TypeStore, value: str, id_property: str | None) -> Record | None:
    """A record by id or by the value of a unique property.

    Raises:
        ApiError: 400, the property is not unique.
    """
    if id_property in (None, "", "hs_object_id"):
        return store.survivor_of(int(value)) if value.isdecimal() else None
    definition = store.definitions.get(str(id_property))
    if definition is None or not definition["hasUniqueValue"]:
        message = f"Property {id_property} is not a unique identifier property"
        raise validation_error(message)
    wanted = value.lower()
    for record in store.records.values():
        if (record.properties.get(str(id_property)) or "").lower() == wanted:
            return record
    return None


def _read_cursor(account: Account, request: Request, store: TypeStore) -> int:
    after = request.param("after")
    if not after:
        return 0
    key = (store.object_type.name, after)
    if not after.isdecimal() or not (account.config.honour_own_cursor or key in account.issued_cursors):
        message = f"Invalid input: after '{after}' is not a valid paging cursor"
        raise validation_error(message, code="INVALID_CURSOR", after=[after])
    return int(after)


def _show_all(account: Account, request: Request, store: TypeStore, records: list[Record]) -> dict[str, Any]:
    history = read_names(request, "propertiesWithHistory")
    projection = Projection(
        store, read_names(request, "properties"), history=history, portal_id=account.config.portal_id
    )
    shown = [projection.show(record) for record in records]
    linked_types = []
    for name in read_names(request, "associations"):
        linked = find_object_type(name)
        if linked is None:
            raise unknown_type(name)
        linked_types.append(linked)
    if linked_types:
        for record, answer in zip(records, shown, strict=True):
            inline = _inline_links(account, store.object_type, record, linked_types)
            if inline:
                answer["associations"] = inline
    return {"results": shown}


def _inline_links(
    account: Account, object_type: ObjectType, record: Record, linked_types: list[ObjectType]
) -> dict[str, Any]:
    """One row for each association type: a primary link appears twice."""
    inline: dict[str, Any] = {}
    for linked in linked_types:
        targets = account.store.links.of((object_type.name, linked.name), record.id)
        rows = [
            {"id": str(to_id), "type": _type_word(object_type, linked, link_type)}
            for to_id, types in sorted(targets.items())
            if account.store.is_visible(linked.name, to_id)
            for link_type in types
        ]
        if rows and record.archived_ms is None:
            inline[linked.inline_key] = {"results": rows[:INLINE_LINKS]}
            if len(rows) > INLINE_LINKS:
                after = rows[INLINE_LINKS]["id"]
                base = f"{API_HOST}/crm/v3/objects/{object_type.name}/{record.id}"
                link = f"{base}/associations/{linked.name}?after={after}"
                inline[linked.inline_key]["paging"] = {"next": {"after": after, "link": link}}
    return inline


def _type_word(from_type: ObjectType, to_type: ObjectType, link_type: LinkType) -> str:
    base = f"{from_type.singular}_to_{to_type.singular}"
    if link_type.category == "USER_DEFINED" and link_type.label:
        return link_type.label.lower().replace(" ", "_")
    has_primary = to_type.name == "companies" or from_type.name == "companies"
    return f"{base}_unlabeled" if link_type.label is None and has_primary else base
