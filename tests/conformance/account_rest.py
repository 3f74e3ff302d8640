"""Accounts over a REST fake: reading as the hook does, changes by the fake's own operations.

How a CRM joins, in about 60 to 100 lines of `account_<crm>.py`:

    class CallTrackerAccount(RestAccount):
        def list_records(self, entity): ...   # as the API answers them, from the fake's store, archived too
        def change(self, entity, count): ...  # and add, remove, clear: see BaseAccount for their promises
        def stamp(self, entity, at, keys=None): ...  # where deltas ask by modified time
        def mark_gone(self, entity, count): ...  # and restore: where the YAML has `deleted`

    @contextmanager
    def open_calltracker(source, folder, *, extra=None, **settings):
        fake = CallTrackerSandbox(**{"rate_limits": False, "counts": COUNTS, **settings})
        with fake.serve():
            yield CallTrackerAccount(fake, source, password=fake.token, extra=extra)

and one line in `accounts.ACCOUNTS`. What the base does with the entity's YAML alone:

- `read_paths(entity)`: shell patterns of the paths of its passes, for faults and hooks; override it where
  the strategy is the vendor's own.
- `during_read`, `change_during_read`: just before its second request is answered.
- `plant`, `drop_path`: answers are edited on their way out, at the YAML's `records_path`, and `expected`
  sees the same edits; override `find_records` where records are no list of objects.
- `set_clock`, `count_calls`, and `facts`, by which a worker process builds the same source.

What the suite expects of a fake: `url`, `clock`, `faults`, `hooks`, `requests`, `lock`, `answer`, `serve()`
as in sandbox/frame, the settings `counts` (records by sync_type), `seed`, `clock_offset_s`, `latency_ms`,
`rate_limits`, and fault kinds beside `common_fault_kinds` in the vendor's own words: `rate_limited`
(`retry_after_s`, `retry_after_form`), `daily_limit`, `unauthorized`, `missing_scope`, `server_error`,
`error_in_200`, `repeated_token`, `empty_page`. For the plain ones `rest_faults` stands in where a fake has
none; `daily_limit`, `repeated_token` and `empty_page` are left out then, so lack none that can happen there.
`extra` of None switches our own pacing off; a test that is about it passes extras. A CRM with `parents`
puts the parent's value into what `list_records` gives, under the key that the read adds.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import requests

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.rate_limits import resolve_limits
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter, never
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.storage.budget.rate_budget import PostgresRateBudget
from sandbox.frame.messages import Request, Response, encode_json
from tests.conformance.account_base import BaseAccount
from tests.conformance.edits import Edit, drop, find_key, put
from tests.conformance.expected import ExpectedTable, Key, build_expected
from tests.conformance.rest_bounds import check_requests, fits
from tests.conformance.rest_faults import add_common_faults

_FAST = RetryPolicy(max_retries=4, first_wait_s=0.01)
_PLACEHOLDER = re.compile(r"\{\w+\}")


class RestAccount(BaseAccount):
    """One account of a REST fake that is being served.

    Args:
        fake: the vendor's fake.
        source: the CRM's configuration.
        login: of the connection.
        password: of the connection.
        extra: of the connection; None: our own pacing is off.
        own_extra: what the connection has beside it, whatever a check writes there.
    """

    def __init__(
        self,
        fake: Any,
        source: SourceConfig,
        *,
        login: str = "",
        password: str,
        extra: dict[str, Any] | None = None,
        own_extra: Mapping[str, Any] | None = None,
    ) -> None:
        facts = {
            "opener": f"{__name__}:open_rest_source",
            "url": fake.url,
            "login": login,
            "token": password,
            "extra": {"rate_limits": False} if extra is None else extra,
            "own_extra": dict(own_extra or {}),
        }
        super().__init__(source, facts)
        self.fake = fake
        self._edits: list[tuple[str, Edit]] = []
        self._watched: list[Request] = []
        add_common_faults(fake)

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = never
    ) -> Source:
        waiter = leap(stop) if self.facts["extra"].get("rate_limits") is False else Waiter(stop=stop)
        return open_rest_source(self.source, entity, self.facts, connect, stop=stop, waiter=waiter)

    def count_calls(self) -> int:
        return len(self.fake.requests)

    def count_reads(self, entity: EntityConfig) -> int:
        return sum(len(self.fake.requests.entries(path)) for path in self.read_paths(entity))

    def expected(self, entity: EntityConfig) -> ExpectedTable:
        return build_expected(entity, self.list_sent(entity))

    def list_sent(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        """Give the records with the edits that they get on their way out."""
        edits = [edit for sync_type, edit in self._edits if sync_type == entity.sync_type]
        for record in self.list_records(entity):
            sent = deepcopy(record) if edits else record
            for edit in edits:
                edit(sent)
            yield sent

    def read_paths(self, entity: EntityConfig) -> list[str]:
        """Give shell patterns of the paths that the entity's records are read from."""
        assert isinstance(entity.read, RestListRead), f"{entity.read.strategy}: name its paths in the account"
        return list(dict.fromkeys(_PLACEHOLDER.sub("*", one.path) for one in entity.read.passes))

    def during_read(self, entity: EntityConfig, do: Callable[[], object]) -> None:
        page = 2 if self.has_pages(entity) else 1
        self.fake.hooks.before_page(self.read_paths(entity)[0], page, self.counted(do))

    def has_pages(self, entity: EntityConfig) -> bool:
        """Tell whether the entity's first list comes in pages."""
        return not isinstance(entity.read, RestListRead) or entity.read.passes[0].paged

    def set_clock(self, offset_s: float) -> None:
        self.fake.clock.offset_s = offset_s

    def pass_time(self, seconds: float) -> None:
        self.fake.clock.advance(seconds)

    def watch(self, entity: EntityConfig) -> None:
        paths, answer = self.read_paths(entity), self.fake.answer

        def answer_and_note(request: Request) -> Response:
            if any(fits(request.path, one) for one in paths):
                self._watched.append(request)
            response: Response = answer(request)
            return response

        self.fake.answer = answer_and_note

    def check_bound(self, entity: EntityConfig, since: datetime, until: datetime) -> None:
        check_requests(entity, self._watched, since, until)

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        expected = self.expected(entity)
        key = min(expected.live - expected.rejected, key=str)
        self._edit(entity, lambda record: put(record, values) if find_key(entity, record, key) else None)
        return key

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        self._edit(entity, lambda record: drop(record, path))

    def read_body(self, body: bytes) -> Any:
        """Decode an answer."""
        return msgspec.json.decode(body)

    def find_records(self, entity: EntityConfig, payload: Any) -> Iterable[dict[str, Any]]:
        """Give the records in a decoded answer, for edits in place."""
        paths = ["results"]
        if isinstance(entity.read, RestListRead):
            paths = [path for one in entity.read.passes for path in one.record_paths]
        for path in dict.fromkeys(paths):
            found = payload
            for part in path.split(".") if path else ():
                found = found.get(part) if isinstance(found, dict) else None
            if isinstance(found, list):
                return [one for one in found if isinstance(one, dict)]
        return []

    def _edit(self, entity: EntityConfig, edit: Edit) -> None:
        """Edit the entity's records in every answer from now on."""
        self._edits.append((entity.sync_type, edit))
        paths = self.read_paths(entity)
        answer = self.fake.answer

        def answer_edited(request: Request) -> Response:
            response: Response = answer(request)
            if response.status != 200 or not any(fits(request.path, one) for one in paths):
                return response
            payload = self.read_body(response.body)
            for record in self.find_records(entity, payload):
                edit(record)
            return replace(response, body=encode_json(payload))

        self.fake.answer = answer_edited


