"""Fixtures of the conformance suite: every configured entity, its account, and the excuses from YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crm_sync.config.loader import load_source
from tests.conformance.accounts import CONFIGS, SETTINGS, list_entities, open_account
from tests.conformance.driver import Pipeline
from tests.conftest import Warehouse

_EXCUSES = pytest.StashKey[list[str]]()
_ENTITIES = list(list_entities())
_EMPTY = """
do $$
declare
    name text;
begin
    for name in
        select nspname from pg_namespace where nspname !~ '^(pg_|information_schema$|crm_sync$|public$)'
    loop
        execute format('drop schema %I cascade', name);
    end loop;
    truncate crm_sync.sync_history, crm_sync.rejected_records, crm_sync.sync_owners restart identity cascade;
end
$$
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `entity_name` once for each entity of each CRM."""
    if "entity_name" in metafunc.fixturenames:
        metafunc.parametrize(
            "entity_name", _ENTITIES, ids=[f"{crm}.{entity}" for crm, entity in _ENTITIES], scope="function"
        )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a check that the entity's YAML excuses it from, with the reason written there."""
    marker = item.get_closest_marker("check")
    call = getattr(item, "callspec", None)
    if marker is None or call is None or "entity_name" not in call.params:
        return
    crm_source, sync_type = call.params["entity_name"]
    skip = load_source(CONFIGS, crm_source).entities[sync_type].conformance.get("skip", {})
    if (reason := skip.get(marker.args[0])) is not None:
        item.config.stash.setdefault(_EXCUSES, []).append(
            f"{crm_source}.{sync_type} {marker.args[0]}: {reason}"
        )
        pytest.skip(f"excused in YAML: {reason}")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print how many checks were excused, and why."""
    excuses = config.stash.get(_EXCUSES, [])
    terminalreporter.write_sep("-", f"conformance: {len(excuses)} excuses")
    for excuse in sorted(set(excuses)):
        terminalreporter.write_line(excuse)


@pytest.fixture(scope="session")
def shared_warehouse(make_warehouse: Callable[..., Warehouse]) -> Warehouse:
    """A migrated database for the whole suite; tests get it emptied."""
    return make_warehouse(migrated=True)


@pytest.fixture
def clean_warehouse(shared_warehouse: Warehouse) -> Iterator[Warehouse]:
    """The shared database without target tables, history or rejected records."""
    shared_warehouse.execute(_EMPTY)
    yield shared_warehouse
    shared_warehouse.close()


@pytest.fixture
def open_pipeline(clean_warehouse: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Pipeline]]:
    """Start the fake account of a CRM, with settings of its own, and a pipeline from it."""
    with ExitStack() as stack:

        def start(crm_source: str = "hubspot", **settings: Any) -> Pipeline:
            account = stack.enter_context(open_account(crm_source, tmp_path, **settings))
            return Pipeline(account, clean_warehouse, tmp_path / "staging")

        yield start


@pytest.fixture
def pipeline(entity_name: tuple[str, str], open_pipeline: Callable[..., Pipeline]) -> Pipeline:
    """A pipeline from a fresh account of the entity's CRM."""
    return open_pipeline(entity_name[0], **SETTINGS.get(entity_name, {}))


@pytest.fixture
def sync_type(entity_name: tuple[str, str]) -> str:
    """Name of the entity."""
    return entity_name[1]
