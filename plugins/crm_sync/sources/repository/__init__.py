"""Files of a repository behind a web API, driven by config; what is in them is read by `sources/files`."""

from __future__ import annotations
