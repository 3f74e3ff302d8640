"""Which properties of an object type are asked for: those the account has, all or just the mapped ones."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crm_sync.config.models import EntityConfig
from crm_sync.fields.paths import source_paths

_PREFIX = "properties."


@dataclass(frozen=True)
class PropertyPlan:
    """The properties of one read."""

    names: tuple[str, ...]
    """Mapped ones first, in YAML order."""
    missing: tuple[str, ...] = ()
    """Mapped, but the account does not have them; HubSpot would leave them out without a word."""
    missing_columns: frozenset[str] = frozenset()
    """Columns that nothing but missing properties fills; they keep what they have."""
    note: str | None = None
    """Says which are missing, and what they may be called now."""
    is_wide: bool = False
    """The names are too long for the address of a list request."""

    @property
    def list_value(self) -> str:
        """Value of the list parameter `properties`."""
        return ",".join(self.names)


def plan_properties(
    entity: EntityConfig, available: list[str], *, which: Literal["all", "mapped"], names_bytes: int
) -> PropertyPlan:
    """Choose the properties to ask for; what is mapped and does not exist is noted.

    Args:
        entity: whose fields name properties by paths `properties.<name>`.
        available: names of the account's properties.
        which: every one of them, or only the mapped.
        names_bytes: longest list parameter.
    """
    mapped = find_mapped(entity)
    known = set(available)
    missing = tuple(name for name in mapped if name not in known)
    names = [name for name in mapped if name in known]
    if which == "all":
        names += sorted(known.difference(names))
    return PropertyPlan(
        tuple(names),
        missing,
        missing_columns=_find_columns(entity, missing),
        note=_describe_missing(missing, sorted(known.difference(mapped))),
        is_wide=len(",".join(names).encode()) > names_bytes,
    )


def find_mapped(entity: EntityConfig) -> list[str]:
    """Give the property names that the entity's fields read, each once, in YAML order."""
    paths = (path for column, config in entity.fields.items() for path in source_paths(column, config.source))
    names = (path.removeprefix(_PREFIX) for path in paths if path.startswith(_PREFIX))
    return list(dict.fromkeys(names))


def _find_columns(entity: EntityConfig, missing: Sequence[str]) -> frozenset[str]:
    """Give the columns all of whose places in a record are missing properties."""
    gone = {_PREFIX + name for name in missing}
    return frozenset(
        column
        for column, config in entity.fields.items()
        if gone.issuperset(source_paths(column, config.source))
    )


def _describe_missing(missing: Sequence[str], others: Sequence[str]) -> str | None:
    if not missing:
        return None
    named = []
    for name in missing:
        likely = difflib.get_close_matches(name, others, n=2, cutoff=0.6)
        named.append(f"{name} (now {' or '.join(likely)}?)" if likely else name)
    is_one = len(named) == 1
    return (
        f"the account has no {'property' if is_one else 'properties'} {', '.join(named)}; "
        f"{'its column keeps its' if is_one else 'their columns keep their'} old values."
    )
