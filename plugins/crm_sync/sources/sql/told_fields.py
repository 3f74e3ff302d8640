"""The columns of a table, by the catalog of its database, compared with what the YAML takes of them."""

from __future__ import annotations

from collections.abc import Sequence

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import EXPRESSION, SqlTableRead
from crm_sync.constants import FieldType
from crm_sync.exceptions import FatalSourceError
from crm_sync.fields.paths import source_paths
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.kinds import REFUSED, ColumnKind
from crm_sync.sources.sql.probes import ask_in_haste
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import TableQuery, build_query
from crm_sync.sources.sql.table_columns import TableColumns
from crm_sync.sources.told_fields import ToldField, ToldFields

_TYPES = {
    # what the database types otherwise is a text here; of OTHER only values can tell
    **dict.fromkeys(set(ColumnKind) - {ColumnKind.OTHER}, FieldType.STRING),
    **dict.fromkeys((ColumnKind.INTEGER, ColumnKind.TINY), FieldType.INTEGER),
    **dict.fromkeys((ColumnKind.DECIMAL, ColumnKind.MONEY), FieldType.DECIMAL),
    **dict.fromkeys((ColumnKind.FLOAT, ColumnKind.SINGLE), FieldType.NUMBER),
    ColumnKind.BOOLEAN: FieldType.BOOLEAN,
    ColumnKind.DATE: FieldType.DATE,
    **dict.fromkeys((ColumnKind.WALL_TIME, ColumnKind.MOMENT), FieldType.DATETIME),
}


def list_told(entity: EntityConfig, read: SqlTableRead, database: SqlDatabase) -> ToldFields:
    """Ask for all columns of a table and their kinds; no row is read.

    Raises:
        FatalSourceError: the database can't be asked, or has no such table.
        SourceError: it does not answer, or refuses the login.
    """
    return ask_in_haste(database, lambda session: _ask(session, entity, read, database))


def _ask(session: SqlSession, entity: EntityConfig, read: SqlTableRead, database: SqlDatabase) -> ToldFields:
    dialect = database.dialect
    whole = build_query(entity, read, dialect)
    nullable = session.list_columns(whole.table, whole.own)
    if not nullable:
        raise FatalSourceError(f"the database names no column of {read.table} that the user may select.")
    columns = TableColumns(read, dialect, nullable)
    taken = {columns.fold(name) for path in whole.paths if (name := columns.own_name(path)) is not None}
    new = [name for name in nullable if columns.fold(name) not in taken]
    kinds = _ask_kinds(session, entity, read, whole, new) if new else []
    return ToldFields(
        tuple(_describe(name, kind, whole) for name, kind in zip(new, kinds, strict=True)),
        {
            column: " or ".join(paths)
            for column, field in entity.fields.items()
            if all(map(columns.is_gone, paths := source_paths(column, field.source)))
        },
    )


def _ask_kinds(
    session: SqlSession, entity: EntityConfig, read: SqlTableRead, whole: TableQuery, names: Sequence[str]
) -> list[ColumnKind]:
    fields = {f"c{at}": FieldConfig(source=_write_path(name, whole)) for at, name in enumerate(names)}
    keyless = entity.model_copy(update={"fields": fields, "primary_key": ()})
    bare = read.model_copy(update={"cursor": None, "null_cursor": None})
    return session.describe(build_query(keyless, bare, whole.dialect).describe())


def _describe(name: str, kind: ColumnKind, query: TableQuery) -> ToldField:
    path, known = _write_path(name, query), _TYPES.get(kind)
    if kind in REFUSED:
        path = f"{EXPRESSION} {query.dialect.advise(kind).format(_quote(name, query))}"
    # an expression does not say what the column is called
    return ToldField(path, known, kind, "" if path == name else name)


def _write_path(name: str, query: TableQuery) -> str:
    """Write a column as `source` has it: one with a dot in its name would be one of a join."""
    is_plain = "." not in name and not name.startswith(EXPRESSION)
    return name if is_plain else f"{EXPRESSION} {_quote(name, query)}"


def _quote(name: str, query: TableQuery) -> str:
    # the alias of the table is what stands last in its own clause
    return f"{query.own.rpartition(' ')[2]}.{query.dialect.quote(name)}"
