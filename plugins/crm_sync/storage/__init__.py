"""PostgreSQL and staging: what is written where, and how."""

from __future__ import annotations
