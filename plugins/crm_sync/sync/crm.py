"""How a run reaches its CRM: tasks, the conformance suite and the bench have one object each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Source

Stop = Callable[[], bool]
"""True once the caller was asked to end; asked between pages and chunks."""


class Crm(Protocol):
    """The CRM as a run reaches it: an account behind a connection."""

    def name_account(self) -> str:
        """Name the account that is read, without its address or secret."""

    def open_source(self, entity: EntityConfig, *, stop: Stop) -> Source:
        """Open the entity at its source; the run closes it."""
