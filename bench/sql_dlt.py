"""dlt's `sql_database` source reading the same table into the same server, with write disposition `merge`.

Run on its own, `python -m bench.sql_dlt SOURCE_URL DSN FOLDER BACKEND RESULT`, since dlt's fast backends need
packages (pyarrow, connectorx) that are no part of this project: any Python that has them can be named.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.usage import Usage, measured

TARGET = "dlt_benchshop.orders"
BACKENDS = ("sqlalchemy", "pyarrow", "connectorx")
_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "NORMALIZE__WORKERS": "2",
    "LOAD__WORKERS": "4",
    "DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "50000",
    "DATA_WRITER__DISABLE_COMPRESSION": "true",
}
"""As dlt's performance guide says: several workers, files small enough to feed them, no compression."""


def run(url: str, dsn: str, folder: Path, backend: str) -> dict[str, Usage]:
    """Run dlt's three steps; gives what each took. Import and set-up are not counted."""
    os.environ.update(_SETTINGS)
    os.environ["DLT_DATA_DIR"] = os.environ["DLT_PROJECT_DIR"] = str(folder)
    import dlt  # noqa: PLC0415 - it reads the environment when it is imported
    from dlt.sources.sql_database import sql_table  # noqa: PLC0415

    pipeline = dlt.pipeline(
        pipeline_name="bench_sql",
        pipelines_dir=str(folder),
        destination=dlt.destinations.postgres(credentials=dsn),
        dataset_name=TARGET.partition(".")[0],
    )
    driver = url.replace("mysql://", "mysql+pymysql://", 1)
    # connectorx takes the address without a driver's name
    how: Any = {"conn": url} if backend == "connectorx" else None
    table = sql_table(
        credentials=driver,
        table=TARGET.partition(".")[2],
        backend=backend,
        chunk_size=50_000,
        reflection_level="full_with_precision",
        backend_kwargs=how,
        primary_key="id",
        write_disposition={"disposition": "merge", "strategy": "upsert"},
    )
    usages: dict[str, Usage] = {}
    with measured() as usages["extract"]:
        pipeline.extract(table, loader_file_format="csv")
    with measured() as usages["normalize"]:
        pipeline.normalize()
    with measured() as usages["load"]:
        pipeline.load(raise_on_failed_jobs=True)
    return usages


def main() -> None:
    """Do what the command line says and write the figures."""
    url, dsn, folder, backend, result = sys.argv[1:]
    usages = run(url, dsn, Path(folder), backend)
    Path(result).write_text(
        json.dumps({name: asdict(usage) for name, usage in usages.items()}), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
