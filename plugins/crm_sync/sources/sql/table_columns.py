"""Compares a table with the YAML: columns that are gone, keys that may be null, refused kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import EXPRESSION, SqlTableRead
from crm_sync.exceptions import FatalSourceError
from crm_sync.fields.paths import source_paths
from crm_sync.sources.sql.dialects import Dialect
from crm_sync.sources.sql.kinds import REFUSED, ColumnKind
from crm_sync.sources.sql.statements import TableQuery

_NAMED = re.compile(r"(?i)column:? [\"'`\[]?([\w.]+)")
"""How databases name a column that they don't have."""


@dataclass(frozen=True)
class GoneColumns:
    """The mapped columns that a table lacks.

    Args:
        paths: sources of fields that are left out of the statements.
        fields: columns of our table that keep what they have.
        notes: a sentence for each.
    """

    paths: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableColumns:
    """The columns of a table.

    Args:
        read: of the entity.
        dialect: of the database.
        nullable: name to whether it may be null; None where that can't be asked.
    """

    read: SqlTableRead
    dialect: Dialect
    nullable: Mapping[str, bool] | None

    def find_gone(self, entity: EntityConfig) -> GoneColumns:
        """Compare them with what an entity maps.

        Raises:
            FatalSourceError: one that the read can't do without is not there.
        """
        if not self.nullable:
            # the database itself reports a table that does not exist
            return GoneColumns()
        for path, need in self._list_needed(entity):
            if self.is_gone(path):
                raise FatalSourceError(
                    f"{self.read.table} has no column {path}, which {need} needs{self._guess(path)}."
                )
        gone: dict[str, set[str]] = {}
        fields: set[str] = set()
        for name, field in entity.fields.items():
            paths = source_paths(name, field.source)
            missing = [path for path in paths if self.is_gone(path)]
            for path in missing:
                gone.setdefault(path, set()).add(name)
            if len(missing) == len(paths):
                fields.add(name)
        notes = [
            f"{self.read.table} no longer has the column {path}{self._guess(path)}: "
            f"{', '.join(sorted(names))} {'keeps' if len(names) == 1 else 'keep'} the stored values."
            for path, names in gone.items()
        ]
        return GoneColumns(frozenset(gone), frozenset(fields), tuple(notes))

    def find_spelling(self, entity: EntityConfig) -> dict[str, str]:
        """Give the columns that the table spells in another case, by how the YAML writes them."""
        if not self.read.any_case:
            return {}
        by_fold = {name.casefold(): name for name in self.nullable or ()}
        named = [path for name, field in entity.fields.items() for path in source_paths(name, field.source)]
        named += [*key_names(entity), *(one for one in (self.read.cursor, self.read.null_cursor) if one)]
        other = [path for path in named if path not in (self.nullable or {})]
        return {path: by_fold[path.casefold()] for path in other if path.casefold() in by_fold}

    def find_nullable(self, entity: EntityConfig) -> list[int]:
        """Give the places of the key's columns that may be null."""
        known = {self.fold(name): nullable for name, nullable in (self.nullable or {}).items()}
        names = [self.own_name(path) for path in key_names(entity)]
        return [at for at, name in enumerate(names) if name is not None and known.get(self.fold(name), False)]

    def explain(self, message: str) -> str:
        """Add the likely name to a database's words for a column that is not there."""
        found = _NAMED.search(message)
        return message if found is None else f"{message}{self._guess(found[1].rpartition('.')[2])}"

    def _list_needed(self, entity: EntityConfig) -> Iterator[tuple[str, str]]:
        for path in key_names(entity):
            yield path, "primary_key"
        for key in ("cursor", "null_cursor"):
            if (name := getattr(self.read, key)) is not None:
                yield name, f"read.{key}"
        for name, field in entity.fields.items():
            if field.required or name == entity.modified_column:
                paths = source_paths(name, field.source)
                if all(self.is_gone(path) for path in paths):
                    yield paths[0], f"fields.{name}"

    def is_gone(self, path: str) -> bool:
        """Say whether a path is a column that the table lacks."""
        name = self.own_name(path)
        known = {self.fold(one) for one in self.nullable or ()}
        return name is not None and self.fold(name) not in known

    def own_name(self, path: str) -> str | None:
        """Give a column's name; None for one of a join, or an expression."""
        if path.startswith(EXPRESSION):
            return None
        alias, dot, name = path.partition(".")
        if not dot:
            return path
        return name if alias == self.read.alias else None

    def fold(self, name: str) -> str:
        """Write a name so that two spellings of one column are the same."""
        return name.casefold() if self.dialect.is_case_blind or self.read.any_case else name

    def _guess(self, path: str) -> str:
        name = self.own_name(path) or path
        by_fold = {one.casefold(): one for one in self.nullable or ()}
        likely = [by_fold[one] for one in get_close_matches(name.casefold(), list(by_fold), 2, 0.5)]
        return f" (is it {' or '.join(likely)} now?)" if likely else ""


def key_names(entity: EntityConfig) -> list[str]:
    """Give the source of each part of the primary key."""
    return [source_paths(name, entity.fields[name].source)[0] for name in entity.primary_key]


def check_kinds(query: TableQuery, kinds: Sequence[ColumnKind]) -> None:
    """Refuse columns that have no single text.

    Raises:
        FatalSourceError: naming column, type and what to write.
    """
    for path, column, kind in zip(query.paths, query.columns, kinds, strict=False):
        if kind in REFUSED:
            instead = query.dialect.advise(kind).format(column.replace('"', "").replace("`", ""))
            raise FatalSourceError(
                f"{query.name}: column {path} holds {kind}, which has no text of its own: "
                f'write source: "expr: {instead}", or leave the field out.'
            )
