"""One fake account per CRM: what it holds, what is changed in it, and how the product reads it.

A CRM joins the suite with an `Account` of its own in `ACCOUNTS`; everything else is driven by its YAML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from tests.conformance.account_csv import open_csv
from tests.conformance.account_hubspot import open_hubspot
from tests.conformance.expected import ExpectedTable, Key

CONFIGS = Path(__file__).resolve().parents[2] / "dags" / "configs"


class Account(Protocol):
    """One account of a CRM that a test may change as it likes."""

    source: SourceConfig
    facts: dict[str, Any]
    """What another process needs to read the same account, as JSON."""

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = ...
    ) -> Source:
        """Give the entity's source as the hook builds it."""

    def expected(self, entity: EntityConfig) -> ExpectedTable:
        """Work out what the entity's table must hold now."""

    def count_calls(self) -> int:
        """Count what was asked of the account so far."""

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        """Change some records in place; gives their keys."""

    def add(self, entity: EntityConfig) -> Key:
        """Add one record."""

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        """Make records vanish without a trace."""

    def change_during_read(self, entity: EntityConfig) -> None:
        """Change a record while the next read of the entity is under way."""


def open_account(crm_source: str, folder: Path, **settings: Any) -> AbstractContextManager[Any]:
    """Start the fake account of a CRM."""
    return ACCOUNTS[crm_source](load_source(CONFIGS, crm_source), folder, **settings)


ACCOUNTS: Mapping[str, Callable[..., AbstractContextManager[Any]]] = {
    "hubspot": open_hubspot,
    "csv": open_csv,
}


SETTINGS: Mapping[tuple[str, str], dict[str, Any]] = {
    # links need six parents synced first: fewer of each, so that the suite stays quick
    ("hubspot", "associations"): {
        "counts": dict.fromkeys(("contacts", "companies", "deals", "tickets", "line_items", "calls"), 110)
    },
}
"""By entity: settings of the account where the usual ones don't suit."""


def list_entities() -> Iterator[tuple[str, str]]:
    """Name every entity of every configured CRM: crm_source and sync_type."""
    for folder in sorted(path.parent for path in CONFIGS.glob("*/source.yaml")):
        for sync_type in load_source(CONFIGS, folder.name).entities:
            yield folder.name, sync_type
