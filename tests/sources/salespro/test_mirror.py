"""A copy of the lake in a database, read by the same YAML: the tables hold what they hold by Athena."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_sync.config.mirrors import has_mirror, mirror_entity, mirror_source
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from sandbox.salespro.catalogue import TABLES
from sandbox.salespro.times import write_moment
from tests.conformance.account_salespro import SalesProAccount
from tests.conformance.driver import Pipeline
from tests.conformance.kinds import read_source
from tests.conformance.tables import list_differences, read_rows
from tests.sources.sql.conftest import kit, mariadb_kit, postgres_kit

__all__ = ["kit", "mariadb_kit", "postgres_kit"]
pytestmark = pytest.mark.postgres
NAMES = [name for name, one in read_source("salespro").entities.items() if one.enabled]
_TYPES = {
    "postgres": {"timestamp": "timestamp(3)", "double": "numeric", "varchar": "text"},
    "mariadb": {
        "timestamp": "datetime(3)",
        "double": "decimal(38,4)",
        "decimal": "decimal(38,2)",
        "varchar": "longtext",
        "boolean": "text",
    },
}


class Mirror(SalesProAccount):
    """The rows of a fake lake, copied into a database."""

    def __init__(self, lake: Pipeline, database: Any, *, rename: Callable[[str], str] = str) -> None:
        super().__init__(lake.account.fake, lake.account.source, None)
        self.database, self._rename = database, rename

    def copy(self, kind: str) -> None:
        """Copy a table as it is now."""
        table, kinds = TABLES[kind], _TYPES[self.database.name]
        names = {name: self._quote(self._rename(name)) for name in table.columns}
        columns = ", ".join(f"{names[name]} {kinds.get(one, one)}" for name, one in table.columns.items())
        self.database.execute(f"drop table if exists {table.name}", f"create table {table.name} ({columns})")
        for _, row in self.fake.store.list_rows(kind):
            values = ", ".join(_write(one) for one in row.values())
            self.database.execute(f"insert into {table.name} values ({values})")

    def _quote(self, name: str) -> str:
        return str(self.database.dialect.quote(name))

    def open_source(self, entity: Any, connect: Any, *, stop: Callable[[], bool] = lambda: False) -> Source:
        database = SqlDatabase(self.database.dialect, self.database.connect, "salespro_default", stop)
        return create_source(mirror_source(self.source), mirror_entity(entity), database=database)


def _write(value: str | None) -> str:
    if value is None:
        return "null"
    text = value.replace("\\", "\\\\") if "\\" in value and _write.is_mariadb else value  # type: ignore[attr-defined]
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


@pytest.fixture
def open_mirror(open_lake: Callable[..., Pipeline], kit: Any) -> Callable[..., Pipeline]:
    """Copy tables of a fake lake into each kind of database, and give the pipeline that reads the copy."""
    _write.is_mariadb = kit.is_mariadb  # type: ignore[attr-defined]

    def start(*kinds: str, rename: Callable[[str], str] = str, **settings: Any) -> Pipeline:
        lake = open_lake(counts=dict.fromkeys(kinds, 60), **settings)
        mirror = Mirror(lake, kit, rename=rename)
        for kind in kinds:
            mirror.copy(kind)
        return Pipeline(mirror, lake.warehouse, lake.folder)

    return start


@pytest.mark.parametrize("name", NAMES)
def test_entity_of_a_mirror_is_what_it_is_by_athena(open_mirror, name):
    kind = "lead_results" if name == "lead_result_line_items" else name
    mirror = open_mirror(kind, quirks=True)
    run = mirror.run(name)
    expected = mirror.account.expected(run.entity)
    if name == "user_activities":
        # the digest is made of the database's own texts
        found = sorted(row["activity_note"] or "" for row in read_rows(mirror.warehouse, run.entity).values())
        assert found == sorted(row["activity_note"] or "" for row in expected.rows.values())
        return
    assert list_differences(mirror.warehouse, run.entity, expected) == []


def test_delta_of_a_mirror_reads_what_changed(open_mirror):
    mirror = open_mirror("estimates")
    mirror.run("estimates")
    entity = mirror.entity("estimates")
    mirror.account.change(entity, 5)
    late = write_moment(int((datetime.now(UTC) - timedelta(hours=20)).timestamp() * 1000))
    mirror.account.fake.changes.create("estimates", {"estimate_id": "late", "updated_at": late})
    mirror.account.copy("estimates")
    run = mirror.run("estimates")
    assert (run.row.records_updated, run.row.records_created) == (5, 1)
    assert run.row.configuration["source"]["reads"] == "window"


def test_mirror_may_spell_its_columns_in_another_case(open_mirror):
    mirror = open_mirror("estimates", rename=lambda name: name.title())
    run = mirror.run("estimates")
    assert list_differences(mirror.warehouse, run.entity, mirror.account.expected(run.entity)) == []


def test_mirror_without_a_needed_column_is_said(open_mirror):
    mirror = open_mirror("estimates", rename=lambda name: name.replace("estimate_id", "est_id"))
    with pytest.raises(FatalSourceError, match="has no column estimate_id"):
        mirror.run("estimates")


def test_every_entity_of_the_lake_has_a_mirror():
    source = read_source("salespro")
    assert has_mirror(source)
    mirrored = mirror_source(source)
    assert {one.read.strategy for one in mirrored.entities.values()} == {"sql_table", "files"}
