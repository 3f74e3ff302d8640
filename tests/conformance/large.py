"""Sources with very many records, one for each way of reading, made in a second or two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from sandbox.frame.messages import Request, Response, encode_json
from tests.conformance.account_csv import read_table
from tests.conformance.driver import Pipeline
from tests.conformance.rest_bounds import fits

Open = Callable[..., Pipeline]


def open_file(open_pipeline: Open, sync_type: str, count: int) -> Pipeline:
    """Write a file of ZIP codes, most of them made up: five digits are enough for 100,000."""
    pipeline = open_pipeline("csv", records=1)
    samples = read_table()
    pipeline.account.rows = [[f"{n:05d}", *samples[n % len(samples)][1:]] for n in range(count)]
    pipeline.account.write()
    return pipeline


def open_table(open_pipeline: Open, sync_type: str, count: int) -> Pipeline:
    """Fill a table."""
    return open_pipeline("genius", counts={sync_type: count})


def open_objects(open_pipeline: Open, sync_type: str, count: int) -> Pipeline:
    """Serve prepared pages of one object type."""
    return open_pipeline("hubspot", static=sync_type, records=count)


def open_numbered_list(open_pipeline: Open, sync_type: str, count: int) -> Pipeline:
    """Have a list by page numbers answer the fake's records again and again, each under an id of its own."""
    pipeline = open_pipeline("salesrabbit")
    entity = pipeline.account.source.entities[sync_type]
    _repeat(pipeline.account, entity, count)
    return pipeline


def _repeat(account: Any, entity: EntityConfig, count: int) -> None:
    read, samples = entity.read, list(account.list_records(entity))
    assert isinstance(read, RestListRead)
    (path,), (records_path,), paging = account.read_paths(entity), read.passes[0].record_paths, read.paging
    answer = account.fake.answer

    def answer_many(request: Request) -> Response:
        response: Response = answer(request)
        if response.status != 200 or not fits(request.path, path):
            return response
        size = int(request.param(paging.limit_param) or 1)
        start = (int(request.param(paging.param) or paging.first) - paging.first) * size
        end = min(start + size, count)
        records = [{**samples[n % len(samples)], "id": 1 + n} for n in range(start, end)]
        payload = {records_path: records, "meta": {"morePages": end < count}}
        return Response(200, encode_json(payload))

    account.fake.answer = answer_many
