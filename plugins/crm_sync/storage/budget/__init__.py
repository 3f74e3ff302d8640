"""The rate budget that all processes of one account share."""

from __future__ import annotations
