"""Tabs of spreadsheets over REST: titles in a header row, cells by ranges, driven by YAML."""

from __future__ import annotations
