"""Decides when a fetch saves its manifest: from time to time, and always when reading ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from crm_sync.storage.staging import Staging


@dataclass
class Checkpoint:
    """Saves the manifest of a fetch, but never while a page is only half stored.

    Pages that come in fast share a checkpoint, since saving takes as long as storing several of them; only a
    killed process asks for those again.

    Args:
        staging: the run's folder.
        read_metrics: gives the fetch's figures so far.
        every_s: least seconds between two checkpoints; 0 makes one after each page.
    """

    staging: Staging
    read_metrics: Callable[[], dict[str, float]]
    every_s: float
    is_between_pages: bool = True
    _next_at: float = 0.0

    def begin_page(self) -> None:
        """Note that a page is about to be stored."""
        self.is_between_pages = False

    def end_page(self, *, is_landmark: bool = False) -> None:
        """Note that the page is stored whole, and save now or when it is time."""
        self.is_between_pages = True
        if is_landmark or time.monotonic() >= self._next_at:
            self.save()

    def save(self) -> None:
        """Save the state; if a page could not be stored, the latest checkpoint stays."""
        if self.is_between_pages:
            self.staging.manifest.metrics = self.read_metrics()
            self.staging.save_manifest()
            self._next_at = time.monotonic() + self.every_s
