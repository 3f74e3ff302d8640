"""What the stage at work has done, for whoever watches: the heartbeat's thread reads it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_sync.constants import Stage
from crm_sync.storage.staging import Manifest


@dataclass
class LiveProgress:
    """The progress of one process; it reads numbers that another thread changes, and changes none.

    Args:
        clock: the worker's, aware UTC.
    """

    clock: Callable[[], datetime]
    expected: int | None = field(default=None, init=False)
    """Records that the source has counted; None: it can't."""
    _stage: Stage | None = field(default=None, init=False)
    _manifest: Manifest | None = field(default=None, init=False)
    _since: str = field(default="", init=False)
    _before: int = field(default=0, init=False)

    def begin(self, stage: Stage, manifest: Manifest) -> None:
        """Note that a stage begins with what earlier tries of it have done."""
        self._stage, self._manifest = stage, manifest
        self._since, self._before = self.clock().isoformat(), _count_done(stage, manifest)

    def expect(self, records: int | None) -> None:
        """Note how many records the source says there are."""
        self.expected = records

    def read(self) -> dict[str, Any] | None:
        """Give the progress as `crm_sync.sync_owners` keeps it; None: no stage has begun.

        Returns:
            `stage`, `mode` of the read, `done` and `total` (records of the stage; total None: unknown),
            `before` (of them, those of earlier tries), `fetched`, and `since` when this process works.
        """
        stage, manifest = self._stage, self._manifest
        if stage is None or manifest is None:
            return None
        return {
            "stage": str(stage),
            "mode": manifest.plan.get("mode"),
            "done": _count_done(stage, manifest),
            "total": self.expected if stage is Stage.FETCH else manifest.records,
            "before": self._before,
            "fetched": manifest.records,
            "since": self._since,
        }


def _count_done(stage: Stage, manifest: Manifest) -> int:
    """Count the records that a stage has done; what save has done stands in the history row."""
    if stage is Stage.FETCH:
        return manifest.records
    if stage is Stage.SAVE:
        return 0
    return _count(manifest, manifest.transformed if stage is Stage.TRANSFORM else manifest.validated)


def _count(manifest: Manifest, numbers: Collection[int]) -> int:
    done = set(numbers)
    return sum(chunk.records for chunk in manifest.chunks if chunk.number in done)
