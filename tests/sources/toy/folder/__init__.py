"""A kind of read that a test adds."""

from __future__ import annotations
