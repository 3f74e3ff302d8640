"""The titles of a tab: which column each stands over, and which columns of the table nothing fills."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_grid import OWN_SOURCES
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.fields.paths import source_paths
from crm_sync.rest.decoding import make_printable
from crm_sync.sources.files.missing import guess_names
from crm_sync.sources.grid.ranges import name_column
from crm_sync.sources.rest.labels import fold_label

_SHOWN_CHARS = 60


@dataclass(frozen=True)
class Header:
    """The titles of one read."""

    names: Mapping[int, str]
    """By column, counted from 0, the key that its cells get; a column without a title is not there."""
    missing: frozenset[str]
    """Columns of the table whose titles are gone."""
    notes: tuple[str, ...]

    @property
    def width(self) -> int:
        """Give the number of columns up to the last title."""
        return max(self.names) + 1

    @property
    def mapped(self) -> frozenset[str]:
        """Give the keys that cells get."""
        return frozenset(self.names.values())


def read_header(
    cells: Sequence[object], entity: EntityConfig, where: str, *, seen: Collection[str] = ()
) -> Header:
    """Read the titles.

    Args:
        cells: of the header row.
        entity: whose columns name titles.
        where: tab and row, for messages.
        seen: sources that earlier reads found; a column with a default is missing only if it was there once.

    Raises:
        UnexpectedResponseError: there is no title, one that a column needs is there twice, or one that the
            entity can't do without is missing.
    """
    titles = {at: title for at, cell in enumerate(cells) if (title := _clean(cell))}
    if not titles:
        raise UnexpectedResponseError(f"{where}: the header row is blank")
    wanted = {fold_label(path): path for path in _list_paths(entity)}
    places: dict[str, list[int]] = {}
    for at, title in titles.items():
        places.setdefault(fold_label(title), []).append(at)
    notes = [note] if (note := _describe_gaps(titles, where)) else []
    names: dict[int, str] = {}
    for folded, found in places.items():
        name = wanted.get(folded, titles[found[0]])
        if len(found) > 1 and folded in wanted:
            raise UnexpectedResponseError(
                f"{where}: the title '{_show(name)}' stands over {_join(found)}, so it is not known which of "
                f"them fills {_name_columns(entity, name)}"
            )
        if len(found) > 1:
            notes.append(
                f"{where}: the title '{_show(name)}' stands over {_join(found)}; no column needs it, and "
                "extra keeps each under its title and its letter."
            )
        for at in found:
            own = name if len(found) == 1 else f"{name} (column {name_column(at)})"
            names[at] = f"{own}_" if own in OWN_SOURCES else own
    names = dict(sorted(names.items()))
    missing, note = _find_missing(entity, list(names.values()), where, seen)
    return Header(names, missing, (*notes, *([note] if note else ())))


def _list_paths(entity: EntityConfig) -> list[str]:
    paths = (path for name, field in entity.fields.items() for path in source_paths(name, field.source))
    return [path for path in paths if path not in OWN_SOURCES]


def _clean(cell: object) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _describe_gaps(titles: Mapping[int, str], where: str) -> str | None:
    gaps = [at for at in range(max(titles)) if at not in titles]
    if not gaps:
        return None
    verb, whose = ("has", "its") if len(gaps) == 1 else ("have", "their")
    return f"{where}: {_join(gaps)} {verb} no title, so {whose} cells are not read."


def _find_missing(
    entity: EntityConfig, names: list[str], where: str, seen: Collection[str]
) -> tuple[frozenset[str], str | None]:
    there = {*names, *OWN_SOURCES}
    gone: dict[str, str] = {}
    for column, field in entity.fields.items():
        paths = source_paths(column, field.source)
        was_there = field.default is None or any(path in seen for path in paths)
        if was_there and there.isdisjoint(paths):
            likely = " or ".join(f"'{_show(name)}'" for name in guess_names(column, names, entity))
            gone[column] = f"'{paths[0]}'" + (f" (now {likely}?)" if likely else "")
    needed = [column for column in gone if column in entity.needed]
    if needed:
        raise UnexpectedResponseError(
            f"{where}: there is no title {', '.join(gone[column] for column in needed)}; without "
            f"{', '.join(needed)} {entity.sync_type} can't be synced. Correct the title, or `source` in YAML"
        )
    if not gone:
        return frozenset(), None
    what = ", ".join(f"{title} for column {column}" for column, title in gone.items())
    return frozenset(gone), f"{where}: there is no title {what}; known rows keep their values."


def _name_columns(entity: EntityConfig, path: str) -> str:
    fed = (name for name, field in entity.fields.items() if path in source_paths(name, field.source))
    return " and ".join(fed)


def _join(places: Sequence[int]) -> str:
    letters = [name_column(at) for at in places]
    what = "column" if len(letters) == 1 else "columns"
    return f"{what} {', '.join(letters[:-1])} and {letters[-1]}" if letters[1:] else f"{what} {letters[0]}"


def _show(text: str) -> str:
    """Give a title for log and history; anybody who edits the sheet writes it."""
    shown = "".join(one if one.isprintable() else "?" for one in make_printable(text))
    return shown if len(shown) <= _SHOWN_CHARS else shown[:_SHOWN_CHARS] + "…"
