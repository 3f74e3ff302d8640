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

_OWN_STUB = '''"""Airflow DAG crm_sync_{name}: {what}."""

from __future__ import annotations

from crm_sync.own_dags import build_{name}_dag

dag = build_{name}_dag(schedule="{schedule}")
'''
OWN_STUBS = {
    "crm_sync_health.py": _OWN_STUB.format(
        name="health",
        what="fails, with one sentence for each entity that needs a look",
        schedule="25,55 * * * *",
    ),
    "crm_sync_maintenance.py": _OWN_STUB.format(
        name="maintenance",
        what="removes old history, resolved rejects and files that failed runs left",
        schedule="10 3 * * *",
    ),
    "crm_sync_verify.py": _OWN_STUB.format(
        name="verify",
        what="compares a part of each table with its source, another one each day",
        schedule="40 4 * * *",
    ),
}
"""The files of the DAGs that belong to no CRM."""


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


def plan_files(crm_sources: Sequence[str], shipped: Path, *, upkeep: bool = False) -> Iterator[DagFile]:
    """List the files of CRMs, the shared ones first.

    Args:
        crm_sources: names of folders below `shipped`.
        shipped: folder with one folder per CRM.
        upkeep: with the DAGs that belong to no CRM.
    """
    yield DagFile(f"configs/{DEFAULTS_FILE}", (shipped / DEFAULTS_FILE).read_bytes(), is_shared=True)
    for file_name, text in OWN_STUBS.items() if upkeep else ():
        yield DagFile(file_name, text.encode(), is_shared=True)
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
