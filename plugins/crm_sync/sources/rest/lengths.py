"""Asks a list for its length, where its answers name a total: one call for each part, of one record."""

from __future__ import annotations

from crm_sync.config.rest_reads import RestListRead
from crm_sync.rest.client import RestClient
from crm_sync.sources.rest.pages import PageReader
from crm_sync.sources.rest.part import Part

MOST_ASKED = 10
"""A list in more parts than this is not asked: it would cost more than it tells."""


def ask_total(client: RestClient, read: RestListRead, part: Part) -> int | None:
    """Give the total that the first answer of a part names; None: it names none.

    Raises:
        SourceError: it can't be asked.
    """
    paging = part.one.paging or read.paging
    if not part.one.paged or not paging.total_path:
        return None
    return PageReader(client, part, paging, 1).read(None).said.total
