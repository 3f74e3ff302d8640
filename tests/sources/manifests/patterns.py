"""Invented manifests, one for each pattern, with a fake that serves by the manifest's own rules.

The manifests are ours: short, about things that no vendor has. `BASE` stands for the fake's address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.sources.manifests.fake import Asked

Keys = Mapping[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class Pattern:
    """A manifest, what serves it, and what a reader of it has to find."""

    name: str
    streams: list[dict[str, Any]]
    serve: Callable[[Asked], Any]
    keys: Keys
    """By stream, the keys of all its records, in any order."""
    config: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    """Values of the config that the manifest's spec calls secrets."""
    login: str = ""
    password: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)
    """Names of the values that are compared."""
    definitions: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    """Beginnings of the doubts that the conversion has to name."""

    def write(self, address: str) -> str:
        """Give the manifest's text for a fake at an address."""
        properties = {
            name: {"type": "string", **({"airbyte_secret": True} if name in self.secrets else {})}
            for name in self.config
        }
        specification = {"type": "object", "properties": properties, "additionalProperties": True}
        manifest = {
            "version": "6.0.0",
            "type": "DeclarativeSource",
            "check": {"type": "CheckStream", "stream_names": [self.streams[0].get("name", "things")]},
            "definitions": dict(self.definitions),
            "streams": self.streams,
            "spec": {"type": "Spec", "connection_specification": specification},
        }
        return yaml.safe_dump(manifest, sort_keys=False).replace("BASE", address)


def stream(name: str = "things", *, retriever: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Give a stream with a schema of an id and a name."""
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
    return {
        "type": "DeclarativeStream",
        "name": name,
        "primary_key": ["id"],
        "schema_loader": {"type": "InlineSchemaLoader", "schema": schema},
        "retriever": {"type": "SimpleRetriever", **retriever},
        **more,
    }


def requester(path: str = "/things", **more: Any) -> dict[str, Any]:
    """Give a requester below the fake's address."""
    return {"type": "HttpRequester", "url_base": "BASE", "path": path, "http_method": "GET", **more}


def selector(*path: str, **more: Any) -> dict[str, Any]:
    """Give a selector of the records at a path."""
    return {
        "type": "RecordSelector",
        "extractor": {"type": "DpathExtractor", "field_path": list(path)},
        **more,
    }


def pages(strategy: Mapping[str, Any], token: Mapping[str, Any] | None, size: str = "") -> dict[str, Any]:
    """Give a paginator; `size` is the parameter of the page size."""
    words: dict[str, Any] = {"type": "DefaultPaginator", "pagination_strategy": dict(strategy)}
    words |= {"page_token_option": dict(token)} if token else {}
    words |= {"page_size_option": option(size)} if size else {}
    return words


def option(name: str, place: str = "request_parameter") -> dict[str, Any]:
    """Give the place of a value in a request."""
    return {"type": "RequestOption", "inject_into": place, "field_name": name}


def bearer() -> dict[str, Any]:
    """Give the way to sign that most patterns have."""
    return {"type": "BearerAuthenticator", "api_token": "{{ config['api_key'] }}"}


def things(count: int, prefix: str = "t") -> list[dict[str, Any]]:
    """Give numbered records."""
    return [{"id": f"{prefix}{at:02}", "name": f"thing {at}"} for at in range(1, count + 1)]


def keys(count: int, prefix: str = "t") -> list[tuple[str, ...]]:
    """Give their keys."""
    return [(one["id"],) for one in things(count, prefix)]
