"""What config can't say about a vendor's HTTP: its errors, its rate headers, its tiers."""

from __future__ import annotations
