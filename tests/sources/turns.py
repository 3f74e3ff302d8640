"""A third of the entities for a check that all of them have; `make test-all` runs the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def take_third(names: Iterable[str], start: int) -> list[Any]:
    """Give pytest's parameters: each third one runs always, from another start for each check."""
    return [
        pytest.param(name, marks=() if (number - start) % 3 == 0 else pytest.mark.thorough)
        for number, name in enumerate(sorted(names))
    ]
