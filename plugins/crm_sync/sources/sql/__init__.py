"""Tables of SQL databases as a source."""

from __future__ import annotations
