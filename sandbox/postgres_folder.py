"""The folder of an embedded PostgreSQL: its lock, and what its files tell of the server."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of a folder."""
    with (data_dir / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def pgdata_of(data_dir: Path) -> Path:
    """The server's own files."""
    return data_dir / "pgdata"


def remove_stale_pid_file(data_dir: Path) -> bool:
    """Remove `postmaster.pid` of a killed server whose process id a zombie or a stranger has now.

    Only called after a failed start, so that PostgreSQL's own checks come first.
    """
    pid_file = pgdata_of(data_dir) / "postmaster.pid"
    if not Path("/proc/self").exists() or not pid_file.exists():
        return False
    pid = pid_file.read_text(encoding="utf-8").splitlines()[0].strip()
    with contextlib.suppress(FileNotFoundError):
        if str(pgdata_of(data_dir)).encode() in Path("/proc", pid, "cmdline").read_bytes():
            return False
    pid_file.unlink(missing_ok=True)
    return True


def read_running_port(data_dir: Path) -> int | None:
    """The port of the server that runs there, or did when it was killed."""
    with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
        return int((pgdata_of(data_dir) / "postmaster.pid").read_text(encoding="utf-8").splitlines()[3])
    return None


def read_version(data_dir: Path) -> int | None:
    """Major version of the data; None: there is none yet."""
    with contextlib.suppress(FileNotFoundError):
        return int((pgdata_of(data_dir) / "PG_VERSION").read_text(encoding="ascii"))
    return None


def read_log_tail(data_dir: Path) -> str:
    """The end of what the server and its starter said."""
    texts = [(data_dir / name) for name in ("pg_ctl.out", "log")]
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")[-1500:] for path in texts if path.exists()
    )
