"""Finds SQL text below include/sql by name; what the statements mean is told in the files themselves."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from crm_sync.exceptions import ConfigError

_root: Path | None = None


@dataclass(frozen=True)
class SqlFile:
    """One file below include/sql."""

    name: str
    """Path below include/sql without suffix, for example `schema/001_sync_history`."""
    text: str

    @functools.cached_property
    def checksum(self) -> str:
        """sha256 of the text, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def configure(root: Path | None) -> None:
    """Say where the SQL files are, for a caller that has them elsewhere than beside plugins/.

    Args:
        root: the folder include/sql; None: the nearest one above this package again.
    """
    global _root  # noqa: PLW0603 - one place of files per process
    if root != _root:
        _root = root
        load_sql.cache_clear()
        _read_folder.cache_clear()


def find_root() -> Path:
    """Return the folder include/sql that is in use: the nearest one above this package, beside plugins/.

    Raises:
        ConfigError: there is none.
    """
    if _root is not None:
        return _root
    for parent in Path(__file__).resolve().parents:
        if (parent / "include" / "sql").is_dir():
            return parent / "include" / "sql"
    raise ConfigError("include/sql", "", "this folder beside plugins/")


@functools.cache
def load_sql(name: str) -> str:
    """Return the text of one file.

    Args:
        name: path below include/sql without suffix, for example `queries/select_watermark`.

    Raises:
        ConfigError: there is no such file.
    """
    path = find_root() / f"{name}.sql"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"include/sql/{name}.sql", "", "an SQL file", got="no such file") from None


def list_sql(folder: str) -> tuple[SqlFile, ...]:
    """Return all files of one folder below include/sql, by name; they are read once, as the queries are.

    Raises:
        ConfigError: the folder holds none, so the checkout is not whole.
    """
    files = _read_folder(find_root() / folder)
    if not files:
        raise ConfigError(f"include/sql/{folder}", "", "SQL files", got="none")
    return files


@functools.cache
def _read_folder(folder: Path) -> tuple[SqlFile, ...]:
    paths = sorted(folder.glob("*.sql"))
    return tuple(SqlFile(f"{folder.name}/{path.stem}", path.read_text(encoding="utf-8")) for path in paths)
