"""Names that our YAML takes, made of those in a manifest."""

from __future__ import annotations

import re
from collections.abc import Container

_MOST = 63


def make_name(text: str, taken: Container[str] = ()) -> str:
    """Give a name of lowercase letters, digits and underscores.

    Args:
        text: `userId`, `@odata.etag`, `Order Lines`.
        taken: names that it must not have.
    """
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    plain = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_") or "value"
    name = (f"n{plain}" if plain[0].isdigit() else plain)[:_MOST]
    number, free = 2, name
    while free in taken:
        free = f"{name[: _MOST - 3]}_{number}"
        number += 1
    return free


def make_source_name(text: str) -> str:
    """Give the name of a CRM's folder: lowercase letters and digits."""
    plain = re.sub(r"^source[-_]", "", text.lower())
    return re.sub(r"[^a-z0-9]+", "", plain) or "imported"


def escape_braces(text: str) -> str:
    """Write a constant so that no slot is seen in it."""
    return text.replace("{", "{{").replace("}", "}}")


def write_path(keys: tuple[str | int, ...]) -> str:
    """Write keys as a dotted path."""
    return ".".join(str(key).replace(".", "\\.") for key in keys)
