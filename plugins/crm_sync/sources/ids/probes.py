"""Tries out the list of a `rest_ids` entity: one record, without a field."""

from __future__ import annotations

from collections.abc import Mapping

from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.rest.client import RestClient
from crm_sync.sources.ids.calls import IdCalls


def probe_ids(client: RestClient, read: RestIdsRead, paths: Mapping[str, str]) -> str:
    """Ask for one record.

    Raises:
        SourceError: the key may not; the message names the right, where the source does.
    """
    IdCalls(client, read, paths).list_page(None, archived=False, limit=1)
    return "may be read"
