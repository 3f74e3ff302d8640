"""A faithful fake of Arrivy's API."""

from __future__ import annotations

from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.sandbox import ArrivySandbox

__all__ = ["ArrivyConfig", "ArrivySandbox"]
