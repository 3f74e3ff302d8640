"""Resolves the references of a manifest: `$ref` to another place, beside keys of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.untyped import Json

_REF = "$ref"


def resolve(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give a manifest in which each reference is replaced by what it leads to.

    Keys beside a `$ref` win over those that it leads to, one by one.

    Raises:
        NotSaidError: a reference leads nowhere, or to itself.
    """
    return {key: _walk(value, manifest, ()) for key, value in manifest.items()}


def _walk(value: object, root: Mapping[str, Any], trail: tuple[str, ...]) -> Json:
    if isinstance(value, str) and value.startswith("#/"):
        return _follow(value, root, trail)
    if isinstance(value, list):
        return [_walk(item, root, trail) for item in value]
    if not isinstance(value, dict):
        return value
    own = {key: _walk(item, root, trail) for key, item in value.items() if key != _REF}
    ref = value.get(_REF)
    if not isinstance(ref, str):
        return own
    target = _follow(ref, root, trail)
    return {**target, **own} if isinstance(target, dict) else target


def _follow(ref: str, root: Mapping[str, Any], trail: tuple[str, ...]) -> Json:
    if ref in trail:
        raise NotSaidError("a reference to itself", ref)
    at: Json = root
    keys = ref.removeprefix("#/").split("/")
    while keys:
        if isinstance(at, dict) and isinstance(at.get(_REF), str) and keys[0] not in at:
            at = _follow(at[_REF], root, (*trail, ref))
        at, keys = _step(at, keys, ref)
    return _walk(at, root, (*trail, ref))


def _step(at: object, keys: list[str], ref: str) -> tuple[Json, list[str]]:
    """Go one key on; a key may itself have slashes, and then the longest that is there counts."""
    if isinstance(at, list) and keys[0].isdigit() and int(keys[0]) < len(at):
        return at[int(keys[0])], keys[1:]
    if isinstance(at, dict):
        for many in range(len(keys), 0, -1):
            name = "/".join(keys[:many]).replace("~1", "/").replace("~0", "~")
            if name in at:
                return at[name], keys[many:]
    raise NotSaidError("a reference that leads nowhere", ref)
