"""Where records come from: REST APIs, databases, files."""

from __future__ import annotations
