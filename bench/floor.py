"""The floor: what any sync has to do at least, without looking into a single record.

The same pages are downloaded one after another over one session and thrown away undecoded; rows that were
made beforehand go by COPY into a temporary table and by one `insert … on conflict do update` into a table
equal to ours.
"""

from __future__ import annotations

from pathlib import Path

import psycopg2
import requests

from bench.product import TOKEN, load_contacts
from bench.usage import Usage, measured

TABLE = "floor.contacts"
ROWS_FILE = "floor.csv"
_BOOKKEEPING = ("sync_created_at", "sync_updated_at")
_AFTER = b'"after":"'


def prepare(dsn: str, folder: Path) -> None:
    """Write the rows of hubspot.contacts to a file and make an equal, empty table; not measured."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "drop schema if exists floor cascade; create schema floor; "
            f"create table {TABLE} (like hubspot.contacts including all)"
        )
        with (folder / ROWS_FILE).open("wb") as file:
            cursor.copy_expert(
                f"copy (select {_columns(dsn)} from hubspot.contacts) to stdout (format csv)", file
            )
    connection.close()


def run(url: str, dsn: str, folder: Path) -> dict[str, Usage]:
    """Do the floor's work; gives what download and load took."""
    usages = {}
    with measured() as usages["download"]:
        download(url)
    with measured() as usages["load"]:
        load(dsn, folder)
    return usages


def download(url: str) -> int:
    """Read all pages one after another; gives their number."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    params = {"limit": "100", "archived": "false", "properties": ",".join(list_properties())}
    pages = 0
    while True:
        body = session.get(f"{url}/crm/v3/objects/contacts", params=params, timeout=60).content
        pages += 1
        found = body.rfind(_AFTER)  # the token is in the last bytes; nothing is decoded
        if found < len(body) - 400:
            return pages
        start = found + len(_AFTER)
        params["after"] = body[start : body.index(b'"', start)].decode()


def load(dsn: str, folder: Path) -> None:
    """Bring the prepared rows into the table."""
    columns = _columns(dsn)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns.split(", ") if name != "id")
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"create temp table floor_stage on commit drop as select {columns} from {TABLE} with no data"
        )
        with (folder / ROWS_FILE).open("rb") as file:
            cursor.copy_expert(f"copy floor_stage ({columns}) from stdin (format csv)", file)
        cursor.execute(
            f"insert into {TABLE} ({columns}) select {columns} from floor_stage "
            f"on conflict (id) do update set {changes}"
        )
    connection.close()


def list_properties() -> list[str]:
    """Name the properties that our contacts map, in the order in which we ask for them."""
    _, entity = load_contacts()
    sources = [field.source or name for name, field in entity.fields.items()]
    return [
        str(source).removeprefix("properties.") for source in sources if str(source).startswith("properties.")
    ]


def _columns(dsn: str) -> str:
    connection = psycopg2.connect(dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select * from hubspot.contacts limit 0")
            names = [column.name for column in cursor.description or ()]
    finally:
        connection.close()
    return ", ".join(name for name in names if name not in _BOOKKEEPING)
