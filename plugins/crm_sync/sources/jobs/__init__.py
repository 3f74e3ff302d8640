"""Lists whose large reads run as jobs at the source: a job is started, polled, and read in pages."""

from __future__ import annotations
