"""The user that an embedded PostgreSQL runs as: it refuses to run as root."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

_ROOT_SERVER_USER = "nobody"
"""It exists on every Linux, so none has to be created."""

_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


def is_root() -> bool:
    """Say whether this process runs as root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def give_to_server_user(path: Path, pgdata: Path) -> None:
    """Make a file or folder the property of a cluster's user; nothing happens unless we are root."""
    if is_root():
        os.chown(path, *_find_user(pgdata))


def become_server_user(binary: Path, pgdata: Path) -> Callable[[], None] | None:
    """Return what a child process of root does first to become a cluster's user; None when we are not root.

    Args:
        binary: program that is going to run.
        pgdata: the cluster, existing or not.
    """
    if not is_root():
        return None
    user_id, group_id = _find_user(pgdata)
    parents = [*binary.parents, *pgdata.parents]
    is_reachable = all(parent.stat().st_mode & 0o001 for parent in parents)
    libc = ctypes.CDLL(None, use_errno=True)

    def drop() -> None:
        if not is_reachable:
            # Without this bit access(2), with which PostgreSQL looks for its own program, leaves out the
            # right below for whoever is not root: "invalid binary: Permission denied".
            _call(libc.prctl, _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setresgid(group_id, group_id, group_id)
        os.setresuid(user_id, user_id, user_id)
        if not is_reachable:
            # Below root's own folders (0700) the server keeps the one right to pass through them, instead of
            # having those folders opened to everybody.
            header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
            bits = 1 << _CAP_DAC_OVERRIDE
            _call(libc.capset, header, (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0))
            _call(libc.prctl, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)

    return drop


@contextlib.contextmanager
def explained(data_dir: Path) -> Iterator[None]:
    """Say what to do where the machine refuses root's child process another user or the right to pass.

    Args:
        data_dir: the server's folder, for the message.

    Raises:
        RuntimeError: it refused; containers without the usual rights of root do.
    """
    try:
        yield
    except subprocess.SubprocessError as error:
        raise RuntimeError(
            f"Root may not start a server as the user {_ROOT_SERVER_USER} here (for {data_dir}): work as an "
            "ordinary user, or put the checkout where every user may enter its folders."
        ) from error


def _find_user(pgdata: Path) -> tuple[int, int]:
    """Return user and group of a cluster: its owner, if that is not root, else nobody."""
    if pgdata.exists() and (status := pgdata.stat()).st_uid != 0:
        return status.st_uid, status.st_gid
    user = pwd.getpwnam(_ROOT_SERVER_USER)
    return user.pw_uid, user.pw_gid


def _call(function: Callable[..., int], *arguments: object) -> None:
    if function(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
