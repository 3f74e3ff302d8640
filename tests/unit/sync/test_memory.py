"""The setting of Polars' allocator: made for each stage, left to the user, and one that it knows."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from crm_sync.sync.memory import return_freed_memory

VARIABLE = "_RJEM_MALLOC_CONF"
START = "from crm_sync.sync.memory import return_freed_memory; return_freed_memory(); import polars"
SETTINGS = "narenas:1,dirty_decay_ms:500,muzzy_decay_ms:0"


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", SETTINGS),
        ("dirty_decay_ms:7", f"{SETTINGS},dirty_decay_ms:7"),
        (f"{SETTINGS},dirty_decay_ms:7", f"{SETTINGS},dirty_decay_ms:7"),
    ],
    ids=["nothing set", "set by the user", "set before"],
)
def test_memory_setting_is_made_and_the_users_own_comes_last(
    monkeypatch: pytest.MonkeyPatch, own: str, expected: str
) -> None:
    monkeypatch.setenv(VARIABLE, own)
    return_freed_memory()
    assert os.environ[VARIABLE] == expected


def test_memory_setting_reaches_a_process_whose_parent_has_polars() -> None:
    show = f"{START}; import os; print(os.environ['{VARIABLE}'])"
    nested = f"import polars, subprocess, sys; subprocess.run([sys.executable, '-c', {show!r}], check=True)"
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", nested], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith(f",{SETTINGS}")


def test_memory_setting_is_understood_by_the_allocator() -> None:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
    )
    # it complains about a pair it doesn't know there, and goes on without
    assert done.stderr == ""
