"""Refuses a second crm_sync on the import path that differs from the one in use.

An update can leave one behind: a wheel was installed, and the folder in plugins/ is still there. Python takes
the first copy and ignores the other, and the order may differ between processes.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from crm_sync.exceptions import ConfigError

_PACKAGE = Path(__file__).resolve().parent


def check_copies(folders: Iterable[str] | None = None, *, package: Path = _PACKAGE) -> None:
    """Compare all copies of the package that could be imported; there is nothing to compare for one.

    Args:
        folders: the import path; None: Python's.
        package: the copy that is in use.

    Raises:
        ConfigError: another copy differs; the sentence names both and the first file that differs.
    """
    own: dict[str, bytes] | None = None
    for other in _find_others(sys.path if folders is None else folders, package):
        own = own or _digest(package)
        theirs = _digest(other)
        differing = sorted(name for name in own.keys() | theirs.keys() if own.get(name) != theirs.get(name))
        if differing:
            raise ConfigError(
                "crm_sync",
                "",
                "one version where Airflow runs",
                got=f"{package} and {other}, which differ in {differing[0]}; remove one of them",
            )


def _find_others(folders: Iterable[str], package: Path) -> Iterator[Path]:
    seen = {package}
    for folder in folders:
        # most folders of an import path have none, and this is asked with each parse
        if not os.path.isfile(f"{folder}/{package.name}/__init__.py"):  # noqa: PTH113
            continue
        other = (Path(folder) / package.name).resolve()
        if other not in seen:
            seen.add(other)
            yield other


def _digest(package: Path) -> dict[str, bytes]:
    """Give a digest for each file of code and SQL, by its name."""
    found = {file.relative_to(package).as_posix(): file for file in package.rglob("*.py")}
    for parent in (package, *package.parents):
        if (sql := parent / "include" / "sql").is_dir():
            found |= {f"include/sql/{file.relative_to(sql).as_posix()}": file for file in sql.rglob("*.sql")}
            break
    return {name: hashlib.sha256(file.read_bytes()).digest() for name, file in found.items()}
