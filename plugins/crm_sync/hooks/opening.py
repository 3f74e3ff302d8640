"""Finds the module that opens the connection of a CRM's kind: `hooks/<kind>.py`, one for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crm_sync.config.connection_form import TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_sync.config.models import SourceConfig
    from crm_sync.constants import SourceKind


def never() -> bool:
    """Say that nobody asked to end."""
    return False


def leads_to_service(conn_type: str) -> bool:
    """Tell whether a connection leads to a service on the web, and not to a database."""
    return conn_type in {"http", "https", "aws"} or conn_type.startswith(TYPE_PREFIX)


@dataclass(frozen=True)
class Opening:
    """The purpose of opening a connection.

    Args:
        source: configuration of the CRM.
        connect: opens a warehouse connection; the rate budget lives in the warehouse.
        stop: True once Airflow asked the task to end.
        is_paced: whether requests wait for their turn; False for a check, which may not write to the budget.
        kind: what is opened; None: what the CRM is.
    """

    source: SourceConfig
    connect: Callable[[], Any]
    stop: Callable[[], bool] = never
    is_paced: bool = True
    kind: SourceKind | None = None


def open_connection(opening: Opening) -> Any:
    """Give the client, store or database that the doors of the CRM's kind read through.

    Raises:
        ConfigError: the connection lacks a value that the kind needs.
    """
    return import_module(f"crm_sync.hooks.{opening.kind or opening.source.kind}").open_connection(opening)
