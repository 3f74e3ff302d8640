"""Names of columns for an account's fields: snake case, free, and no word that SQL has for something else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from crm_sync.constants import BOOKKEEPING_COLUMNS

_MOST = 55
"""PostgreSQL cuts names at 63 bytes; a number may come behind one that is taken."""
_OPAQUE = re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)
"""A name that says nothing to people, such as a hash."""

# without quotes, `select user` is the database's user and `order` an error; of a table's own columns
# PostgreSQL allows no second one. Source: PostgreSQL 18, appendix C and 5.6, read 2026-11
_RESERVED_WORDS = (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check "
    "collate collation column concurrently constraint create cross current_catalog current_date "
    "current_role current_schema current_time current_timestamp current_user default deferrable desc "
    "distinct do else end except false fetch for foreign freeze from full grant group having ilike in "
    "initially inner intersect into is isnull join lateral leading left like limit localtime "
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary "
    "references returning right select session_user similar some symmetric system_user table tablesample "
    "then to trailing true union unique user using variadic verbose when where window with cmax cmin ctid "
    "tableoid xmax xmin "
)
_RESERVED = frozenset(_RESERVED_WORDS.split())
_OWN = frozenset({*BOOKKEEPING_COLUMNS, "extra"})


def name_column(path: tuple[str, ...], label: str, taken: Collection[str]) -> str:
    """Give a field's column a name that the table can have.

    Args:
        path: the keys to the field in its record; the last one names it, unless it is taken.
        label: what people call it; it names a field whose own name is a hash.
        taken: the names that the table has already.
    """
    own = label if label and _OPAQUE.fullmatch(path[-1]) else path[-1]
    names = [write_snake_case(own) or write_snake_case(label) or "field"]
    if len(path) > 1:
        names.append(write_snake_case(f"{path[-2]} {own}"))
    fitting = [_avoid_words(name) for name in names]
    if free := next((name for name in fitting if name not in taken), None):
        return free
    number = 2
    while f"{fitting[0]}_{number}" in taken:
        number += 1
    return f"{fitting[0]}_{number}"


def write_snake_case(text: str) -> str:
    """Write a text in lower case, its words joined by `_`; empty where no letter or digit is left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    name = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")[:_MOST].rstrip("_")
    return f"field_{name}" if name[:1].isdigit() else name


def _avoid_words(name: str) -> str:
    return f"{name}_value" if name in _RESERVED or name in _OWN else name
