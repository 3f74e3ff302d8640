"""A client that answers list requests by a function, and a source over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.messages import Answer, Request
from crm_sync.rest.stats import ClientStats
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.rest.lists import RestListSource

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


class AnsweringClient:
    """Answers with what a function gives: a body, a status, or an error to raise."""

    api_version = ""

    def __init__(self, answer: Callable[[Request], Any], extras: Mapping[str, str] | None = None) -> None:
        self._answer = answer
        self._lock = Lock()
        self.requests: list[Request] = []
        self.extras = dict(extras or {})
        self.stats = ClientStats()

    def send(self, request: Request, *, cancelled: Callable[[], bool] = lambda: False) -> Answer:
        with self._lock:
            self.requests.append(request)
        body = self._answer(request)
        if isinstance(body, Exception):
            raise body
        if isinstance(body, int):
            if body not in request.accepts:
                raise UnexpectedResponseError(f"status {body}", status_code=body)
            return Answer(body, b"", {}, NOW, NOW)
        if request.check is not None and (fault := request.check(body)) is not None:
            raise UnexpectedResponseError(fault)
        return Answer(200, b"", {}, NOW, NOW, body)


def make_entity(**read: Any) -> EntityConfig:
    config = {
        "strategy": "rest_list",
        "passes": [{"name": "all", "path": "/things", "records_path": ""}],
        "paging": {"style": "offset", "counts": "pages", "param": "page", "first": 1, "end": "empty"},
        **read,
    }
    own = {"id": {}, "at": {"type": "datetime"}, "parent": {"source": "_parent"}}
    fields = config.pop("fields", own)
    return EntityConfig(
        crm_source="crm",
        sync_type="things",
        table_schema="crm",
        primary_key=["id"],
        fields=fields,
        read=config,
    )


def make_request(entity: EntityConfig, since: datetime | None = None, **more: Any) -> ReadRequest:
    mode = SyncMode.FULL if since is None else SyncMode.DELTA
    return ReadRequest(entity, mode, since, NOW, more.pop("page_size", 2), **more)


def run(
    client: AnsweringClient,
    since: datetime | None = None,
    *,
    cursors: Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    **read: Any,
) -> tuple[list[dict[str, Any]], dict[str, Any], RestListSource]:
    """Read everything; gives the records, the last cursor by key, and the source."""
    entity = make_entity(**read)
    source = RestListSource(client, entity)  # type: ignore[arg-type]  # the part of it that is used
    pages = list(source.read_pages(make_request(entity, since, **(request or {})), cursors or {}))
    records = [json.loads(line) for one in pages for line in (one.lines or b"").splitlines()]
    return records, {one.cursor_key: one.cursor for one in pages}, source


def page_of(request: Request) -> int:
    return int(request.params["page"])
