"""Positions in a list as the manifest keeps them: a page's number means nothing without the page's size."""

from __future__ import annotations

import logging

from crm_sync.config.rest_reads import OffsetPaging, Paging
from crm_sync.sources.base import Cursor

logger = logging.getLogger(__name__)


def write_cursor(paging: Paging, token: str | None, page_size: int) -> Cursor:
    """Give what a page's cursor is stored as; None: nothing is left."""
    if token is not None and isinstance(paging, OffsetPaging) and paging.counts == "pages":
        return {"page": token, "size": page_size}
    return token


def read_cursor(cursor: Cursor, page_size: int) -> str | None:
    """Give the token to go on with; None where the part is to be read from its start."""
    if not isinstance(cursor, dict):
        return None if cursor is None else str(cursor)
    if cursor.get("size") == page_size:
        return str(cursor["page"])
    logger.info("The page size has changed since page %s: this part is read anew.", cursor.get("page"))
    return None
