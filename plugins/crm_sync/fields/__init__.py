"""Field types, rules and mapping: raw chunks to typed columns."""

from __future__ import annotations
