"""A database as the hook hands it to a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm_sync.sources.sql.dialects import Dialect


@dataclass(frozen=True)
class SqlDatabase:
    """A database as the hook hands it in.

    Args:
        dialect: how it is spoken to.
        connect: opens a connection, autocommit on where the driver has it; the caller closes it.
        name: the Airflow connection's id, for messages.
        stop: True once Airflow asked the task to end.
        time_zone: of times without one, where the connection names it; None: the entity's.
    """

    dialect: Dialect
    connect: Callable[[], Any]
    name: str
    stop: Callable[[], bool] = lambda: False
    time_zone: str | None = None
