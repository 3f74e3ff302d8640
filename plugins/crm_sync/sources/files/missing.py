"""Mapped columns that a file's header does not have: their stored values stay, and the log says so."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.fields.paths import source_paths
from crm_sync.sources.files.header import RESERVED, get_mapped
from crm_sync.sources.files.notes import show_text

_MAX_NAMES = 3


@dataclass(frozen=True)
class Missing:
    """The parts of the entity that a file's header lacks."""

    columns: frozenset[str]
    """Columns of the table."""
    note: str | None
    """The sentence about it, without the file's name."""


def find_missing(
    header: Sequence[str],
    entity: EntityConfig,
    *,
    seen: Collection[str],
    name: str,
    advice: str = "check delimiter, header_row and encoding",
) -> Missing:
    """Find the mapped columns that no column of the file feeds.

    Args:
        header: names of the file's columns.
        entity: the mapping.
        seen: sources that earlier files of the entity had. A column with a default is missing only when it
            was there once: else its default is the constant that the YAML wants.
        name: of the file.
        advice: what the reader of the message may look at.

    Raises:
        FatalSourceError: the header has none of the mapped columns, so it is none, or another file's.
    """
    gone: dict[str, tuple[str, ...]] = {}
    for column, config in entity.fields.items():
        paths = source_paths(column, config.source)
        if any(path in header or path in RESERVED for path in paths):
            continue
        if config.default is None or any(path in seen for path in paths):
            gone[column] = paths
    if gone and not any(path in header for path in get_mapped(entity)):
        raise FatalSourceError(
            f"File {name}: its header has none of the mapped columns; {advice}. Nothing was read."
        )
    if not gone:
        return Missing(frozenset(), None)
    named = [
        f"'{column}' (from '{paths[0]}'{_hint(column, header, entity)})" for column, paths in gone.items()
    ]
    what, verb = ("mapped column", "is") if len(named) == 1 else ("mapped columns", "are")
    return Missing(
        frozenset(gone),
        f"{what} {', '.join(named)} {verb} not in the header; known rows keep their values. Correct "
        "'source', or remove the column from the YAML.",
    )


def _hint(column: str, header: Sequence[str], entity: EntityConfig) -> str:
    names = guess_names(column, header, entity)
    return f"; likely new: {' or '.join(show_text(name) for name in names)}" if names else ""


def guess_names(column: str, header: Sequence[str], entity: EntityConfig) -> list[str]:
    """Guess a column's new name: names that no other column takes, the most similar first.

    Besides similar names, the name that follows the column which comes before this one in the YAML.
    """
    mapped = get_mapped(entity)
    free = {name: _simplify(name) for name in header if name not in mapped and name not in RESERVED}
    wanted = {_simplify(path) for path in source_paths(column, entity.fields[column].source)} - {""}
    scores = {name: max((_score(plain, one) for one in wanted), default=0.0) for name, plain in free.items()}
    similar = sorted((name for name in free if scores[name] >= 0.6), key=lambda name: -scores[name])
    place = _find_place(column, header, entity)
    by_place = [place] if place in free and place not in similar else []
    return [*similar, *by_place][:_MAX_NAMES]


def _score(plain: str, wanted: str) -> float:
    if plain and min(len(plain), len(wanted)) > 2 and (plain in wanted or wanted in plain):
        return 0.9
    return difflib.SequenceMatcher(None, plain, wanted).ratio()


def _find_place(column: str, header: Sequence[str], entity: EntityConfig) -> str | None:
    columns = list(entity.fields)
    for before in reversed(columns[: columns.index(column)]):
        places = [
            header.index(path)
            for path in source_paths(before, entity.fields[before].source)
            if path in header
        ]
        if places:
            return header[places[0] + 1] if places[0] + 1 < len(header) else None
    return header[0]


def _simplify(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in plain if char.isalnum())
