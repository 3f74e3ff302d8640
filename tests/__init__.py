"""A regular package: a distribution that tests use has one of this name, too, and namespaces come last."""

from __future__ import annotations

from pathlib import Path

# slipcover loads packages as if they were modules
__path__ = [str(Path(__file__).parent)]
