"""Keys of several columns: every row once from any position, samples, rejects, rows that are gone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm_sync.config.loader import load_source
from crm_sync.sync.sample import SampleSize
from tests.conformance.proofs import verify
from tests.sources.sql.servers import on
from tests.sources.sql.sql_kit import SqlKit, make_entity
from tests.sources.sql.synced_database import CONFIGS, SyncedDatabase
from tests.warehouse import Warehouse

WORD, BINARY = "varchar(9)", " collate utf8mb4_bin"
WORDS = ("a|b", "a", "A", "a\\\\b", "Ä", "", "%s")
KINDS: dict[str, tuple[list[str], list[str], list[Sequence[Any]]]] = {
    "numbers": (["bigint", "smallint"], ["bigint", "tinyint"], [(-5, 0, 2**62), (-1, 0, 5)]),
    "word and number": ([WORD, "integer"], [WORD + BINARY, "int"], [WORDS, (-1, 2)]),
    "two words": ([WORD, WORD], [WORD + BINARY, WORD + BINARY], [WORDS, ("c", "|", "C")]),
    "time and word": (
        ["timestamp", "text"],
        ["datetime(6)", WORD],
        [("2026-01-05 00:00:00", "2026-01-05 00:00:00.5"), ("x", "y")],
    ),
    "decimal and blanks": (
        ["numeric(9,2)", "char(4)"],
        ["decimal(9,2)", "char(4)"],
        [("1.50", "-2.00", "10.00"), ("a", "ab")],
    ),
    "float and flag": (["float8", "boolean"], ["double", "tinyint(1)"], [("0.1", "-3.5"), (True, False)]),
    "bytes and number": (["bytea", "integer"], ["varbinary(8)", "int"], [("61", "a", "\x01"), (1, 2)]),
    "choice and number": ([WORD, "integer"], ["enum('z','m','a')", "int"], [("z", "m", "a"), (1, 2)]),
    "three": ([WORD, "date", "integer"], [WORD, "date", "int"], [("x|", "y"), ("2026-01-05",), (3, 1, 2)]),
}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def make_things(kit: SqlKit, types: list[str], keys: list[tuple[Any, ...]]) -> list[str]:
    """Make the table; gives the names of its key's columns."""
    columns = [f"k{number}" for number in range(len(types))]
    at = "datetime(6)" if kit.is_mariadb else "timestamp"
    declared = ", ".join(f"{name} {type_} not null" for name, type_ in zip(columns, types, strict=True))
    kit.execute(
        f"create table orders ({declared}, name varchar(9), updated_at {at}, "
        f"primary key ({', '.join(columns)}))"
    )
    rows = ", ".join(f"({', '.join(map(_write, key))}, 'x', '2025-05-01 10:00:00')" for key in keys)
    kit.execute(f"insert into orders values {rows}")
    return columns


@pytest.mark.parametrize("kind", KINDS)
def test_rows_come_once_in_any_order_of_the_key_and_from_any_position(kit: SqlKit, kind: str) -> None:
    postgres, mariadb, values = KINDS[kind]
    keys = list(product(*values))
    columns = make_things(kit, mariadb if kit.is_mariadb else postgres, keys)
    fields = {**{name: {} for name in columns}, "updated_at": {"type": "datetime"}}
    for key, page_by, pages in product((columns, columns[::-1]), ("pk", "cursor"), (1, 2)):
        entity = make_entity(fields, primary_key=key, cursor="updated_at", page_by=page_by, page_size=3)
        how = {"since": LONG_AGO} if page_by == "cursor" else {}
        begun = kit.read(entity, pages=pages, **how)
        rest = kit.read(entity, cursors=json.loads(json.dumps(begun.cursors)), **how)
        found = [tuple(row[name] for name in columns) for row in [*begun.records, *rest.records]]
        assert len(found) == len(set(found)) == len(keys)


