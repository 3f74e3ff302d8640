"""The statements of one entity: columns named one by one, windows and key positions as bound conditions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import EXPRESSION, SqlTableRead
from crm_sync.exceptions import ConfigError
from crm_sync.fields.paths import source_paths
from crm_sync.sources.sql.dialects import Dialect
from crm_sync.sources.sql.kinds import ColumnKind, Statement, join_clauses
from crm_sync.untyped import Cell


@dataclass(frozen=True)
class Condition:
    """SQL text that is true for wanted rows, with its values."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class TableQuery:
    """How one entity is asked for.

    Args:
        dialect: of the database.
        table: the table's name in its parts.
        paths: names of the columns in the raw chunk: the fields' sources.
        columns: SQL of each column; those beyond `paths` are for positions only.
        keys: SQL of the primary key's columns, in its order.
        cursor: SQL of the modified column, None where there is none.
        null_cursor: SQL of the created column, None where there is none.
        own: SQL of the table and its alias.
        source: SQL after FROM: that and the joins.
        where: SQL that holds for the wanted rows; empty: all are.
    """

    dialect: Dialect
    table: tuple[str, ...]
    paths: tuple[str, ...]
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    cursor: str | None
    null_cursor: str | None
    own: str
    source: str
    where: str = ""

    @property
    def name(self) -> str:
        """The table as the YAML names it."""
        return ".".join(self.table)

    @property
    def _where(self) -> tuple[str, ...]:
        return (f"WHERE {self.where}",) if self.where else ()

    def describe(self) -> Statement:
        """Ask for the columns' kinds and no row."""
        columns = ", ".join(self.columns)
        return Statement(join_clauses(f"SELECT {columns}", f"FROM {self.source}", "WHERE 1 = 0"))

    def count(self) -> Statement:
        """Ask how many rows the table has; joins don't change that."""
        return Statement(join_clauses("SELECT COUNT(*)", f"FROM {self.own}", *self._where))

    def count_joined(self) -> Statement:
        """Ask how many rows a whole read gives."""
        return Statement(join_clauses("SELECT COUNT(*)", f"FROM {self.source}", *self._where))

    def extreme(self, column: str, function: str) -> Statement:
        """Ask for the least or the greatest value of a column: one at a time, so that an index serves."""
        return Statement(join_clauses(f"SELECT {function}({column})", f"FROM {self.source}"))

    def sample(self, column: str, comparison: str, pattern: str) -> Statement:
        """Ask for one text of a column that is like a pattern, or not."""
        placeholder, value = self.dialect.bind(pattern)
        rest = f"FROM {self.source} WHERE {column} {comparison} {placeholder}"
        return Statement(self.dialect.limit(column, rest, 1), (value,))

    def newest(self, cursor: str) -> Statement:
        """Ask for the greatest value of a column of the table."""
        return Statement(join_clauses(f"SELECT {self.dialect.newest(cursor)}", f"FROM {self.own}"))

    def page(
        self,
        conditions: Sequence[Condition],
        order: Sequence[str],
        rows: int,
        kinds: Sequence[ColumnKind],
    ) -> Statement:
        """Ask for the first rows, in an order, that fulfil all conditions; `kinds` are the columns'."""
        texts = [*([f"({self.where})"] if self.where else []), *(one.text for one in conditions)]
        where = f" WHERE {' AND '.join(texts)}" if texts else ""
        rest = f"FROM {self.source}{where} ORDER BY {', '.join(order)}"
        values = tuple(value for one in conditions for value in one.values)
        return Statement(self.dialect.limit(self.dialect.select(self.columns, kinds), rest, rows), values)

    def position_of(self, order: Sequence[str]) -> list[int]:
        """Say where the order's columns stand in a row."""
        return [self.columns.index(column) for column in order]

    def between(self, column: str, low: Cell, high: Cell) -> Condition:
        """Bounds of a window, both inclusive."""
        (first, low), (second, high) = self.dialect.bind(low), self.dialect.bind(high)
        return Condition(f"{column} >= {first} AND {column} <= {second}", (low, high))

    def at(self, order: Sequence[str], position: Sequence[Any]) -> Condition:
        """Rows that share a position."""
        bound = [self.dialect.bind(value) for value in position]
        texts = [f"{column} = {text}" for column, (text, _) in zip(order, bound, strict=True)]
        return Condition(" AND ".join(texts), tuple(value for _, value in bound))

    def after(self, order: Sequence[str], position: Sequence[Any]) -> Condition:
        """Rows after a position.

        `a >= 1 AND (a > 1 OR b > 2)` is a range on an index; a comparison of rows is one on PostgreSQL only,
        and `a > 1 OR b > 2` never ends.
        """
        if self.dialect.has_row_values and len(order) > 1:
            bound = [self.dialect.bind(value) for value in position]
            left, right = ", ".join(order), ", ".join(text for text, _ in bound)
            return Condition(f"({left}) > ({right})", tuple(value for _, value in bound))
        placeholder, value = self.dialect.bind(position[0])
        column = order[0]
        if len(order) == 1:
            return Condition(f"{column} > {placeholder}", (value,))
        rest = self.after(order[1:], position[1:])
        text = f"{column} >= {placeholder} AND ({column} > {placeholder} OR ({rest.text}))"
        return Condition(text, (value, value, *rest.values))


