"""Makes the views of the crm_sync schema, and makes them all anew where columns of one have changed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from psycopg2 import errors, sql

from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.sql_files import SqlFile, load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

logger = logging.getLogger(__name__)


def make_views(cursor: PgCursor, changed: list[SqlFile], every: list[SqlFile]) -> list[SqlFile]:
    """Run the files of new and changed views; gives those that were run.

    PostgreSQL replaces a view as long as it only gets columns at its end. Where one has other columns now,
    all are dropped, as they stand on each other, and made anew, with the rights that others had on them.

    Args:
        cursor: of the transaction of the migration.
        changed: views that are missing or whose text has changed.
        every: all views, in an order in which they can be made.

    Raises:
        SchemaFaultError: an object of the user's own stands on a view that would have to go.
    """
    cursor.execute("savepoint views")
    try:
        for file in changed:
            cursor.execute(file.text)
    except errors.InvalidTableDefinition:
        cursor.execute("rollback to savepoint views")
        _make_anew(cursor, every)
        return every
    return changed


def _make_anew(cursor: PgCursor, every: list[SqlFile]) -> None:
    names = [file.name.rpartition("/")[2] for file in every]
    cursor.execute(load_sql("queries/select_view_grants"), {"views": names})
    grants = [statement for (statement,) in cursor.fetchall()]
    views = sql.SQL(", ").join(sql.Identifier("crm_sync", name) for name in names)
    try:
        cursor.execute(sql.SQL("drop view if exists {}").format(views))
    except errors.DependentObjectsStillExist as error:
        told = "; ".join((error.diag.message_detail or str(error)).splitlines())
        raise SchemaFaultError(
            "views of the schema crm_sync have other columns in this version and must be made anew, but "
            f"something else stands on them: {told}; drop that, run again, and create it once more"
        ) from error
    for file in every:
        cursor.execute(file.text)
    for grant in grants:
        cursor.execute(grant)
    logger.info("crm_sync schema: made all views anew, as columns of one have changed")