@on("mariadb")
@pytest.mark.parametrize("order", [["k0", "k1"], ["k1", "k0"]], ids=["as it is", "reversed"])
def test_sample_is_asked_for_by_every_part_of_its_keys(
    kit: SqlKit, warehouse: Warehouse, tmp_path: Path, order: list[str]
) -> None:
    keys = list(product((-5, 0, 7, 2**62), (-1, 0, 1, 5, 9)))
    make_things(kit, ["bigint", "tinyint" if kit.is_mariadb else "smallint"], keys)
    shop = _open(kit, warehouse, tmp_path, order, {"k0": "integer", "k1": "integer"})
    shop.sync("orders")
    proof = verify(shop.pipeline, "orders", "sample", sample=SampleSize(rows=7))
    assert (str(proof.verdict), proof.compared) == ("equal", 7)
    warehouse.execute("update shop.orders set name = 'y' where k0 = 7 and k1 = 5")
    proof = verify(shop.pipeline, "orders", "sample", sample=SampleSize(rows=len(keys)))
    wrong = "7|5" if order == ["k0", "k1"] else "5|7"
    assert [(one.kind, one.record_id) for one in proof.examples] == [("stale", wrong)]


@on("postgres")
def test_rejected_and_gone_rows_are_known_by_every_part_of_their_keys(
    kit: SqlKit, warehouse: Warehouse, tmp_path: Path
) -> None:
    keys = list(product(("a|b", "a"), ("2026-01-05 00:00:00", "2026-01-05 00:00:00.5")))
    make_things(kit, [WORD, "datetime(6)" if kit.is_mariadb else "timestamp"], keys)
    kit.execute("update orders set name = null where k0 = 'a|b' and k1 = '2026-01-05 00:00:00'")
    shop = _open(kit, warehouse, tmp_path, ["k0", "k1"], {"k0": "string", "k1": "datetime"})
    assert shop.sync("orders")["orders"].row.records_failed == 1
    rejected = warehouse.fetch_all("select record_id from crm_sync.rejected_records")
    assert rejected == [("a\\|b|2026-01-05 00:00:00.000000+00:00",)]
    assert verify(shop.pipeline, "orders", "ids").examples == ()
    kit.execute("delete from orders where k0 = 'a' and k1 = '2026-01-05 00:00:00.5'")
    (ghost,) = verify(shop.pipeline, "orders", "ids").examples
    assert (ghost.kind, ghost.record_id) == ("ghost", "a|2026-01-05 00:00:00.500000+00:00")
    kit.execute("update orders set name = 'x'")
    shop.sync("orders", full=True)
    assert shop.rows("orders", "k0, sync_deleted_at is null", "k0, k1") == [
        ("a", True),
        ("a", False),
        ("a|b", True),
        ("a|b", True),
    ]
    assert warehouse.fetch_one(
        "select count(*) from crm_sync.rejected_records where resolved_at is null"
    ) == (0,)


def _open(
    kit: SqlKit, warehouse: Warehouse, folder: Path, key: list[str], types: dict[str, str]
) -> SyncedDatabase:
    """Open the database with a configuration of its one table."""
    fields = {name: {"type": type_} for name, type_ in types.items()}
    fields |= {"name": {"type": "string", "required": True}, "updated_at": {"type": "datetime"}}
    entity = {"read": {"table": "orders", "cursor": "updated_at"}, "primary_key": key, "fields": fields}
    defaults = {"read": {"strategy": "sql_table"}, "extra": False, "page_size": 3, "safety_lag_s": "0s"}
    (folder / "shop").mkdir()
    (folder / "defaults.yaml").write_text((CONFIGS / "defaults.yaml").read_text())
    source = {"kind": "database", "title": "Shop", "defaults": defaults}
    (folder / "shop" / "source.yaml").write_text(yaml.safe_dump(source))
    (folder / "shop" / "orders.yaml").write_text(yaml.safe_dump({**entity, "modified_column": "updated_at"}))
    return SyncedDatabase(kit, load_source(folder, "shop"), warehouse, folder)


def _write(value: Any) -> str:
    return str(value).lower() if isinstance(value, (bool, int)) else f"'{value}'"
