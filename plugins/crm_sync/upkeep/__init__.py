"""Removes what nobody asks for any more: old runs, resolved rejects, files that failed runs left behind."""

from __future__ import annotations
