"""A Redis of the machine's own or of Debian's packages, for Celery."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.debian_packages import UnpackError, unpack_package
from tests.dags.airflow_home import CHECKOUT
from tests.e2e.processes import find_free_ports, running_server

GIVEN = "CRM_SYNC_TEST_REDIS"
"""Environment variable with the URL of a running Redis, `redis://…/0`: that database is for us alone."""
_PACKAGE = "redis-server"


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Run a Redis on loopback, or take the one that CRM_SYNC_TEST_REDIS names; gives its URL.

    A machine without one skips the test, or fails it where CI says that there must be one.
    """
    if given := os.environ.get(GIVEN):
        yield given
        return
    binary, libraries = _find_redis()
    (port,) = find_free_ports(1)
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    environment = {**os.environ, **libraries}
    with running_server([binary, "--port", str(port), *options], port, folder / "redis.log", environment):
        yield f"redis://127.0.0.1:{port}/0"


def _find_redis() -> tuple[str, dict[str, str]]:
    """Give the program, and what its environment needs beside ours."""
    if found := shutil.which("redis-server"):
        return found, {}
    try:
        root = unpack_package(_PACKAGE, CHECKOUT / ".sandbox" / "redis", "usr/bin/redis-server")
    except UnpackError as error:
        reason = f"Redis isn't installed and can't be unpacked: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    folders = [str(path) for path in root.glob("usr/lib/*-linux-gnu*")]
    return str(root / "usr/bin/redis-server"), {"LD_LIBRARY_PATH": os.pathsep.join(folders)}
