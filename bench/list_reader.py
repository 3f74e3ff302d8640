"""One list read whole through the product's client and source, paced in PostgreSQL, and thrown away."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import requests

from bench.product import make_connect
from bench.services import CHECKOUT
from crm_sync.config.loader import load_source
from crm_sync.constants import SyncMode
from crm_sync.exceptions import ConfigError
from crm_sync.rest.rate_limits import resolve_limits
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.registry import create_source
from crm_sync.storage.budget.rate_budget import PostgresRateBudget
from crm_sync.storage.migrations import migrate


def read_list(  # noqa: PLR0913  # the parts of a job
    *,
    url: str,
    dsn: str,
    crm_source: str,
    sync_type: str,
    page_size: int | None,
    connection: Mapping[str, Any],
    own_options: Mapping[str, Any],
) -> dict[str, float]:
    """Read an entity from its fake; gives seconds, calls and records."""
    connect = make_connect(dsn)
    migrate(connect)
    source = load_source(CHECKOUT / "dags" / "configs", crm_source)
    if source.rest is None:
        raise ConfigError(f"{crm_source}/source.yaml", "rest", "a CRM of kind rest")
    facts = ConnectionFacts(connection_id=f"{crm_source}_default", **connection)
    budget = PostgresRateBudget(
        connect, crm_source, facts.connection_id, limits=resolve_limits(source.rest, facts.extra)
    )
    client = build_client(
        source.rest,
        requests.Session(),
        url,
        connection=facts,
        budget=budget,
        crm_source=crm_source,
        longest_wait_s=None,
    )
    entity = source.entities[sync_type]
    reader = create_source(source, entity, client=client)
    until = reader.read_clock() or datetime.now(UTC)
    size = page_size or entity.page_size
    request = ReadRequest(entity, SyncMode.FULL, None, until, size, own_options=own_options)
    calls_before, cpu_before_s, started = client.stats.api_calls, time.process_time(), time.monotonic()
    records = sum(page.records for page in reader.read_pages(request, {}))
    seconds = time.monotonic() - started
    answer_s = client.stats.answer_s / client.stats.api_calls
    calls = client.stats.api_calls - calls_before
    return {
        "seconds": seconds,
        "calls": calls,
        "records": records,
        "answer_s": answer_s,
        "retries": client.stats.retries,
        "cpu_s": time.process_time() - cpu_before_s,
    }


def download(*, url: str, paths: Sequence[str], headers: Mapping[str, str]) -> dict[str, float]:
    """Fetch addresses one after the other with one session, and throw the answers away undecoded."""
    with requests.Session() as session:
        started = time.monotonic()
        for path in paths:
            answer = session.get(urljoin(url, path), headers=dict(headers), timeout=60)
            answer.raise_for_status()
        return {"seconds": time.monotonic() - started}
