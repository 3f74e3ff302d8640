"""A faithful fake of HubSpot's CRM API."""

from __future__ import annotations

from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.sandbox import HubSpotSandbox

__all__ = ["HubSpotConfig", "HubSpotSandbox"]