def open_rest_source(
    source: SourceConfig,
    entity: EntityConfig,
    facts: Mapping[str, Any],
    connect: Callable[[], Any],
    *,
    stop: Callable[[], bool] = never,
    waiter: Waiter | None = None,
) -> Source:
    """Build the source as `hooks/crm.py` does, with retries that wait for hundredths of a second."""
    assert source.rest is not None
    extra = {**facts["extra"], **facts.get("own_extra", {})}
    session = requests.Session()
    session.trust_env = False
    budget = (
        Unlimited()
        if extra.get("rate_limits") is False
        else PostgresRateBudget(
            connect,
            source.crm_source,
            account="conformance",
            limits=resolve_limits(source.rest, extra),
            reserve=0.0,
        )
    )
    client = build_client(
        source.rest.model_copy(update={"read_timeout_s": facts.get("read_timeout_s", 10)}),
        session,
        facts["url"],
        connection=ConnectionFacts(source.connection_id, facts.get("login", ""), facts["token"], extra),
        budget=budget,
        crm_source=source.crm_source,
        stop=stop,
        longest_wait_s=facts.get("longest_wait_s"),
    )
    client.pacer.waiter = waiter or client.pacer.waiter
    return create_source(source, entity, client=replace(client, policy=_FAST))


def leap(stop: Callable[[], bool]) -> Waiter:
    """Give a waiter whose waits take no time: its clock leaps ahead instead."""
    skipped = [0.0]
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            skipped[0] += seconds

    return Waiter(stop=stop, clock=lambda: time.monotonic() + skipped[0], sleep=sleep, slice_s=3600)
