"""The S3 server of moto as the bucket in which workers stage their files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.e2e.processes import find_free_ports, running_server


@contextmanager
def running_object_store(folder: Path, bucket: str) -> Iterator[str]:
    """Run an S3 server with one empty bucket; gives its URL."""
    (port,) = find_free_ports(1)
    command = [str(Path(sys.executable).with_name("moto_server")), "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with running_server(command, port, folder / "moto.log", os.environ), requests.Session() as session:
        session.trust_env = False
        assert session.put(f"{url}/{bucket}", timeout=10).ok
        yield url
