"""Only what configuration cannot say about one CRM."""

from __future__ import annotations
