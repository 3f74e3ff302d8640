"""The product's own run over a query of the fake lake, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from bench.product import Run, make_connect
from bench.services import CHECKOUT
from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_config import RestConfig
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.storage.budget.rate_budget import NoRateBudget
from sandbox.salespro.config import DATABASE, REGION


@dataclass
class JobRun(Run):
    """One run of payments; `url` is the fake's.

    Args:
        keys: access key id and secret.
        from_file: results are read from their file.
    """

    keys: tuple[str, str] = ("", "")
    from_file: bool = True

    def __post_init__(self) -> None:
        self.source = load_source(CHECKOUT / "dags" / "configs", "salespro")
        self.entity = self.source.entities["payments"]
        self.connect = make_connect(self.dsn)

    def open_source(self, entity: EntityConfig, *, stop: Callable[[], bool]) -> Source:
        """Give what the CRM hook gives."""
        extra: dict[str, Any] = {"rate_limits": False, "region_name": REGION, "database": DATABASE}
        extra |= {"poll_seconds": 0.1, "results_from_s3": self.from_file, "s3_endpoint_url": self.url}
        client = build_client(
            self.source.rest or RestConfig(),
            requests.Session(),
            self.url,
            connection=ConnectionFacts("salespro_default", *self.keys, extra),
            budget=NoRateBudget(),
            crm_source="salespro",
            stop=stop,
        )
        return create_source(self.source, entity, client=client)