def build_query(
    entity: EntityConfig,
    read: SqlTableRead,
    dialect: Dialect,
    *,
    gone: Collection[str] = (),
    spelled: Mapping[str, str] | None = None,
) -> TableQuery:
    """Write an entity's columns, keys and joins in the words of a database.

    Args:
        entity: its configuration.
        read: the same.
        dialect: of the database.
        gone: paths that the table has no column for any more.
        spelled: names of columns as the table spells them, by how they are written elsewhere.

    Raises:
        ConfigError: a key is no plain column, or SQL text from YAML can't be sent.
    """
    writer = _Writer(entity, read, dialect, spelled or {})
    named = (source_paths(name, field.source) for name, field in entity.fields.items())
    paths = tuple(dict.fromkeys(path for group in named for path in group if path not in gone))
    columns = [writer.write(path) for path in paths]
    keys = tuple(writer.write_key(name) for name in entity.primary_key)
    cursor, null_cursor = writer.write_cursor("cursor"), writer.write_cursor("null_cursor")
    hidden = [column for column in (*keys, cursor, null_cursor) if column and column not in columns]
    table = tuple(read.table.split("."))
    own = f"{'.'.join(dialect.quote(part) for part in table)} {dialect.quote(read.alias)}"
    joins = [writer.keep(text, f"read.joins.{number}") for number, text in enumerate(read.joins)]
    return TableQuery(
        dialect,
        table,
        paths,
        (*columns, *dict.fromkeys(hidden)),
        keys,
        cursor,
        null_cursor,
        own=own,
        source=" ".join([own, *joins]),
        where=writer.keep(read.where, "read.where"),
    )


@dataclass(frozen=True)
class _Writer:
    entity: EntityConfig
    read: SqlTableRead
    dialect: Dialect
    spelled: Mapping[str, str]

    def write(self, path: str) -> str:
        """Write a field's source: an expression as it is, a name quoted; `s.id` is a column of a join."""
        if path.startswith(EXPRESSION):
            return f"({self.keep(path.removeprefix(EXPRESSION).strip(), 'fields')})"
        return self._column(path)

    def write_key(self, column: str) -> str:
        paths = source_paths(column, self.entity.fields[column].source)
        if len(paths) > 1 or paths[0].startswith(EXPRESSION):
            raise self._wrong("primary_key", "fields whose source is one column of the table", str(paths[0]))
        return self._column(paths[0])

    def write_cursor(self, key: str) -> str | None:
        name: str | None = getattr(self.read, key)
        return None if name is None else self._column(name)

    def keep(self, text: str, key: str) -> str:
        try:
            return self.dialect.keep_text(text)
        except ValueError as error:
            raise self._wrong(key, str(error), text) from error

    def _column(self, name: str) -> str:
        parts = name.split(".") if "." in name else [self.read.alias, self.spelled.get(name, name)]
        return ".".join(self.dialect.quote(part) for part in parts)

    def _wrong(self, key: str, expected: str, got: str) -> ConfigError:
        where = f"{self.entity.crm_source}/{self.entity.sync_type}.yaml"
        return ConfigError(where, key, expected, got=got)
