"""A faithful fake of MarketSharp's OData read API."""

from __future__ import annotations

from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.sandbox import MarketSharpSandbox

__all__ = ["MarketSharpConfig", "MarketSharpSandbox"]
