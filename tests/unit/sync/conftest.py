"""Fixtures of the tests of stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sync.fetch_support import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """One run of a scripted source with an empty folder."""
    return Run(tmp_path)
