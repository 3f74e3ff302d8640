"""dlt's `rest_api` source reading the same pages into the same server with write disposition `merge`.

Two ways: `inferred`, where dlt finds out the columns by itself, as it is mostly used, and `declared`, where
it is given the types that our table has, which is faster.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bench.floor import list_properties
from bench.product import TOKEN, load_contacts
from bench.usage import Usage, measured
from crm_sync.constants import FieldType

_TYPES = {
    FieldType.DATETIME: "timestamp",
    FieldType.BOOLEAN: "bool",
    FieldType.INTEGER: "bigint",
    FieldType.DECIMAL: "decimal",
}
_DATASET = "dlt_hubspot"
_FILE_FORMAT: Any = "csv"
"""Goes to the server by COPY; the default, `insert_values`, was slower in a trial."""
_SETTINGS = {
    # no network but the fake's and the database's
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    # as dlt's performance guide says: several normalize workers, files small enough to feed them, and no
    # compression, which only pays for storage
    "NORMALIZE__WORKERS": "2",
    "LOAD__WORKERS": "4",
    "DATA_WRITER__FILE_MAX_ITEMS": "25000",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "20000",
    "DATA_WRITER__DISABLE_COMPRESSION": "true",
}


def run(url: str, dsn: str, folder: Path, *, declared: bool) -> dict[str, Usage]:
    """Run dlt's three steps; gives what each took. Import and set-up are not counted."""
    os.environ.update(_SETTINGS)
    os.environ["DLT_DATA_DIR"] = os.environ["DLT_PROJECT_DIR"] = str(folder)
    import dlt  # noqa: PLC0415 - it reads the environment when it is imported
    from dlt.sources.rest_api import rest_api_source  # noqa: PLC0415

    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=str(folder),
        destination=dlt.destinations.postgres(credentials=dsn),
        dataset_name=_DATASET,
    )
    source = rest_api_source(_configure(url, declared=declared))
    usages: dict[str, Usage] = {}
    with measured() as usages["extract"]:
        pipeline.extract(source, loader_file_format=_FILE_FORMAT)
    with measured() as usages["normalize"]:
        pipeline.normalize()
    with measured() as usages["load"]:
        pipeline.load(raise_on_failed_jobs=True)
    return usages


def _configure(url: str, *, declared: bool) -> Any:  # noqa: ANN401  # dlt's own dictionary
    resource: dict[str, Any] = {
        "name": "contacts",
        "primary_key": "id",
        "write_disposition": {"disposition": "merge", "strategy": "upsert"},
        "endpoint": {
            "path": "objects/contacts",
            "params": {"limit": "100", "archived": "false", "properties": ",".join(list_properties())},
            "data_selector": "results",
        },
    }
    if declared:
        resource |= {"columns": _list_columns(), "processing_steps": [{"map": _drop_blanks}]}
    paginator = {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"}
    client = {
        "base_url": f"{url}/crm/v3/",
        "headers": {"Authorization": f"Bearer {TOKEN}"},
        "paginator": paginator,
    }
    return {"client": client, "resources": [resource]}


def _drop_blanks(record: dict[str, Any]) -> dict[str, Any]:
    """Drop empty texts: where a type is declared, dlt would put each of them into a second column."""
    record["properties"] = {name: value for name, value in record["properties"].items() if value != ""}
    return record


def _list_columns() -> dict[str, dict[str, str]]:
    """Declare our columns by dlt's names and types.

    Left to find them out, its workers come to different types and a part of the work is done twice.
    """
    _, entity = load_contacts()
    return {
        str(field.source or name).replace(".", "__"): {"data_type": _TYPES.get(field.type, "text")}
        for name, field in entity.fields.items()
    }
