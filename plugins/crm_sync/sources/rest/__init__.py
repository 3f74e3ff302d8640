"""REST lists as a source, driven by config."""

from __future__ import annotations
