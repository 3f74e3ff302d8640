"""Fixtures of the conformance suite: every configured entity, its account, and the excuses from YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.accounts import SETTINGS, open_account
from tests.conformance.driver import Pipeline
from tests.conformance.kinds import get_entity, pick
from tests.conformance.turns import leave_to_test_all
from tests.warehouse import Warehouse

LEAVES_OUT_THOROUGH = "not thorough"
"""Expression of `-m` in pyproject.toml."""
_EXCUSED = "excused in YAML: "


def pytest_configure(config: pytest.Config) -> None:
    """Make the suite's own markers known."""
    config.addinivalue_line("markers", "one_per(kind): run for the first entity of each kind, see kinds.pick")
    config.addinivalue_line("markers", "behind_fetch: of what is the same for all strategies, see turns.py")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `entity_name` for one entity of each kind, or thoroughly for each entity."""
    own = [mark for mark in metafunc.definition.iter_markers("parametrize") if "entity_name" in mark.args[0]]
    if "entity_name" not in metafunc.fixturenames or own:
        return
    marker = metafunc.definition.get_closest_marker("one_per")
    kind = marker.args[0] if marker else "behaviour"
    usual = pick(kind)
    # an item that is left out takes as long to make as one that runs, and there are 9,000 of them
    is_thorough = metafunc.config.option.markexpr != LEAVES_OUT_THOROUGH
    names = pick("entity") if kind == "behaviour" and is_thorough else usual
    params = [
        pytest.param(name, id=".".join(name), marks=() if name in usual else pytest.mark.thorough)
        for name in names
    ]
    metafunc.parametrize("entity_name", params, scope="function")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make test-all` what has no turn, before pytest leaves out what is marked so."""
    leave_to_test_all(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a check that the entity's YAML excuses it from, with the reason written there.

    `make test-all` runs it all the same, and fails if it passes: an excuse that nobody needs is a lie.
    """
    marker = item.get_closest_marker("check")
    call = getattr(item, "callspec", None)
    if marker is None or call is None or "entity_name" not in call.params:
        return
    crm_source, sync_type = call.params["entity_name"]
    skip = get_entity((crm_source, sync_type)).conformance.get("skip", {})
    if (reason := skip.get(marker.args[0])) is not None:
        told = f"{_EXCUSED}{crm_source}.{sync_type} {marker.args[0]}: {reason}"
        if item.config.option.markexpr:
            pytest.skip(told)
        item.add_marker(pytest.mark.xfail(reason=told, strict=True))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many checks were excused, and why."""
    # a report says where, line and reason; it also comes from the processes that share a run
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])
               if isinstance(report.longrepr, tuple)]  # fmt: skip
    reasons += [report.wasxfail for report in terminalreporter.stats.get("xfailed", [])]
    excuses = sorted({text.split(_EXCUSED, 1)[1] for text in reasons if _EXCUSED in text})
    terminalreporter.write_sep("-", f"conformance: {len(excuses)} excuses")
    for excuse in excuses:
        terminalreporter.write_line(excuse)


@pytest.fixture(scope="session")
def shared_warehouse(make_warehouse: Callable[..., Warehouse]) -> Warehouse:
    """A migrated database for the whole suite; tests get it emptied."""
    return make_warehouse(migrated=True)


@pytest.fixture
def clean_warehouse(shared_warehouse: Warehouse) -> Iterator[Warehouse]:
    """The shared database without target tables, history or rejected records."""
    shared_warehouse.empty()
    yield shared_warehouse
    shared_warehouse.close_handed_out()


@pytest.fixture
def open_pipeline(clean_warehouse: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Pipeline]]:
    """Start the fake account of a CRM, with settings of its own, and a pipeline from it."""
    with ExitStack() as stack:

        def start(crm_source: str = "hubspot", **settings: Any) -> Pipeline:
            account = stack.enter_context(open_account(crm_source, tmp_path, **settings))
            return Pipeline(account, clean_warehouse, tmp_path / "staging")

        yield start


@pytest.fixture
def open_own(entity_name: tuple[str, str], open_pipeline: Callable[..., Pipeline]) -> Callable[..., Pipeline]:
    """Start an account of the entity's CRM, with settings beside the entity's usual ones."""

    def start(**settings: Any) -> Pipeline:
        return open_pipeline(entity_name[0], **{**SETTINGS.get(entity_name, {}), **settings})

    return start


@pytest.fixture
def pipeline(open_own: Callable[..., Pipeline]) -> Pipeline:
    """A pipeline from a fresh account of the entity's CRM."""
    return open_own()


@pytest.fixture
def sync_type(entity_name: tuple[str, str]) -> str:
    """Name of the entity."""
    return entity_name[1]
