"""Records read by ranges of their ids, side by side."""

from __future__ import annotations
