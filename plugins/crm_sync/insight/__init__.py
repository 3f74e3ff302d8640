"""What the history says to people: how fresh entities are, what runs did and what was rejected."""

from __future__ import annotations
