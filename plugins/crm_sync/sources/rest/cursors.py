"""Positions in a list as the manifest keeps them: a page's number means nothing without the page's size."""

from __future__ import annotations

import logging

from crm_sync.config.paging import OffsetPaging, Paging
from crm_sync.sources.base import Cursor

logger = logging.getLogger(__name__)


def write_cursor(paging: Paging, token: str | None, page_size: int, read: int | None = None) -> Cursor:
    """Give what a page's cursor is stored as; None: nothing is left.

    Args:
        paging: page style; where it names a total, the cursor also says how many records came before.
        token: of the page to go on with.
        page_size: records asked for.
        read: records read up to there; None: not known.
    """
    if token is None:
        return None
    counted = {"read": read} if paging.total_path and read is not None else {}
    if isinstance(paging, OffsetPaging):
        return {"page": token, "size": page_size, **counted} if paging.counts == "pages" else token
    return {"token": token, **counted} if counted else token


def read_cursor(cursor: Cursor, page_size: int) -> tuple[str | None, int | None]:
    """Give the token to go on with and how many records came before it.

    Returns:
        No token where the part is to be read from its start; no number where it is not known.
    """
    if not isinstance(cursor, dict):
        return (None if cursor is None else str(cursor)), None
    read = cursor.get("read")
    if "token" in cursor:
        return str(cursor["token"]), read
    if cursor.get("size") == page_size:
        return str(cursor["page"]), read
    logger.info("The page size has changed since page %s: this part is read anew.", cursor.get("page"))
    return None, None
