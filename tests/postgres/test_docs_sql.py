"""Every SQL statement that the docs offer for copying runs on a migrated warehouse."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crm_sync.config.loader import list_sources, load_source
from crm_sync.storage.tables.target_table import ensure_table

if TYPE_CHECKING:
    from crm_sync.config.models import EntityConfig
    from tests.warehouse import Warehouse

pytestmark = pytest.mark.postgres

CHECKOUT = Path(__file__).resolve().parents[2]
_SQL = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)
STATEMENTS = [
    pytest.param(statement, id=f"{path.stem}-{number}")
    for path in sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
    for number, statement in enumerate(_SQL.findall(path.read_text(encoding="utf-8")))
]


@cache
def list_entities() -> list[EntityConfig]:
    configs = CHECKOUT / "dags" / "configs"
    return [one for name in list_sources(configs) for one in load_source(configs, name).entities.values()]


def test_docs_offer_statements():
    assert len(STATEMENTS) >= 5


@pytest.mark.parametrize("statement", STATEMENTS)
def test_docs_statement_runs(warehouse: Warehouse, statement: str):
    named = [entity for entity in list_entities() if re.search(rf"\b{re.escape(entity.table)}\b", statement)]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        for entity in named:
            ensure_table(cursor, entity)
        cursor.execute(statement)
        assert cursor.description
