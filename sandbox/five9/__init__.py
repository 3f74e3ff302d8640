"""A faithful fake of Five9's administrative web service."""

from __future__ import annotations

from sandbox.five9.config import Five9Config
from sandbox.five9.sandbox import Five9Sandbox

__all__ = ["Five9Config", "Five9Sandbox"]
