"""Faithful local fakes of the vendors' APIs, for tests, the demo run and users who try the package."""

from __future__ import annotations
