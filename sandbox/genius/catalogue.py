"""All tables of the legacy CRM: one short text per table, from which its DDL and its made-up rows follow.

`name type` is a column that may be NULL, `name type!` one that may not.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.genius import (
    catalogue_appointments,
    catalogue_change_orders,
    catalogue_jobs,
    catalogue_marketing,
    catalogue_organisation,
    catalogue_people,
)
from sandbox.genius.table import Table

_PARTS = (
    catalogue_organisation,
    catalogue_marketing,
    catalogue_people,
    catalogue_appointments,
    catalogue_jobs,
    catalogue_change_orders,
)
TABLES: Mapping[str, Table] = {table.name: table for part in _PARTS for table in part.TABLES}
"""By name of the table in the database."""

BY_SYNC_TYPE: Mapping[str, Table] = {table.sync_type: table for table in TABLES.values()}
"""By name of the entity that is read from it."""
