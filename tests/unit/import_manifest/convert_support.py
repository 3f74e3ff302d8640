"""Converts one invented stream, and gives its entity, its source and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from crm_sync.import_manifest.connector import Connector, convert_manifest
from crm_sync.import_manifest.folder import check
from tests.sources.manifests.patterns import requester, selector, stream

BASE = "https://api.example.com/v1"


@dataclass
class Result:
    """What became of a stream."""

    connector: Connector

    @property
    def entity(self) -> dict[str, Any]:
        assert self.connector.entities, self.lacks
        return next(iter(self.connector.entities.values()))

    @property
    def read(self) -> dict[str, Any]:
        return self.entity["read"]

    @property
    def one(self) -> dict[str, Any]:
        return self.read["passes"][0]

    @property
    def rest(self) -> dict[str, Any]:
        return self.connector.source["rest"]

    @property
    def lacks(self) -> list[str]:
        return [str(lack) for one in self.connector.verdicts for lack in one.lacks]

    @property
    def doubts(self) -> list[str]:
        return [doubt for one in self.connector.verdicts for doubt in one.doubts]


def convert(*streams: dict[str, Any], secrets: tuple[str, ...] = ("api_key",), **manifest: Any) -> Result:
    """Convert streams, and load what comes of them as every run does."""
    properties = {name: {"type": "string", "airbyte_secret": True} for name in secrets}
    spec = {"connection_specification": {"properties": properties}}
    connector = convert_manifest({"streams": list(streams), "spec": spec, **manifest}, "Title")
    check(connector, "crm")
    return Result(connector)


def retrieve(path: str = "/things", **more: Any) -> dict[str, Any]:
    """Give a retriever; `asks` are words of its requester."""
    asks = {"url_base": BASE, **more.pop("asks", {})}
    return {"requester": requester(path, **asks), "record_selector": selector("data"), **more}


def convert_one(*, path: str = "/things", asks: Any = None, more: Any = None, **words: Any) -> Result:
    """Convert a stream of such a retriever.

    Args:
        path: of the list.
        asks: words of the requester.
        more: words of the stream.
        **words: words of the retriever.
    """
    return convert(stream(retriever=retrieve(path, asks=asks or {}, **words), **(more or {})))


def refuse(**words: Any) -> str:
    """Convert a stream that can't be, and give the one reason."""
    result = convert_one(**words)
    assert not result.connector.entities
    if len(result.lacks) != 1:
        pytest.fail(f"expected one reason, got {result.lacks}")
    return result.lacks[0]
