"""Lists without pages that are cut off: read whole, in parts by the beginning of a field."""

from __future__ import annotations
