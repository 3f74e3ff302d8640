"""From where and by which words an entity is read; a watermark counts for the same account and words alone.

A delta after a change of either would leave out what was there before the watermark, and look complete.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.untyped import Json

Origin = dict[str, Any]
"""`account` (name, with a digest) and `choice` (by part of the YAML's `read`, a digest)."""
_CHOOSING = (
    *("table", "joins", "where", "keep", "values", "slots", "parents", "listing"),
    *("cursor", "null_cursor", "modified_filter", "changed_only"),
)
"""Keys of `read` that say which records there are, and by which time they are newer than the watermark.

The others say how to ask for them and what they mean.
"""
_PASS_CHOOSING = ("path", "method", "params", "headers", "body")
_CHANGED = {
    "account": "its connection leads to another account than that of the run with the watermark",
    "choice": "its YAML reads other records than the run with the watermark ({parts})",
}


def describe_origin(entity: EntityConfig, account: str) -> Origin:
    """Describe where an entity's records come from.

    Args:
        entity: its configuration.
        account: name of the account, as `Crm.name_account` gives it.
    """
    return {"account": account, "choice": dict(_describe_choice(entity))}


def find_change(earlier: Mapping[str, Any] | None, origin: Mapping[str, Any]) -> str | None:
    """Say what differs from an earlier read, as a part of a sentence; None: nothing, or nobody noted it.

    A part of the YAML that only one of them has is no difference: a new list is read from its beginning.
    """
    if not earlier or not origin:
        return None
    if earlier.get("account") != origin["account"]:
        return _CHANGED["account"]
    before, now = earlier.get("choice") or {}, origin["choice"]
    parts = sorted(name for name in before.keys() & now.keys() if before[name] != now[name])
    return _CHANGED["choice"].format(parts=", ".join(parts)) if parts else None


def _describe_choice(entity: EntityConfig) -> Iterator[tuple[str, str]]:
    read = entity.read.model_dump(mode="json", exclude_defaults=True)
    for key in _CHOOSING:
        # empty is noted, too: a condition that is taken away is a change
        yield f"read.{key}", _digest(read.get(key))
    yield "source_time_zone", _digest(entity.source_time_zone)
    for one in read.get("passes") or ():
        yield f"read.passes.{one['name']}", _digest({key: one.get(key) for key in _PASS_CHOOSING})


def _digest(value: Json) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
