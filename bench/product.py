"""The product's stages, called in process as its tasks call them: each attaches to the history row anew."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import Stage
from crm_sync.rest.rate_limits import resolve_limits
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.storage.budget.rate_budget import NoRateBudget, PostgresRateBudget
from crm_sync.storage.connections import open_transaction
from crm_sync.storage.history.sync_history import add_progress
from crm_sync.storage.history.sync_owners import RunIdentity, SyncOwner
from crm_sync.storage.history.watermark import read_watermark
from crm_sync.storage.migrations import migrate
from crm_sync.storage.staging import Staging, open_staging
from crm_sync.sync.chunks import transform_chunks, validate_chunks
from crm_sync.sync.fetch import fetch_entity
from crm_sync.sync.fetch_job import FetchJob
from crm_sync.sync.save import SaveResult, save_entity
from crm_sync.sync.validate import check_rules

TOKEN = "sandbox-token"  # noqa: S105  # the fake's
STAGES = ("open", "fetch", "transform", "validate", "save")


def load_contacts() -> tuple[SourceConfig, EntityConfig]:
    """Load HubSpot's contacts as shipped, but with mapped properties only: about 1.2 KB a record."""
    source = load_source(CHECKOUT / "dags" / "configs", "hubspot")
    entity = source.entities["contacts"]
    return source, entity.model_copy(update={"read": entity.read.model_copy(update={"properties": "mapped"})})


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
        identity = RunIdentity(
            "hubspot", "contacts", "bench", self.run_id, 1, False, socket.gethostname(), os.getpid()
        )
        self.owner = SyncOwner(self.connect, identity, is_run_ended=lambda _dag_id, _run_id: True)

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
        """Do one stage, as its task does it."""
        if stage == "open":
            migrate(self.connect)
            self.owner.acquire()
            self.history_id = self.owner.open({"options": self.options.to_json()}).history_id
            self.owner.release()
            return None
        with self._owned():
            return self.save() if stage == "save" else getattr(self, stage)()

    def fetch(self) -> None:
        """From the fake into raw chunks."""
        check_rules(self.entity)
        watermark = read_watermark(self.connect, "hubspot", "contacts")
        job = FetchJob(self.entity, self.options, self._open_staging(), self.open_source(), watermark)
        self._record(Stage.FETCH, fetch_entity(job).metrics)

    def transform(self) -> None:
        """From raw to typed chunks."""
        self._record(Stage.TRANSFORM, transform_chunks(self.entity, self._open_staging(), stop=_never))

    def validate(self) -> None:
        """From typed chunks to verdicts."""
        figures = validate_chunks(self.entity, self._open_staging(), skip_validation=False, stop=_never)
        self._record(Stage.VALIDATE, figures)

    def save(self) -> SaveResult:
        """Into the table; closes the history row."""
        staging = self._open_staging()
        result = save_entity(self.entity, staging, self.connect, history_id=self.history_id, stop=_never)
        staging.remove()
        return result

    def open_source(self) -> Source:
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
        )
        return create_source(self.source, self.entity, client=client)

    def _open_staging(self) -> Staging:
        base = self.folder / "hubspot" / "contacts" / str(self.history_id)
        return open_staging(base, crm_source="hubspot", sync_type="contacts")

    def _record(self, stage: Stage, metrics: dict[str, float]) -> None:
        if self.history_id is not None:
            with open_transaction(self.connect) as cursor:
                add_progress(cursor, self.history_id, stage=stage, metrics=metrics)

    @contextmanager
    def _owned(self) -> Iterator[None]:
        if self.history_id is None:
            message = "stage 'open' comes first"
            raise RuntimeError(message)
        self.owner.attach(self.history_id)
        try:
            yield
        finally:
            self.owner.release()


def make_options(*, full: bool = True, start_date: datetime | None = None) -> RunOptions:
    """Give a run's flags."""
    return RunOptions(full=full, start_date=start_date)


def _never() -> bool:
    return False
