"""The files that a CRM needs in a DAG folder, and how they get there without touching one that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from crm_sync.config.loader import DEFAULTS_FILE

STUB = '''"""Airflow DAG crm_sync_{crm_source}, built from configs/{crm_source}."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("{crm_source}")
'''
"""The DAG file of a CRM."""


class Outcome(Enum):
    """What became of a file."""

    WRITTEN = auto()
    SAME = auto()
    OTHER = auto()
    """A different file is there, and was left alone."""


@dataclass(frozen=True)
class DagFile:
    """One file of a DAG folder."""

    name: str
    """Path below the DAG folder."""
    content: bytes
    is_shared: bool = False
    """All CRMs of the folder use it, so the project may have changed it for another one."""


def plan_files(crm_sources: Sequence[str], shipped: Path) -> Iterator[DagFile]:
    """List the files of CRMs, the shared one first.

    Args:
        crm_sources: names of folders below `shipped`.
        shipped: folder with one folder per CRM.
    """
    yield DagFile(f"configs/{DEFAULTS_FILE}", (shipped / DEFAULTS_FILE).read_bytes(), is_shared=True)
    for name in crm_sources:
        yield DagFile(f"crm_sync_{name}.py", STUB.format(crm_source=name).encode())
        for file in sorted((shipped / name).rglob("*.yaml")):
            yield DagFile(f"configs/{file.relative_to(shipped).as_posix()}", file.read_bytes())


def write_file(path: Path, content: bytes) -> Outcome:
    """Write a file unless there is one.

    Raises:
        OSError: it can't be written or compared.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return Outcome.SAME if path.read_bytes() == content else Outcome.OTHER
    return Outcome.WRITTEN


def add_ignored(file: Path, lines: Sequence[str]) -> list[str]:
    """Add lines to an `.airflowignore`, whose own lines stay; gives those that were not there.

    Airflow then does not look for DAGs among the YAML. The lines mean the same in both of its syntaxes.

    Raises:
        OSError: it can't be read or written.
    """
    before = file.read_bytes().decode(errors="surrogateescape") if file.exists() else ""
    new = [line for line in lines if line not in map(str.strip, before.splitlines())]
    if new:
        gap = "\n" if before and not before.endswith("\n") else ""
        text = gap + "".join(f"{line}\n" for line in new)
        with file.open("ab") as stream:
            stream.write(text.encode())
    return new
