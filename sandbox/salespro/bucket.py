"""The bucket of results: the CSV that Athena writes for each query, by S3's GET and HEAD of an object."""

from __future__ import annotations

from sandbox.frame.messages import Request, Response
from sandbox.salespro.store import Query, Store

_XML = b"application/xml"


def get_object(store: Store, request: Request) -> Response:
    """The object at a path of the form /bucket/key."""
    wanted = f"s3:/{request.path}"
    query = next((one for one in store.queries.values() if one.output == wanted), None)
    if query is None or query.state != "SUCCEEDED":
        text = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
        return Response(404, text.encode(), _XML)
    return Response(200, write_csv(query), b"application/octet-stream")


def write_csv(query: Query) -> bytes:
    """All cells in quotes, but a null without any: that is how the two are told apart."""
    rows: list[tuple[str | None, ...]] = [tuple(name for name, _ in query.columns), *query.rows]
    return "".join(f"{','.join(map(_write_cell, row))}\n" for row in rows).encode("utf-8", "replace")


def _write_cell(cell: str | None) -> str:
    return "" if cell is None else f'"{cell.replace(chr(34), chr(34) * 2)}"'
