"""Which of the two servers `make test` uses for a test that takes long; `make test-all` uses both."""

from __future__ import annotations

import pytest

SERVERS = ("mariadb", "postgres")


def on(usual: str) -> pytest.MarkDecorator:
    """Run a test that asks for `kit` on one of the servers, and thoroughly on the other one, too."""
    others = [pytest.param(name, marks=pytest.mark.thorough) for name in SERVERS if name != usual]
    return pytest.mark.parametrize("kit", [usual, *others], indirect=True)
