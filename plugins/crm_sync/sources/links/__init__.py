"""Links between records over REST: read for known parents, whole per parent."""

from __future__ import annotations
