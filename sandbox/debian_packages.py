"""Unpacks packages of Debian or Ubuntu into a folder of ours; nothing is installed into the system.

apt downloads (its signatures are checked as always), dpkg-deb unpacks. That works as root and as an ordinary
user, also where apt has no package lists yet.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

_TIMEOUT_S = 300


class UnpackError(RuntimeError):
    """The package can't be had on this machine; the message says why."""


def unpack_package(name: str, cache: Path, marker: str) -> Path:
    """Unpack a package with those that it needs and the machine lacks; one process at a time, and once.

    Args:
        name: of the package.
        cache: folder of the unpacked packages, below which everything may be deleted; made when missing.
        marker: path below the result that tells that the package is there already.

    Returns:
        The folder that stands for `/`.

    Raises:
        UnpackError: there is no apt, no network, or no such package.
    """
    root = cache / "root"
    if (root / marker).exists():
        return root
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not (root / marker).exists():
                _unpack(name, cache)
    except (OSError, subprocess.SubprocessError) as error:
        raise UnpackError(_say_why(error)) from error
    return root


def _unpack(package: str, cache: Path) -> None:
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise FileNotFoundError(tool)
    packages, root = cache / "packages", cache / "root.new"
    for folder in (packages, root):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    options = ["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
    names = _list_missing(package, options)
    if not names:
        for folder in (cache / "lists/partial", cache / "apt/archives/partial"):
            folder.mkdir(parents=True, exist_ok=True)
        options += ["-o", f"Dir::State::lists={cache / 'lists'}", "-o", f"Dir::Cache={cache / 'apt'}"]
        _run(["apt-get", *options, "update"], packages)
        names = _list_missing(package, options)
    if not names:
        raise FileNotFoundError(package)
    _run(["apt-get", *options, "download", *names], packages)
    for file in sorted(packages.glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(file), str(root)], packages)
    for folder in (packages, cache / "lists", cache / "apt"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(cache / "root", ignore_errors=True)
    root.rename(cache / "root")


def _list_missing(package: str, options: list[str]) -> list[str]:
    """Name the package and those it needs that this machine lacks; empty where apt doesn't know it."""
    command = ["apt-get", *options, "--simulate", "--no-install-recommends", "install", package]
    done = subprocess.run(  # noqa: S603  # own command line
        command, check=False, capture_output=True, text=True, timeout=_TIMEOUT_S, env=_plain_environment()
    )
    words = [line.split() for line in done.stdout.splitlines()]
    return [line[1] for line in words if len(line) > 1 and line[0] == "Inst"]


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(  # noqa: S603  # own command line
        command,
        check=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        env=_plain_environment(),
    )


def _plain_environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _say_why(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = [line for line in (error.stderr or error.stdout or "").splitlines() if line.strip()]
        return f"{' '.join(error.cmd[:1])} said: {lines[-1] if lines else error.returncode}"
    if isinstance(error, FileNotFoundError):
        return f"{error.filename or error.args[0]} is missing (it takes Debian's or Ubuntu's apt-get)"
    return str(error)
