"""The port of a sandbox: the same at each start, because a CRM at another address is another account.

A sync that finds another account reads everything anew.
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path


def choose_port(file: Path) -> int:
    """Give the port that a file names, or a free one where it names none or that is taken."""
    with contextlib.suppress(OSError, OverflowError, ValueError):
        return find_free_port(int(file.read_text(encoding="ascii")))
    return find_free_port()


def keep_port(file: Path) -> int:
    """Give the port that a file names, and let the file name one; while that is taken, another one."""
    port = choose_port(file)
    if not file.exists():
        file.write_text(str(port), encoding="ascii")
    return port


def find_free_port(wanted: int = 0) -> int:
    """Give a port on loopback that nobody has: the wanted one, or any.

    Raises:
        OSError: somebody has the wanted one.
    """
    with socket.socket() as probe:
        # as servers do: the port of one that ended a moment ago is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        return int(probe.getsockname()[1])
