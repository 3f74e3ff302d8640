"""Pages of rows as a run stages them: frames named after the fields' sources."""

from __future__ import annotations

from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Cursor, Page
from crm_sync.sources.sql.keyset import RowPage
from crm_sync.sources.sql.machine_numbers import spell_numbers
from crm_sync.sources.sql.table_columns import key_names
from crm_sync.sources.sql.table_look import TableLook
from crm_sync.sources.sql.values import Sorts, build_frame, find_types


class RowFrames:
    """Builds the pages of one read; call `begin` before the first.

    Args:
        entity: configuration.
        zone: of the database's clock, where it is not the entity's.
    """

    def __init__(self, entity: EntityConfig, *, zone: str | None) -> None:
        self.bytes = 0
        """Size of all pages so far."""
        self._entity, self._zone = entity, zone
        self._types, self._keys = find_types(entity), key_names(entity)
        self._look: TableLook
        self._sorts: Sorts = {}

    def begin(self, look: TableLook) -> None:
        """Begin a read of the table, as it was found."""
        self._look, self._sorts = look, {}

    def build(self, page: RowPage, *, key: str) -> Page:
        """Build a page; its cursor is the position after the last row and the rows up to it.

        Args:
            page: as it was read.
            key: cursor key of its walk.
        """
        kinds, paths, columns = self._look.kinds, self._look.query.paths, page.block.build()
        how: dict[str, Any] = {"types": self._types, "keys": self._keys, "sorts": self._sorts}
        frame = build_frame(columns, kinds, paths, zone=self._zone, **how)
        frame = spell_numbers(frame, columns, kinds, paths, self._entity)
        self.bytes += int(frame.estimated_size())
        cursor: Cursor = None if page.after is None else {"after": page.after, "rows": page.done}
        return Page(
            lines=None,
            frame=frame,
            records=page.block.rows,
            key_paths=frozenset(paths),
            cursor_key=key,
            cursor=cursor,
            missing=self._look.gone.fields,
        )
