"""Tries out the links of a record that is not there, once for each pair of types."""

from __future__ import annotations

from collections.abc import Mapping

from crm_sync.config.rest_links import RestLinksRead
from crm_sync.rest.client import RestClient
from crm_sync.sources.links.reader import LinkReader

_NOBODY = "1"
"""An id that no account has; the right is looked at before the record."""


def probe_links(client: RestClient, read: RestLinksRead, paths: Mapping[str, str]) -> str:
    """Ask for the links of nobody, once for each pair of types.

    Raises:
        SourceError: the key may not; the message names the right, where the source does.
    """
    for pair in read.pairs:
        LinkReader(client, read, pair, paths).try_out(_NOBODY)
    return f"links of {len(read.pairs)} pairs of types may be read"
