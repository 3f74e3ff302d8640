"""Finds the MariaDB server program; where there is none, unpacks Debian's packages into a folder of ours.

Nothing is installed into the system: apt downloads (its signatures are checked as always), dpkg-deb unpacks.
That works as root and as an ordinary user, also where apt has no package lists yet.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "mariadb-server-core"
_TIMEOUT_S = 300


class NoMariaDBError(RuntimeError):
    """No MariaDB server can be had on this machine; the message is one sentence."""


@dataclass(frozen=True)
class MariaDBProgram:
    """The server program, its shared files, and the libraries that came with it."""

    binary: Path
    share: Path
    libraries: tuple[Path, ...] = ()

    def environment(self) -> dict[str, str]:
        """Give the environment that the program runs in."""
        environment = {name: text for name, text in os.environ.items() if not name.startswith("MYSQL")}
        if self.libraries:
            environment["LD_LIBRARY_PATH"] = os.pathsep.join(map(str, self.libraries))
        return {**environment, "LC_ALL": "C"}


def find_mariadb(cache: Path) -> MariaDBProgram:
    """Find the machine's own MariaDB server, or one that was unpacked into a folder; unpack it if need be.

    Args:
        cache: folder of the unpacked packages, below which everything may be deleted; made when missing.

    Raises:
        NoMariaDBError: there is none and none can be unpacked.
    """
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    if (found := shutil.which("mariadbd", path=path)) and (program := _look(Path(found).resolve())):
        return program
    binary = cache / "root/usr/sbin/mariadbd"
    if not binary.exists():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with (cache / "lock").open("w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if not binary.exists():
                    _unpack(cache)
        except (OSError, subprocess.SubprocessError) as error:
            message = f"MariaDB isn't installed and can't be unpacked into {cache}: {_say_why(error)}"
            raise NoMariaDBError(message) from error
    program = _look(binary)
    if program is None:
        message = f"The package {_PACKAGE} in {cache} lacks the files that a new database is made from."
        raise NoMariaDBError(message)
    return program


def _look(binary: Path) -> MariaDBProgram | None:
    base = binary.parents[1]
    libraries = [base / "lib", *(base / "lib").glob("*-linux-gnu*")] if base.name == "usr" else []
    libraries += (base.parent / "lib").glob("*-linux-gnu*")
    own = () if base == Path("/usr") else tuple(path for path in libraries if path.is_dir())
    for share in (base / "share/mysql", base / "share/mariadb"):
        for name in ("mysql_system_tables.sql", "mariadb_system_tables.sql"):
            if (share / name).exists():
                return MariaDBProgram(binary, share, own)
    return None


def _unpack(cache: Path) -> None:
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise FileNotFoundError(tool)
    packages, root = cache / "packages", cache / "root.new"
    for folder in (packages, root):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    options = ["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
    names = _list_missing(options)
    if not names:
        for folder in (cache / "lists/partial", cache / "apt/archives/partial"):
            folder.mkdir(parents=True, exist_ok=True)
        options += ["-o", f"Dir::State::lists={cache / 'lists'}", "-o", f"Dir::Cache={cache / 'apt'}"]
        _run(["apt-get", *options, "update"], packages)
        names = _list_missing(options)
    if not names:
        raise FileNotFoundError(_PACKAGE)
    _run(["apt-get", *options, "download", *names], packages)
    for package in sorted(packages.glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(package), str(root)], packages)
    for folder in (packages, cache / "lists", cache / "apt"):
        shutil.rmtree(folder, ignore_errors=True)
    root.rename(cache / "root")


def _list_missing(options: list[str]) -> list[str]:
    """Name the package and those it needs that this machine lacks; empty where apt doesn't know it."""
    command = ["apt-get", *options, "--simulate", "--no-install-recommends", "install", _PACKAGE]
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
