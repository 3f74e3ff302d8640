"""Fixtures of the cluster: its servers, metadata on PostgreSQL, and an account with rate limits."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from psycopg2.extensions import parse_dsn

from crm_sync.config.loader import load_source
from tests.cluster.cluster import Cluster, running_cluster
from tests.cluster.object_store import running_object_store
from tests.conformance.account_hubspot import HubSpotAccount
from tests.dags.airflow_home import copy_one_dag, filter_warnings
from tests.e2e.conftest import build_hubspot_connection, build_warehouse_connection
from tests.e2e.processes import SERVICES, build_plain_environment
from tests.redis_server import running_redis
from tests.warehouse import Warehouse

DAG = "crm_sync_hubspot"
BUCKET = "staged"
WORKERS = ("east", "west")
LIMIT = 20
"""Requests in ten seconds, for all of the account together; of HubSpot's searches, five a second."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let Airflow's own warnings pass in this folder's tests: its conftest.py is asked for them alone."""
    filter_warnings(item)


@pytest.fixture
def warehouse(empty_warehouse: Warehouse) -> Warehouse:
    """An empty warehouse."""
    return empty_warehouse


@pytest.fixture
def open_account() -> Iterator[Callable[..., HubSpotAccount]]:
    """Start a fake account that refuses what goes beyond its limit."""
    from contextlib import ExitStack

    from sandbox.hubspot import HubSpotSandbox
    from tests.dags.airflow_home import CONFIGS

    with ExitStack() as stack:

        def start(counts: dict[str, int]) -> HubSpotAccount:
            fake = HubSpotSandbox(
                rate_limits=True, burst_limit=LIMIT, associations_limit=LIMIT, counts=counts
            )
            stack.enter_context(fake.serve())
            return HubSpotAccount(fake, load_source(CONFIGS, "hubspot"), {"rate_limits": True})

        yield start


@pytest.fixture
def open_cluster(
    warehouse: Warehouse, make_warehouse: Callable[..., Warehouse], tmp_path: Path
) -> Callable[..., Any]:
    """Run a cluster for an account, with two workers that share nothing but the servers."""

    @contextmanager
    def start(account: HubSpotAccount, *, retries: int = 2, has_triggerer: bool = True) -> Iterator[Cluster]:
        metadata = _make_metadata(make_warehouse())
        with running_redis(tmp_path) as broker, running_object_store(tmp_path, BUCKET) as store:
            environment = build_plain_environment(tmp_path / "centre") | {
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
                "AIRFLOW__CORE__FERNET_KEY": "",
                "AIRFLOW_CONN_CRM_WAREHOUSE": build_warehouse_connection(warehouse),
                "AIRFLOW_CONN_HUBSPOT_DEFAULT": build_hubspot_connection(
                    account.fake,
                    rate_limits=True,
                    requests_per_10s=LIMIT,
                    associations_requests_per_10s=LIMIT,
                ),
                "AIRFLOW_CONN_AWS_DEFAULT": _build_store_connection(store),
                "CRM_SYNC_STAGING": f"s3://aws_default@{BUCKET}/crm_sync",
            }
            copy_one_dag(tmp_path / "centre/dags", DAG, schedule="null", retries=retries)
            names = SERVICES if has_triggerer else [name for name in SERVICES if name != "triggerer"]
            with running_cluster(
                tmp_path, environment, broker=broker, workers=WORKERS, names=names
            ) as cluster:
                yield cluster

    return start


def _make_metadata(database: Warehouse) -> str:
    """Make Airflow's own tables, as `airflow db migrate` does in a process of 8 s; gives the URL."""
    from airflow import settings
    from airflow.utils.db import initdb
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    parts = parse_dsn(database.dsn)
    user = f"{parts['user']}:{parts['password']}"
    url = f"postgresql+psycopg2://{user}@{parts['host']}:{parts['port']}/{parts['dbname']}"
    engine = create_engine(url)
    with patch.object(settings, "engine", engine), Session(engine) as session:
        initdb(session=session)
        session.commit()
    engine.dispose()
    return url


def _build_store_connection(url: str) -> str:
    extra = {"endpoint_url": url, "region_name": "us-east-1"}
    key = secrets.token_hex(8)
    return json.dumps({"conn_type": "aws", "login": key, "password": key, "extra": extra})
