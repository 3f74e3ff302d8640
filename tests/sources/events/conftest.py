"""The tests' log of events, its configuration in YAML alone, and the real pipeline to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crm_sync.config.loader import load_source
from tests.conformance.account_rest import RestAccount
from tests.conformance.driver import Pipeline
from tests.sources.events.events_fake import EventsFake
from tests.warehouse import Warehouse

CONFIGS = Path(__file__).parent / "configs"


@pytest.fixture
def open_log(warehouse: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Pipeline]]:
    """Start a log of events and give a pipeline that reads it; `extra` is the connection's."""
    with ExitStack() as stack:

        def start(*, extra: dict[str, Any] | None = None, **settings: Any) -> Pipeline:
            fake = stack.enter_context(EventsFake(**settings).serve())
            source = load_source(CONFIGS, "eventdemo")
            account = RestAccount(fake, source, login="API", password="example-key", extra=extra)
            account.facts["configs"] = str(CONFIGS)
            return Pipeline(account, warehouse, tmp_path / "staging")

        yield start


@pytest.fixture
def log(open_log: Callable[..., Pipeline]) -> Pipeline:
    """A log of the test's own."""
    return open_log()
