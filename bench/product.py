"""The product's own run of an entity, stage by stage, each attached anew as a task of its own is."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import requests

from bench.services import CHECKOUT
from bench.usage import Usage, measured
from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_config import RestConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.run_options import RunOptions
from crm_sync.rest.rate_limits import resolve_limits
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.storage.budget.rate_budget import NoRateBudget, PostgresRateBudget
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.sync.run import EntityRun
from crm_sync.sync.save import SaveResult

TOKEN = "sandbox-token"  # noqa: S105  # the fake's
STAGES = ("open", "fetch", "transform", "validate", "save")


def load_contacts() -> tuple[SourceConfig, EntityConfig]:
    """Load HubSpot's contacts as shipped, but with mapped properties only: about 1.2 KB a record."""
    source = load_source(CHECKOUT / "dags" / "configs", "hubspot")
    entity = source.entities["contacts"]
    read = entity.read
    if not isinstance(read, RestIdsRead):
        raise TypeError(f"{entity.sync_type} is not read by ids")
    mapped_only = read.discover.model_copy(update={"unmapped": False})
    read = read.model_copy(update={"discover": mapped_only})
    return source, entity.model_copy(update={"read": read})


def make_connect(dsn: str) -> Callable[[], Any]:
    """Give what the warehouse hook gives: fresh connections with times in UTC."""
    options = "-c TimeZone=UTC -c DateStyle=ISO"
    return lambda: psycopg2.connect(dsn, options=options, application_name="crm_sync")


@dataclass
class Run:
    """One run of contacts against a fake and a database.

    Args:
        url: of the fake.
        dsn: of the warehouse.
        folder: staging base.
        run_id: the DAG run's name.
        options: its flags.
        rate_limits: pace by the tier's limits in PostgreSQL; off: no limit.
        history_id: row of sync_history; None until `open` made it.
    """

    url: str
    dsn: str
    folder: Path
    run_id: str
    options: RunOptions
    rate_limits: bool = False
    history_id: int | None = None

    def __post_init__(self) -> None:
        self.source, self.entity = load_contacts()
        self.connect = make_connect(self.dsn)

    def set_parallel(self, threads: int) -> None:
        """Read with at most so many threads."""
        read = self.entity.read.model_copy(update={"parallel": threads})
        self.entity = self.entity.model_copy(update={"read": read})

    def run_stages(self) -> tuple[dict[str, Usage], SaveResult]:
        """Do the whole sync; gives what each stage took and how it ended."""
        usages: dict[str, Usage] = {}
        result: SaveResult | None = None
        for stage in STAGES:
            with measured() as usages[stage]:
                result = self.run_stage(stage)
        if result is None:
            message = "save gave no result"
            raise RuntimeError(message)
        return usages, result

    def run_stage(self, stage: str) -> SaveResult | None:
        """Do one stage, as its task does it; gives what save came to."""
        run = self._make()
        try:
            if stage == "open":
                run.open()
                self.history_id = run.history_id
                return None
            run.attach({"run_key": str(self.history_id), "history_id": self.history_id})
            result = getattr(run, stage)(stop=_never)
            run.record()
        finally:
            run.release()
        return result if stage == "save" else None

    def name_account(self) -> str:
        """Name what the CRM hook names."""
        return self.url

    def open_source(self, entity: EntityConfig, *, stop: Callable[[], bool]) -> Source:
        """Give what the CRM hook gives."""
        rest: RestConfig = self.source.rest or RestConfig()
        extra: dict[str, Any] = {"tier": "professional"} if self.rate_limits else {"rate_limits": False}
        budget = (
            PostgresRateBudget(self.connect, "hubspot", "bench", resolve_limits(rest, extra), rest.reserve)
            if self.rate_limits
            else NoRateBudget()
        )
        client = build_client(
            rest,
            requests.Session(),
            self.url,
            connection=ConnectionFacts("hubspot_default", password=TOKEN, extra=extra),
            budget=budget,
            crm_source="hubspot",
            stop=stop,
        )
        return create_source(self.source, entity, client=client)

    def _make(self) -> EntityRun:
        entity = self.entity
        identity = RunIdentity(
            crm_source=entity.crm_source,
            sync_type=entity.sync_type,
            dag_id="bench",
            run_id=self.run_id,
            try_number=1,
            in_process=False,
            host=socket.gethostname(),
            pid=os.getpid(),
        )
        return EntityRun(
            source=self.source,
            entity=entity,
            options=self.options,
            identity=identity,
            connect=self.connect,
            staging_base=self.folder,
            crm=self,
            is_run_ended=lambda _dag_id, _run_id: True,
        )


def make_options(*, full: bool = True, start_date: datetime | None = None) -> RunOptions:
    """Give a run's flags."""
    return RunOptions(full=full, start_date=start_date)


def _never() -> bool:
    return False
