"""Tries out HubSpot's scopes: one record of an object type, and the links of a record that is not there."""

from __future__ import annotations

from crm_sync.config.reads import HubSpotAssociationsRead, HubSpotObjectsRead
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Request, expect_list_at
from crm_sync.sources.vendors.hubspot_api import HubSpotObjects, build_path

_NOBODY = "1"
"""An id that no account has; the right is looked at before the record."""


def probe_objects(client: RestClient, read: HubSpotObjectsRead) -> str:
    """Ask for one record without properties.

    Raises:
        SourceError: the app may not; the message names the scope that is missing.
    """
    HubSpotObjects(client, read.object_type).list_page({"limit": "1", "archived": "false"})
    return "may be read"


def probe_links(client: RestClient, read: HubSpotAssociationsRead) -> str:
    """Ask for the links of nobody, once for each pair of types.

    Raises:
        SourceError: the app may not; the message names the scope that is missing.
    """
    for pair in read.pairs:
        path = build_path(client.api_version, "associations", f"{pair.from_type}/{pair.to_type}/batch/read")
        inputs = {"inputs": [{"id": _NOBODY}]}
        client.send(Request("POST", path, json=inputs, check=expect_list_at("results")))
    return f"links of {len(read.pairs)} pairs of types may be read"
