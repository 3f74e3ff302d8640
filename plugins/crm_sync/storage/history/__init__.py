"""The rows of sync_history, and which run may work on an entity."""

from __future__ import annotations
