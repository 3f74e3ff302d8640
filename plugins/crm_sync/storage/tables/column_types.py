"""Which change of a column's type is safe, and the statement for it; running it is left to `target_table.py`.

A type is only widened: every stored value keeps its meaning and stays comparable with what the source sends.
"""

from __future__ import annotations

import re
from enum import StrEnum

_INTEGERS = {"smallint", "integer", "bigint"}
_MODIFIER = re.compile(r"\(.*\)")
_USING = {
    "timestamp with time zone": "{column}::timestamp at time zone 'UTC'",
}
_SAME = {"timestamptz": "timestamp with time zone"}
_WIDER: dict[str, set[str]] = {
    "bigint": {"smallint", "integer"},
    "numeric": _INTEGERS,
    "timestamp with time zone": {"date"},
    "boolean": set(),
    "date": set(),
    "jsonb": set(),
}
"""Wanted type to the narrower ones that may become it; one with a length or precision is narrower too."""
_KEPT: dict[str, set[str]] = {
    "bigint": {"numeric"},
    "numeric": set(),
    "date": {"timestamp with time zone"},
    "timestamp with time zone": set(),
    "boolean": set(),
    "jsonb": set(),
}
"""Wanted type to the wider ones that hold its values as they are; text holds all."""
_CUT_OFF = {"name", '"char"', "bpchar"}
"""String types that cut a longer text off, or the blanks at its end, without an error."""


class Change(StrEnum):
    """What a difference between the wanted and the stored type calls for."""

    NONE = "none"
    """The stored type holds every value of the wanted one."""
    WIDEN = "widen"
    REFUSE = "refuse"
    """Values could change their meaning or be lost: the user has to decide."""


def compare_types(stored: str, wanted: str, *, category: str) -> Change:
    """Say whether a column must be, and may be, changed.

    Args:
        stored: the column's type as `format_type` prints it, with length or precision.
        wanted: the configuration's type, for example `timestamptz`.
        category: `pg_type.typcategory` of the stored type; `S` are the string types.
    """
    wanted = _SAME.get(wanted, wanted)
    bare = _MODIFIER.sub("", stored)
    is_limited = bare != stored or bare in _CUT_OFF
    is_unlimited_string = category == "S" and not is_limited
    if wanted == "text":
        # an unlimited string type of the user's own (citext, a domain) holds any text as it is
        return Change.NONE if is_unlimited_string else Change.WIDEN
    if bare == wanted:
        return Change.WIDEN if is_limited else Change.NONE
    if is_unlimited_string or (bare in _KEPT[wanted] and not is_limited):
        return Change.NONE
    return Change.WIDEN if bare in _WIDER[wanted] else Change.REFUSE


def get_conversion(stored: str, wanted: str) -> str:
    """Give the USING expression of a change, `{column}` standing for the quoted name."""
    wanted = _SAME.get(wanted, wanted)
    if stored == "date" and wanted in _USING:
        return _USING[wanted]
    return f"{{column}}::{wanted}"
