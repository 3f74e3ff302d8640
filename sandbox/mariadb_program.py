"""Finds the MariaDB server program; where there is none, unpacks Debian's packages into a folder of ours."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sandbox.debian_packages import UnpackError, unpack_package

_PACKAGE = "mariadb-server-core"


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
    try:
        root = unpack_package(_PACKAGE, cache, "usr/sbin/mariadbd")
    except UnpackError as error:
        message = f"MariaDB isn't installed and can't be unpacked into {cache}: {error}"
        raise NoMariaDBError(message) from error
    program = _look(root / "usr/sbin/mariadbd")
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
