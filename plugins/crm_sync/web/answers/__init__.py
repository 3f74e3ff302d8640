"""What the JSON API answers: one module for each view of the page."""

from __future__ import annotations
