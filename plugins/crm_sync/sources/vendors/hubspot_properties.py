"""Which properties of an object type are asked for: those the account has, all or just the mapped ones."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from crm_sync.config.models import EntityConfig

logger = logging.getLogger(__name__)

_PREFIX = "properties."


@dataclass(frozen=True)
class PropertyPlan:
    """The properties of one read."""

    names: tuple[str, ...]
    """Mapped ones first, in YAML order."""
    missing: tuple[str, ...] = ()
    """Mapped, but the account does not have them; HubSpot would leave them out without a word."""
    is_wide: bool = False
    """The names are too long for the address of a list request."""

    @property
    def list_value(self) -> str:
        """Value of the list parameter `properties`."""
        return ",".join(self.names)


def plan_properties(
    entity: EntityConfig, available: list[str], *, which: Literal["all", "mapped"], names_bytes: int
) -> PropertyPlan:
    """Choose the properties to ask for; logs one warning when mapped ones do not exist.

    Args:
        entity: whose fields name properties by paths `properties.<name>`.
        available: names of the account's properties.
        which: every one of them, or only the mapped.
        names_bytes: longest list parameter.
    """
    mapped = find_mapped(entity)
    known = set(available)
    missing = tuple(name for name in mapped if name not in known)
    if missing:
        logger.warning(
            "%s: the account has no %s %s; their columns stay empty.",
            entity.sync_type,
            "property" if len(missing) == 1 else "properties",
            ", ".join(missing),
        )
    names = [name for name in mapped if name in known]
    if which == "all":
        names += sorted(known.difference(names))
    return PropertyPlan(tuple(names), missing, is_wide=len(",".join(names).encode()) > names_bytes)


def find_mapped(entity: EntityConfig) -> list[str]:
    """Give the property names that the entity's fields read, each once, in YAML order."""
    paths: list[str] = []
    for config in entity.fields.values():
        source = config.source or ()
        paths.extend((source,) if isinstance(source, str) else source)
    names = (path.removeprefix(_PREFIX) for path in paths if path.startswith(_PREFIX))
    return list(dict.fromkeys(names))
