"""Parts of the manifests of lists that several patterns share."""

from __future__ import annotations

from typing import Any

from tests.sources.manifests.page_patterns import OFFSET
from tests.sources.manifests.patterns import bearer, option, pages, requester, selector, stream


def retriever(path: str, *records: str, **more: Any) -> dict[str, Any]:
    """Give a retriever; `asks` are words of its requester, `selected` those of its selector."""
    asks = more.pop("asks", {"authenticator": bearer()})
    given = more.pop("selected", {})
    return {"requester": requester(path, **asks), "record_selector": selector(*records, **given), **more}


def parent_router(parent: dict[str, Any], field: str, **more: Any) -> dict[str, Any]:
    """Give a router over the records of another stream."""
    config = {"type": "ParentStreamConfig", "parent_key": "id", "partition_field": field, "stream": parent}
    return {"type": "SubstreamPartitionRouter", "parent_stream_configs": [{**config, **more}]}


PAIRS = pages({**OFFSET, "page_size": 2}, option("offset"))
TEAM_LIST = stream("teams", retriever=retriever("/teams", "data", paginator=PAIRS))
OPEN_TEAMS = stream("teams", retriever=retriever("/teams"))
BOARDS = stream(
    "boards",
    retriever=retriever(
        "/teams/{{ stream_partition.team }}/boards", partition_router=parent_router(OPEN_TEAMS, "team")
    ),
)
IGNORE = {
    "type": "DefaultErrorHandler",
    "response_filters": [{"type": "HttpResponseFilter", "action": "IGNORE", "http_codes": [404]}],
}
SPANS = {
    "type": "DatetimeBasedCursor",
    "cursor_field": "day",
    "datetime_format": "%Y-%m-%d",
    "cursor_datetime_formats": ["%Y-%m-%dT%H:%M:%SZ"],
    "start_datetime": {"type": "MinMaxDatetime", "datetime": "2020-01-01", "datetime_format": "%Y-%m-%d"},
    "step": "P30D",
    "cursor_granularity": "P1D",
    "start_time_option": option("from"),
    "end_time_option": option("to"),
}
MOMENTS = {
    "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
    "cursor_granularity": "PT1S",
    "start_datetime": "2020-01-01T00:00:00Z",
}
SINCE = {
    "type": "DatetimeBasedCursor",
    "cursor_field": "updated",
    "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
    "start_datetime": "{{ config['start_date'] }}",
    "start_time_option": option("updated_after"),
}
FILTER = {"record_filter": {"type": "RecordFilter", "condition": "{{ record['state'] in ['open', 'new'] }}"}}
CHANGES = [
    {
        "type": "AddFields",
        "fields": [
            {
                "type": "AddedFieldDefinition",
                "path": [name],
                "value": f"{{{{ record['attributes']['{inner}'] }}}}",
            }
            for name, inner in (("id", "uid"), ("name", "title"))
        ],
    },
    {"type": "RemoveFields", "field_pointers": [["attributes"], ["secret"]]},
]
OAUTH = {
    "type": "OAuthAuthenticator",
    "grant_type": "client_credentials",
    "client_id": "{{ config['app'] }}",
    "client_secret": "{{ config['word'] }}",
    "token_refresh_endpoint": "BASE/token",
}
FRUIT: dict[str, Any] = {
    "base": {**requester(authenticator=bearer()), "url_base": "BASE/{{ parameters['version'] }}"},
    "fruit": {
        "type": "DeclarativeStream",
        "primary_key": "id",
        "retriever": {
            "type": "SimpleRetriever",
            "record_selector": selector("list"),
            "requester": {"$ref": "#/definitions/base", "path": "/{{ parameters['path'] }}"},
        },
        "schema_loader": stream(retriever={})["schema_loader"],
    },
}
del FRUIT["base"]["path"]
