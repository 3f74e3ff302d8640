r"""How the place of a value in a record is written: keys joined by dots; a dot inside a key is `\.`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_DOT = re.compile(r"(?<!\\)\.")


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[str, ...]:
    """Split a path into its keys."""
    if "\\" not in path:
        return tuple(path.split("."))
    return tuple(part.replace("\\.", ".") for part in _DOT.split(path))


def join_path(keys: Iterable[str]) -> str:
    """Write keys as one path."""
    return ".".join(key.replace(".", "\\.") for key in keys)
