"""Finds the module that opens the connection of a CRM's kind: `hooks/<kind>.py`, one for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_sync.config.models import SourceConfig


def never() -> bool:
    """Say that nobody asked to end."""
    return False


@dataclass(frozen=True)
class Opening:
    """The purpose of opening a connection.

    Args:
        source: configuration of the CRM.
        connect: opens a warehouse connection; the rate budget lives in the warehouse.
        stop: True once Airflow asked the task to end.
        is_paced: whether requests wait for their turn; False for a check, which may not write to the budget.
    """

    source: SourceConfig
    connect: Callable[[], Any]
    stop: Callable[[], bool] = never
    is_paced: bool = True


def open_connection(opening: Opening) -> Any:
    """Give the client, store or database that the doors of the CRM's kind read through.

    Raises:
        ConfigError: the connection lacks a value that the kind needs.
    """
    return import_module(f"crm_sync.hooks.{opening.source.kind}").open_connection(opening)
