"""A database that is kept in step by YAML alone: its configuration, and the pipeline into a warehouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from tests.conformance.driver import Pipeline
from tests.conformance.run import Run
from tests.sources.sql.sql_kit import SqlKit
from tests.warehouse import Warehouse

CONFIGS = Path(__file__).parent / "configs"


@dataclass
class SyncedDatabase:
    """The database, and the pipeline that syncs it.

    Args:
        kit: the database.
        source: its configuration.
        warehouse: where the rows go.
        folder: for staged files.
    """

    kit: SqlKit
    source: SourceConfig
    warehouse: Warehouse
    folder: Path
    pipeline: Pipeline = field(init=False)

    def __post_init__(self) -> None:
        self.pipeline = Pipeline(self, self.warehouse, self.folder)

    def open_source(self, entity: EntityConfig, _connect: Any, *, stop: Callable[[], bool]) -> Source:
        """Build the entity's source, as the hook does."""
        database = SqlDatabase(self.kit.dialect, self.kit.connect, self.source.connection_id, stop)
        return create_source(self.source, entity, database=database)

    def sync(self, *names: str, **flags: Any) -> dict[str, Run]:
        """Run entities, all of them where none is named."""
        return {name: self.pipeline.run(name, **flags) for name in names or self.source.entities}

    def rows(self, table: str, columns: str = "*", order: str = "1") -> list[tuple]:
        """Read a target table."""
        return self.warehouse.fetch_all(
            f"select {columns} from {self.source.crm_source}.{table} order by {order}"
        )


def open_database(kit: SqlKit, warehouse: Warehouse, folder: Path, name: str) -> SyncedDatabase:
    """Open a database with the configuration that fits the kit, `<name>mysql` or `<name>pg`."""
    source = load_source(CONFIGS, f"{name}mysql" if kit.is_mariadb else f"{name}pg")
    return SyncedDatabase(kit, source, warehouse, folder)
