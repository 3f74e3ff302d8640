"""A faithful fake of LeadConduit's Events API."""

from __future__ import annotations

from sandbox.leadconduit.config import LeadConduitConfig
from sandbox.leadconduit.sandbox import LeadConduitSandbox

__all__ = ["LeadConduitConfig", "LeadConduitSandbox"]
