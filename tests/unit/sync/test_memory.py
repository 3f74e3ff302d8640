"""The setting of Polars' allocator: made for each stage, left to the user, and one that it knows."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from crm_sync.sync.memory import return_freed_memory

VARIABLE = "_RJEM_MALLOC_CONF"
START = "from crm_sync.sync.memory import return_freed_memory; return_freed_memory(); import polars"


@pytest.mark.parametrize(
    ("own", "is_kept"), [(None, False), ("dirty_decay_ms:7", True)], ids=["nothing set", "set by the user"]
)
def test_memory_setting_is_made_unless_the_user_has_one(
    monkeypatch: pytest.MonkeyPatch, own: str | None, is_kept: bool
) -> None:
    monkeypatch.setenv(VARIABLE, own or "")
    if own is None:
        monkeypatch.delenv(VARIABLE)
    return_freed_memory()
    assert (os.environ[VARIABLE] == own) is is_kept


def test_memory_setting_is_understood_by_the_allocator() -> None:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
    )
    # it complains about a pair it doesn't know there, and goes on without
    assert done.stderr == ""
