"""One object type for speed measurements: very many records, pages joined from prepared bytes.

A record is a head of its own (id, times, address) and one of some hundred prepared tails (all other
properties): a page costs one join, memory stays small. Only the list endpoint has data; a search without
filters gives one record and the total, by which clients plan a full read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.frame.messages import Request, Response, encode_json
from sandbox.frame.times import DAY_MS, MINUTE_MS
from sandbox.hubspot.account import API_HOST, read_flag, read_limit, read_names
from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.errors import validation_error
from sandbox.hubspot.generate import HISTORY_MS, generate_type
from sandbox.hubspot.list_objects import MOST
from sandbox.hubspot.object_types import TYPE_BY_NAME
from sandbox.hubspot.routes import VERSIONS
from sandbox.hubspot.times import to_iso

VARIANTS = 997
"""Prepared tails; a prime, so that equal records do not lie at equal places of pages."""
ID_STEP = 50
MOMENTS = 10_007
"""Different creation and modified times; writing a time costs more than all else of a record."""
MODIFIED_MS = 30 * DAY_MS - 60 * MINUTE_MS
"""All records were modified within this time before the anchor, and created earlier."""


class StaticPages:
    """Prepared pages of one type; the id of record n is `first_id + 50 n`.

    Args:
        config: `static` names the type, `records` how many.
    """

    def __init__(self, config: HubSpotConfig) -> None:
        object_type = TYPE_BY_NAME[str(config.static)]
        self.count = config.records
        self._type = object_type
        sample = replace(
            config, static=None, counts={object_type.name: VARIANTS}, archived_share=0.0, quirks=False
        )
        self._sample = generate_type(object_type, sample, ["41620001", "41620002", "42100001"])
        anchor_ms = config.anchor_ms
        age_ms = HISTORY_MS - MODIFIED_MS
        self._created = [to_iso(anchor_ms - HISTORY_MS + age_ms * n // MOMENTS) for n in range(MOMENTS)]
        self._modified = [to_iso(anchor_ms - MINUTE_MS - MODIFIED_MS * n // MOMENTS) for n in range(MOMENTS)]
        self._plans: dict[bytes, _Plan] = {}
        names = (object_type.name, object_type.singular, object_type.type_id)
        versions = [version for version in VERSIONS if version != "v4"]
        self._paths = {f"/crm/{version}/objects/{name}" for version in versions for name in names}
        self._paths |= {f"/crm/objects/{version}/{name}" for version in versions for name in names}

    @classmethod
    def from_config(cls, config: HubSpotConfig) -> StaticPages | None:
        """The pages that the settings ask for; `None` when they ask for none."""
        return None if config.static is None else cls(config)

    def answer(self, request: Request) -> Response | None:
        """A page; `None` for other endpoints, which answer from an empty account."""
        if request.path not in self._paths:
            base, _, below = request.path.rpartition("/")
            if base not in self._paths:
                return None
            if below == "search" and not request.json_object().get("filterGroups"):
                return self._count(request.json_object())
            message = "this fake was started with --static: only the list endpoint has data"
            raise validation_error(message)
        after, plan_key = b"", request.query_string
        start = plan_key.find(b"after=")
        if start >= 0:
            end = plan_key.find(b"&", start)
            end = len(plan_key) if end < 0 else end
            after = plan_key[start + 6 : end]
            plan_key = plan_key[:start] + plan_key[end + 1 :]
        plan = self._plans.get(plan_key.strip(b"&"))
        if plan is None:
            plan = self._plans[plan_key.strip(b"&")] = self._make_plan(request)
        if not plan.has_records:
            return Response(200, b'{"results":[]}')
        return Response(200, plan.page(self._index_of(after)))

    def _count(self, query: dict[str, Any]) -> Response:
        """The total and one record by its id alone, the last where ids descend."""
        is_descending = any(sort.get("direction") == "DESCENDING" for sort in query.get("sorts", ()))
        record_id = self._type.first_id + ID_STEP * (self.count - 1 if is_descending else 0)
        record = {"id": str(record_id), "properties": {"hs_object_id": str(record_id)}}
        return Response(200, encode_json({"total": self.count, "results": [record] if self.count else []}))

    def _index_of(self, after: bytes) -> int:
        if not after:
            return 0
        if not after.isdigit():
            message = f"Invalid input: after '{after.decode('latin-1')}' is not a valid paging cursor"
            raise validation_error(message)
        return max(0, -((self._type.first_id - int(after)) // ID_STEP))

    def _make_plan(self, request: Request) -> _Plan:
        asked = read_names(request, "properties") or list(self._type.defaults)
        names = [name for name in dict.fromkeys(asked) if name in self._sample.definitions]
        own = (*self._type.always, "email")
        shared = sorted(set(names) - set(own))
        tails = [
            encode_json({name: record.properties.get(name) for name in shared})[1:] + b"}"
            for record in self._sample.live()
        ]
        plan = _Plan(self, read_limit(request, default=10, most=MOST), tails, has_email="email" in names)
        plan.has_records = not read_flag(request, "archived")
        return plan

    def head(self, index: int, *, has_email: bool, has_tail: bool) -> bytes:
        """The part of a record that no other has, up to its shared properties."""
        record_id = self._type.first_id + ID_STEP * index
        created = self._created[index * MOMENTS // self.count]
        modified = self._modified[index % MOMENTS]
        email = f'"email":"person.{record_id}@example.com",' if has_email else ""
        created_name, modified_name, _ = self._type.always
        return (
            f'{{"id":"{record_id}","createdAt":"{created}","updatedAt":"{modified}","archived":false,'
            f'"properties":{{{email}"{created_name}":"{created}","hs_object_id":"{record_id}",'
            f'"{modified_name}":"{modified}"{"," if has_tail else ""}'
        ).encode()

    def paging(self, end: int, limit: int) -> bytes:
        """The end of a page; nothing but a bracket after the last record."""
        if end >= self.count:
            return b"]}"
        after = self._type.first_id + ID_STEP * (end - 1) + 1
        link = f"{API_HOST}/crm/v3/objects/{self._type.name}?limit={limit}&after={after}"
        return f'],"paging":{{"next":{{"after":"{after}","link":"{link}"}}}}}}'.encode()


class _Plan:
    """Pages of one combination of limit and properties; a page may start at any record."""

    def __init__(self, pages: StaticPages, limit: int, tails: list[bytes], *, has_email: bool) -> None:
        self._pages = pages
        self._limit = limit
        self._tails = [*tails, *tails[:limit]]
        self._has_email = has_email
        self._has_tail = tails[0] != b"}}"
        self._heads = [b""] * pages.count
        self.has_records = True

    def page(self, start: int) -> bytes:
        """The page that starts with the record of that number."""
        heads = self._heads[start : start + self._limit]
        if b"" in heads:
            heads = [
                self._pages.head(start + n, has_email=self._has_email, has_tail=self._has_tail)
                for n in range(len(heads))
            ]
            self._heads[start : start + len(heads)] = heads
        place = start % VARIANTS
        records = map(bytes.__add__, heads, self._tails[place : place + len(heads)])
        end = start + len(heads)
        return b'{"results":[' + b",".join(records) + self._pages.paging(end, self._limit)
