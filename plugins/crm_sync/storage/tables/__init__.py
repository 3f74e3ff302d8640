"""Target tables: created and changed so that they fit their entity."""

from __future__ import annotations
