"""Rows of the target tables: written, replaced, marked as gone."""

from __future__ import annotations
