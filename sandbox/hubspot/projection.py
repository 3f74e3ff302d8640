"""A record as JSON: which properties are shown, and how.

Requested, defined and empty gives null or `""`; requested and undefined is left out without an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.hubspot.records import Record, TypeStore
from sandbox.hubspot.times import to_iso


class Projection:
    """The properties one request shows.

    Args:
        store: The type's records and definitions.
        names: Property names asked for; empty takes the type's defaults.
        history: Names asked for with their history.
        portal_id: The account; with it records carry their `url`.
    """

    def __init__(
        self,
        store: TypeStore,
        names: Iterable[str],
        *,
        history: Iterable[str] = (),
        portal_id: int | None = None,
    ) -> None:
        object_type = store.object_type
        self.history = [name for name in dict.fromkeys(history) if name in store.definitions]
        asked = set(names) | set(self.history) or set(object_type.defaults)
        self.names = sorted(name for name in asked | set(object_type.always) if name in store.definitions)
        self._type = object_type
        self._url = None if portal_id is None else f"https://app.hubspot.com/contacts/{portal_id}/record/"

    def show(self, record: Record) -> dict[str, Any]:
        """The record as JSON."""
        read = record.properties.get
        properties = {name: read(name) for name in self.names}
        for name in record.omitted & properties.keys():
            del properties[name]
        answer: dict[str, Any] = {
            "id": str(record.id),
            "properties": properties,
            "createdAt": to_iso(record.created_ms),
            "updatedAt": to_iso(record.modified_ms),
            "archived": record.archived_ms is not None,
        }
        if record.archived_ms is not None:
            answer["archivedAt"] = to_iso(record.archived_ms)
        if self._url is not None:
            answer["url"] = f"{self._url}{self._type.type_id}/{record.id}"
        if self.history:
            answer["propertiesWithHistory"] = {name: _versions(record, name) for name in self.history}
        return answer


def _versions(record: Record, name: str) -> list[dict[str, Any]]:
    """Newest first."""
    known = (record.history or {}).get(name) or [(record.modified_ms, record.properties.get(name))]
    return [
        {
            "value": value or "",
            "timestamp": to_iso(at_ms),
            "sourceType": "CRM_UI",
            "sourceId": "userId:9500001",
        }
        for at_ms, value in known
    ]
