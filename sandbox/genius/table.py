"""One table of the legacy CRM: its columns, and the DDL that makes it."""

from __future__ import annotations

from dataclasses import dataclass

_OPTIONS = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci"


@dataclass(frozen=True)
class Column:
    """One column; `type` is MySQL's, with its length."""

    name: str
    type: str
    is_nullable: bool

    @property
    def kind(self) -> str:
        """The type without length and sign."""
        return self.type.partition("(")[0].partition(" ")[0]

    @property
    def length(self) -> int:
        """Characters that fit, or digits of a decimal; 0 where the type has no such number."""
        return int(self.type.partition("(")[2].partition(")")[0].partition(",")[0] or 0)


@dataclass(frozen=True)
class Table:
    """One table.

    Args:
        name: in the database.
        sync_type: entity that is read from it.
        key: columns of the primary key.
        columns: all columns in their order.
        cursor: column that the application sets when it changes a row; None: there is none in use.
        created: column with the moment of the row's creation.
        has_index: an index starts with the cursor; legacy schemas lack some.
    """

    name: str
    sync_type: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    cursor: str | None = None
    created: str | None = None
    has_index: bool = True

    def column(self, name: str) -> Column:
        """Find a column by its name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def changed_column(self) -> str | None:
        """Column that is written with every change, also where nobody reads by it."""
        names = {column.name for column in self.columns}
        return self.cursor or ("updated_at" if "updated_at" in names else None)

    def ddl(self) -> str:
        """Give the statement that makes the table."""
        lines = [f"{quote(c.name)} {c.type} {'NULL' if c.is_nullable else 'NOT NULL'}" for c in self.columns]
        lines.append(f"PRIMARY KEY ({', '.join(map(quote, self.key))})")
        if self.cursor is not None and self.has_index:
            lines.append(f"KEY changed ({', '.join(map(quote, (self.cursor, *self.key)))})")
        return f"CREATE TABLE {quote(self.name)} ({', '.join(lines)}) {_OPTIONS}"


def table(  # noqa: PLR0913 - one short call per table
    name: str,
    sync_type: str,
    key: str,
    columns: str,
    *,
    cursor: str | None = None,
    created: str | None = None,
    has_index: bool = True,
) -> Table:
    """Read a table from the text of its columns: `name type` may be NULL, `name type!` may not."""
    parsed = []
    for text in " ".join(columns.split()).split(", "):
        column, _, kind = text.partition(" ")
        parsed.append(Column(column, kind.removesuffix("!"), is_nullable=not kind.endswith("!")))
    return Table(name, sync_type, tuple(key.split()), tuple(parsed), cursor, created, has_index)


def quote(name: str) -> str:
    """Quote a name of the database: `lead` is a reserved word of MySQL 8."""
    return "`" + name.replace("`", "``") + "`"
