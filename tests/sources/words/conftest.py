"""A fake that needs the words of exchanges, its configuration in YAML alone, and the real pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crm_sync.config.loader import load_source
from sandbox.salesforce import SalesforceSandbox
from tests.conformance.account_rest import RestAccount
from tests.conformance.driver import Pipeline
from tests.warehouse import Warehouse

CONFIGS = Path(__file__).parent / "configs"


@pytest.fixture
def open_org(warehouse: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Pipeline]]:
    """Start a fake and give a pipeline that reads it; `extra` is the connection's."""
    with ExitStack() as stack:

        def start(*, extra: dict[str, Any] | None = None, **settings: Any) -> Pipeline:
            small = {"counts": {"accounts": 60, "users": 5}, "page_size": 25}
            fake = stack.enter_context(SalesforceSandbox(**{**small, **settings}).serve())
            login, password = fake.config.client_id, fake.config.client_secret
            source = load_source(CONFIGS, "worddemo")
            account = RestAccount(fake, source, login=login, password=password, extra=extra)
            account.facts["configs"] = str(CONFIGS)
            return Pipeline(account, warehouse, tmp_path / "staging")

        yield start


@pytest.fixture
def org(open_org: Callable[..., Pipeline]) -> Pipeline:
    """A fake of the test's own."""
    return open_org()
