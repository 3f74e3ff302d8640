"""Moments as the lake writes them: no zone, three decimals, UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def write_moment(at_ms: int) -> str:
    """Milliseconds since the epoch in the lake's way."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{at_ms % 1000:03d}"
