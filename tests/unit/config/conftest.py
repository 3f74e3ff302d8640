"""Fixtures of the configuration's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.loader_support import DEFAULTS, ITEMS, ORDERS, SOURCE, WriteConfigs


@pytest.fixture
def write_configs(tmp_path: Path) -> WriteConfigs:
    """Write a good set of files, with the named ones replaced: `write_configs({"demo/items.yaml": "…"})`."""

    def write(changes: dict[str, str | bytes | None] | None = None) -> Path:
        good: dict[str, str | bytes | None] = {
            "defaults.yaml": DEFAULTS,
            "demo/source.yaml": SOURCE,
            "demo/items.yaml": ITEMS,
            "demo/orders.yaml": ORDERS,
        }
        for name, content in {**good, **(changes or {})}.items():
            if content is None:
                continue
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write
