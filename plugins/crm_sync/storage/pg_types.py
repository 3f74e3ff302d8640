"""psycopg2's classes under names that look like classes."""

from __future__ import annotations

from psycopg2 import extensions

PgConnection = extensions.connection
PgCursor = extensions.cursor
