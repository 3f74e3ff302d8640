"""What a fuzz case drives: the product's sources, transform and validate in this process, without sockets."""

from __future__ import annotations

import io
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import polars as pl
import requests
import yaml
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncMode
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import ReadRequest, Source
from crm_sync.sources.registry import create_source
from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk
from tests.oracle.compare import REJECTED
from tests.oracle.ends import Exchange
from tests.oracle.settings import Entity, read_entity

ROOT = Path(__file__).resolve().parents[2]
URL = "http://fuzz.invalid"
_SOURCES = {
    "rest": {"kind": "rest", "title": "T", "rest": {"auth": "bearer"}},
    "files": {"kind": "files", "title": "T", "connection_id": "csv_default"},
    "database": {"kind": "database", "title": "T"},
}
Words = dict[str, Any]
"""The YAML of an entity."""


@lru_cache(maxsize=1)
def scratch() -> Path:
    """Give a folder in memory where there is one; it goes with the process."""
    shared = Path("/dev/shm")
    _keep.append(
        tempfile.TemporaryDirectory(prefix="crm-sync-fuzz-", dir=shared if shared.is_dir() else None)
    )
    return Path(_keep[-1].name)


_keep: list[tempfile.TemporaryDirectory[str]] = []


def configure(kind: str, words: Words) -> tuple[SourceConfig, EntityConfig, Entity]:
    """Write the YAML and have it read by the product and by the oracle."""
    return _configure(kind, json.dumps(words))


@lru_cache(maxsize=512)
def _configure(kind: str, text: str) -> tuple[SourceConfig, EntityConfig, Entity]:
    base = Path(tempfile.mkdtemp(dir=scratch()))
    (base / "fuzz").mkdir()
    (base / "defaults.yaml").write_text((ROOT / "dags/configs/defaults.yaml").read_text())
    (base / "fuzz" / "source.yaml").write_text(yaml.safe_dump(_SOURCES[kind]))
    (base / "fuzz" / "things.yaml").write_text(yaml.safe_dump(json.loads(text), sort_keys=False))
    source = load_source(base, "fuzz")
    return source, source.entities["things"], read_entity(base, "fuzz", "things")


@dataclass
class Done:
    """What a read came to: typed rows in order, and the rules that speak of each."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str | None, set[str]]] = field(default_factory=list)
    missing: list[frozenset[str]] = field(default_factory=list)
    reason: str | None = None
    error: Exception | None = None
    is_whole: bool = False
    notes: list[str] = field(default_factory=list)


def read_all(source: Source, entity: EntityConfig, *, page_size: int | None = None) -> Done:
    """Read everything, and transform and judge each page."""
    request = ReadRequest(
        entity=entity,
        mode=SyncMode.FULL,
        since=None,
        until=datetime.now(UTC),
        page_size=page_size or entity.page_size,
    )
    done = Done()
    pages = []
    try:
        with closing(source), closing(source.read_pages(request, {})) as given:
            for page in given:
                pages.append(page)
                if len(pages) > 2000:
                    raise RuntimeError("the read does not end")
        done.reason, done.is_whole = source.incomplete_reason, source.is_whole
        done.notes = list(getattr(source, "notes", []))
        for page in pages:
            raw = page.lines if page.frame is None else page.frame
            if page.records:
                assert raw is not None
                _add(done, raw, entity, getattr(page, "missing", frozenset()))
    except Exception as error:  # noqa: BLE001 - each error is a result here
        done.error = error
    return done


def _add(done: Done, raw: bytes | pl.DataFrame, entity: EntityConfig, missing: frozenset[str]) -> None:
    transformed = transform_chunk(raw, entity)
    verdicts = validate_chunk(transformed.typed, transformed.findings, entity)
    offset = len(done.rows)
    done.rows += [_plain(row, entity) for row in transformed.typed.iter_rows(named=True)]
    done.rules += [{} for _ in range(transformed.typed.height)]
    done.missing += [missing] * transformed.typed.height
    for row, name, rule, action in verdicts.select("row", "field", "rule", "action").iter_rows():
        done.rules[offset + row].setdefault(name, set()).add(rule)
        if action == "reject":
            done.rules[offset + row].setdefault(None, set()).add(REJECTED)


def _plain(row: dict[str, Any], entity: EntityConfig) -> dict[str, Any]:
    """Give the values as PostgreSQL would: numbers, and decoded JSON."""
    from decimal import Decimal

    for name, config in entity.fields.items():
        value = row[name]
        if value is None:
            continue
        if str(config.type) in ("number", "decimal"):
            row[name] = Decimal(value)
        elif str(config.type) == "json":
            row[name] = json.loads(value, parse_float=Decimal)
        elif isinstance(value, datetime) and value.tzinfo is None:
            row[name] = value.replace(tzinfo=UTC)
        elif isinstance(value, datetime):
            row[name] = value.astimezone(UTC)
    if row.get("extra") is not None:
        row["extra"] = json.loads(row["extra"], parse_float=Decimal)
    return row


Answer = tuple[int, Mapping[str, str], bytes]
Respond = Callable[[str, dict[str, str]], Answer]
"""Given path and query: status, headers, body."""


class Wire(BaseAdapter):
    """A server in this process: answers requests and notes them."""

    def __init__(self, respond: Respond) -> None:
        super().__init__()
        self.respond = respond
        self.exchanges: list[Exchange] = []
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self._lock:
            status, headers, body = self.respond(parts.path, query)
            told = {"Content-Type": "application/json", **headers}
            self.exchanges.append(Exchange(parts.path, query, body, status, told["Content-Type"]))
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url or "", request
        response.headers.update(told)
        response.raw = HTTPResponse(io.BytesIO(body), headers=told, status=status, preload_content=False)
        return response

    def close(self) -> None:
        """Do nothing: there is no connection."""


def open_rest(source: SourceConfig, entity: EntityConfig, wire: Wire, *, key: str = "secret") -> Source:
    """Build a REST source whose answers come from this process and whose waits take no time."""
    assert source.rest is not None
    session = requests.Session()
    session.trust_env = False
    skipped = [0.0]
    client = build_client(
        source.rest,
        session,
        URL,
        connection=ConnectionFacts("fuzz_default", "", key, {"rate_limits": False}),
        budget=Unlimited(),
        crm_source=source.crm_source,
        longest_wait_s=None,
    )
    session.mount(URL, wire)

    def sleep(seconds: float) -> None:
        skipped[0] += seconds

    client.pacer.waiter = Waiter(clock=lambda: time.monotonic() + skipped[0], sleep=sleep, slice_s=3600)
    return create_source(
        source, entity, client=replace(client, policy=RetryPolicy(max_retries=1, first_wait_s=0.0))
    )


def put_files(files: Mapping[str, bytes]) -> Path:
    """Write files into a fresh folder."""
    folder = Path(tempfile.mkdtemp(dir=scratch()))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def judge_status(done: Done) -> str | None:
    """Say how the run would end; None: with an error."""
    if done.error is not None:
        return None
    broken = any(is_rejected(rules) for rules in done.rules)
    return "partial" if done.reason or broken else "success"


def is_rejected(rules: Mapping[str | None, Iterable[str]]) -> bool:
    """Tell whether a record's findings keep it out of the table."""
    return REJECTED in rules.get(None, ())
