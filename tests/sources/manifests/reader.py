"""Reads what a manifest describes with our own code: converted, loaded and read as a run would."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import yaml

from crm_sync.config.loader import load_source
from crm_sync.constants import SyncMode
from crm_sync.import_manifest.connector import Connector, convert_manifest
from crm_sync.import_manifest.folder import build_files, check, write
from crm_sync.rest.connection_facts import ConnectionFacts
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.registry import build_client
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.registry import create_source
from crm_sync.sync.transform import transform_chunk
from tests.sources.rest_kit import LeapingTime


@dataclass
class Reading:
    """What came of one manifest."""

    connector: Connector
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Typed rows by stream."""
    incomplete: dict[str, str] = field(default_factory=dict)


def read_manifest_with_us(
    text: str, address: str, *, login: str = "", password: str = "", extra: Mapping[str, Any] | None = None
) -> Reading:
    """Convert a manifest and read all its streams whole.

    Args:
        text: of the manifest.
        address: of the connection.
        login: of it.
        password: of it.
        extra: extras of it.
    """
    connector = convert_manifest(yaml.safe_load(text), "pattern")
    check(connector, "pattern")
    reading = Reading(connector)
    if not connector.entities:
        return reading
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "defaults.yaml").write_text("{}\n")
        write(build_files(connector, ""), Path(folder) / "pattern", overwrites=False)
        source = load_source(Path(folder), "pattern")
    assert source.rest is not None
    session = requests.Session()
    session.trust_env = False
    facts = ConnectionFacts("pattern_default", login, password, {"rate_limits": False, **(extra or {})})
    for verdict in connector.verdicts:
        if not verdict.entity:
            continue
        client = build_client(
            source.rest,
            session,
            address,
            connection=facts,
            budget=Unlimited(),
            crm_source="pattern",
            longest_wait_s=None,
        )
        time = LeapingTime()
        client.pacer.waiter = Waiter(clock=time.clock, sleep=time.sleep)
        entity = source.entities[verdict.entity]
        opened = create_source(source, entity, client=client)
        asked = ReadRequest(entity, SyncMode.FULL, None, datetime.now(UTC), entity.page_size)
        lines = b"".join(page.lines or b"" for page in opened.read_pages(asked, {}))
        reading.rows[verdict.stream] = transform_chunk(lines, entity).typed.to_dicts() if lines else []
        if opened.incomplete_reason:
            reading.incomplete[verdict.stream] = opened.incomplete_reason
    return reading
