"""The floor of the SQL benchmark: the same query piped into COPY, and one `insert … on conflict do update`.

Nothing looks into a value: no keys, no windows, no checks. Rows go as the driver gives them, as text.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2

from bench.sql_product import connect_source
from bench.sql_tables import CRM_SOURCE, SYNC_TYPE, TABLE, ZONE
from bench.usage import Usage, measured

TARGET = "floor.orders"
_ROWS = 20_000
_BOOKKEEPING = ("sync_created_at", "sync_updated_at", "extra")


class RowPipe:
    """The rows of the query as the text that COPY reads."""

    def __init__(self, url: str, columns: list[str]) -> None:
        self._connection = connect_source(url)
        self._cursor = self._connection.cursor(raw=True)
        names = ", ".join(f"`{name}`" for name in columns)
        self._cursor.execute(f"select {names} from {TABLE} order by id")
        self._blocks = self._read_blocks()
        self._left = b""

    def read(self, size: int = -1, /) -> bytes:
        """Give at most so many bytes, which COPY always says; none at the end."""
        while len(self._left) < size and (block := next(self._blocks, b"")):
            self._left += block
        given, self._left = self._left[:size], self._left[size:]
        return given

    def readline(self, _size: int = -1, /) -> bytes:
        """Do nothing: COPY only reads blocks."""
        return b""

    def close(self) -> None:
        """Close the connection."""
        self._cursor.close()
        self._connection.close()

    def _read_blocks(self) -> Iterator[bytes]:
        while rows := self._cursor.fetchmany(_ROWS):
            yield b"".join(
                b"\t".join([b"\\N" if value is None else value for value in row]) + b"\n"  # type: ignore[misc]
                for row in rows
            )


def prepare(dsn: str) -> None:
    """Make a table equal to ours, empty; not measured."""
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "drop schema if exists floor cascade; create schema floor; "
            f"create table {TARGET} (like {CRM_SOURCE}.{SYNC_TYPE} including all)"
        )
    connection.close()


def run(url: str, dsn: str) -> dict[str, Usage]:
    """Do the floor's work; gives what the two steps took."""
    usages = {}
    connection = psycopg2.connect(dsn, options=f"-c TimeZone={ZONE}")
    with connection, connection.cursor() as cursor:
        cursor.execute(f"select * from {TARGET} limit 0")
        columns = [one.name for one in cursor.description or () if not one.name.startswith("sync_")]
        columns = [name for name in columns if name not in _BOOKKEEPING]
        names = ", ".join(columns)
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
        with measured() as usages["query and copy"]:
            cursor.execute(
                f"create temp table floor_stage on commit drop as select {names} from {TARGET} with no data"
            )
            pipe = RowPipe(url, columns)
            cursor.copy_expert(f"copy floor_stage ({names}) from stdin", pipe)
            pipe.close()
        with measured() as usages["upsert"]:
            cursor.execute(
                f"insert into {TARGET} ({names}) select {names} from floor_stage "
                f"on conflict (id) do update set {changes}"
            )
            connection.commit()
    connection.close()
    return usages
