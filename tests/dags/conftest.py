"""Fixtures of the DAG tests: the checkout's DAGs, parsed once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.dags.airflow_home import DAGS, dags_folder, filter_warnings

if TYPE_CHECKING:
    from airflow.sdk import DAG


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let Airflow's own warnings pass in this folder's tests: its conftest.py is asked for them alone."""
    filter_warnings(item)


@pytest.fixture(scope="package")
def dag_bag() -> Iterator[Any]:
    """The checkout's DAG folder, parsed."""
    from airflow.dag_processing.dagbag import DagBag

    with dags_folder(DAGS):
        yield DagBag(DAGS)


@pytest.fixture
def hubspot(dag_bag: Any) -> DAG:
    """The DAG of HubSpot."""
    return dag_bag.dags["crm_sync_hubspot"]
