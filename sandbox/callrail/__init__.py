"""A faithful fake of CallRail's API v3."""

from __future__ import annotations

from sandbox.callrail.config import CallRailConfig
from sandbox.callrail.sandbox import CallRailSandbox

__all__ = ["CallRailConfig", "CallRailSandbox"]
