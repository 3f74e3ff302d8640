"""Files as a source: CSV and JSON lines, from folders, buckets and web servers."""

from __future__ import annotations
