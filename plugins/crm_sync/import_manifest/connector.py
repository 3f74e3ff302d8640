"""Converts a manifest: all streams of the one host and the one way to sign that most of them share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.findings import Doubts, NotSaidError, Verdict
from crm_sync.import_manifest.limits import read_limits
from crm_sync.import_manifest.names import make_name
from crm_sync.import_manifest.references import resolve
from crm_sync.import_manifest.scope import MADE_OF, Extras, Keys
from crm_sync.import_manifest.streams import Converted, convert_stream

_SLOT = re.compile(r"(?<!\{)\{([a-z_][a-z0-9_]*)")


@dataclass
class Connector:
    """A manifest in our words."""

    source: dict[str, Any] = field(default_factory=dict)
    """The content of source.yaml."""
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    host: str = ""
    """Of the connection; with slots where the config has a part in it."""
    secrets: dict[str, str] = field(default_factory=dict)
    """By password, login or an extra, the value of the config that belongs there."""
    extras: dict[str, str] = field(default_factory=dict)
    """By extra, the value of the config that belongs there."""


def convert_manifest(manifest: Mapping[str, Any], title: str) -> Connector:
    """Convert a manifest.

    Args:
        manifest: as it is read.
        title: for people.

    Raises:
        NotSaidError: it can't be read as a manifest at all.
    """
    resolved = resolve(manifest)
    source = Component(resolved)
    secret_keys, extras = _list_secrets(resolved.get("spec")), Extras()
    connector = Connector()
    converted: dict[str, Converted] = {}
    for stream, doubt in _list_streams(source):
        verdict = Verdict(str(stream.take("name", "")) or "a stream without a name")
        connector.verdicts.append(verdict)
        doubts = Doubts()
        doubts.add_all([doubt] if doubt else [])
        try:
            one = convert_stream(stream, extras, secret_keys, doubts)
        except NotSaidError as error:
            verdict.lacks.append(error)
            continue
        verdict.doubts = [*doubts.list(), *one.auth.doubts]
        name = make_name(verdict.stream, connector.entities)
        verdict.entity = f"{name}_list" if name.endswith("_sync") or name == "source" else name
        converted[verdict.entity] = one
        connector.entities[verdict.entity] = one.entity
    connector.verdicts.extend(_list_dynamic(source))
    _share(connector, converted)
    _write_source(connector, converted, source, extras, title)
    return connector


def _list_streams(source: Component) -> Iterator[tuple[Component, str]]:
    """List the streams, each with a doubt where the manifest says more of it; empty: it does not."""
    for one in source.parts("streams"):
        if one.type == "StateDelegatingStream":
            whole = one.part("full_refresh_stream")
            if whole is None:
                yield one.begin(), ""  # which is then named as one that can't be converted
            else:
                yield whole.begin(), "the stream for full reads is used, and the one for changes is left out"
        elif one.type == "ConditionalStreams":
            doubt = f"the manifest has the stream under a condition: {one.own('condition')}"
            yield from ((inner.begin(), doubt) for inner in one.parts("streams"))
        else:
            yield one.begin(), ""


def _list_dynamic(source: Component) -> Iterator[Verdict]:
    for at, one in enumerate(source.parts("dynamic_streams")):
        lack = NotSaidError("streams that are made up at run time", one.type)
        yield Verdict(f"dynamic_streams[{at}]", lacks=[lack])


def _share(connector: Connector, converted: dict[str, Converted]) -> None:
    """Leave out the streams on other hosts, and those that sign in another way than most."""
    for lack, find in (("another host", _find_host), ("another way to sign", _find_auth)):
        counts = Counter(find(one) for one in converted.values())
        if len(counts) < 2:
            continue
        most = counts.most_common(1)[0][0]
        for verdict in connector.verdicts:
            one = converted.get(verdict.entity)
            if one is not None and find(one) != most:
                verdict.lacks.append(NotSaidError(lack, find(one)))
                del converted[verdict.entity], connector.entities[verdict.entity]
                verdict.entity = ""


def _find_host(one: Converted) -> str:
    return one.address.host


def _find_auth(one: Converted) -> str:
    return str(one.auth.words)


def _write_source(
    connector: Connector, converted: Mapping[str, Converted], source: Component, extras: Extras, title: str
) -> None:
    if not converted:
        return
    first = next(iter(converted.values()))
    connector.host = _describe_host(first.address.host, extras)
    connector.secrets = {slot: _describe_value(keys) for keys, slot in first.auth.secrets}
    used = set(_SLOT.findall(repr(connector.entities)))
    used |= {_find_pinned(one) for one in connector.entities.values()}
    named = {name: _describe_value(keys) for keys, name in extras.names.items()}
    connector.extras = {name: path for name, path in named.items() if name in used}
    doubts = Doubts()
    rest: dict[str, Any] = dict(first.auth.words)
    rest |= {"extras": list(connector.extras)} if connector.extras else {}
    pauses = {header for one in converted.values() for header in one.pause_headers}
    if pauses:
        rest["errors"] = {"pause_header": min(pauses)}
    if len(pauses) > 1:
        doubts.add("of several headers that say how long to wait only one is read", ", ".join(sorted(pauses)))
    limits = read_limits(source, doubts)
    rest |= {"rate_limits": limits} if limits else {}
    connector.source = {"kind": "rest", "title": title, "rest": rest}
    for verdict in connector.verdicts:
        if verdict.entity:
            verdict.doubts += doubts.list()


def _describe_value(keys: Keys) -> str:
    """Name a value of the config, or what the manifest makes of it."""
    text = ".".join(map(str, keys))
    made = text.removeprefix(MADE_OF)
    return f"config.{text}" if made == text else f"what the manifest makes of {made}"


def _describe_host(host: str, extras: Extras) -> str:
    """Write a host for people, with the config's names in place of slots."""
    for keys, name in extras.names.items():
        host = host.replace(f"{{{name}}}", f"<{_describe_value(keys)}>")
    return host


def _find_pinned(entity: Mapping[str, Any]) -> str:
    """Name the extra that lists an entity's parents; empty: there is none."""
    return str(entity["read"].get("parents", {}).get("pinned_by", ""))


def _list_secrets(spec: object) -> set[Keys]:
    """List the values of the config that the manifest calls secrets."""
    schema = spec.get("connection_specification") if isinstance(spec, Mapping) else None
    found: set[Keys] = set()
    _collect(schema, (), found)
    return found


def _collect(schema: object, keys: Keys, found: set[Keys]) -> None:
    if not isinstance(schema, Mapping):
        return
    if schema.get("airbyte_secret") is True and keys:
        found.add(keys)
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        _collect(inner, (*keys, str(name)), found)
    for option in schema.get("oneOf") or ():
        _collect(option, keys, found)
