"""The routes of the JSON API: one module for each view of the page."""

from __future__ import annotations
