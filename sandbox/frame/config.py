"""The settings that every vendor's fake has; a vendor adds its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

DEFAULT_ANCHOR = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class FakeConfig:
    """Settings of one fake; it never changes them, only its clock, its data and its keys move."""

    shares: ClassVar[Mapping[str, float]]
    """Of `records`, by kind."""
    data_settings: ClassVar[tuple[str, ...]]
    """Names of the settings, beside seed and number, that the generated data depends on."""

    seed: int = 7
    records: int = 20_000
    """Over all kinds that have a share; see `counts`."""
    counts: Mapping[str, int] | None = None
    """Records by kind instead of `records`; kinds not named have none, unless the vendor needs them."""
    anchor: datetime | None = DEFAULT_ANCHOR
    """All generated data lies before it; None: as the state file says, else the start of the hour."""
    quirks: bool = True
    """A small share of awkward values, as real accounts hold them."""

    rate_limits: bool = True
    latency_ms: float = 0.0
    clock_offset_s: float = 0.0
    max_request_line: int = 16_300

    activity: int = 0
    """Random changes made at start, stamped a few minutes ago by the fake's clock."""
    state: str | None = None
    """File that keeps all changes over restarts."""

    def count_of(self, kind: str) -> int:
        """Records of a kind to generate."""
        if self.counts is not None:
            return self.counts.get(kind, 0)
        return round(self.records * self.shares[kind])

    def find_anchor(self) -> datetime:
        """The anchor asked for, else that of the state file, else the start of the running hour."""
        if self.anchor is not None:
            return self.anchor
        if self.state is not None and Path(self.state).exists():
            with Path(self.state).open(encoding="utf-8") as lines:
                head = json.loads(next(lines, "null"))
            if isinstance(head, dict) and "anchor" in head.get("base", {}):
                return datetime.fromisoformat(head["base"]["anchor"])
        return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    @property
    def anchor_ms(self) -> int:
        """The anchor in milliseconds since the epoch."""
        return round(self.find_anchor().timestamp() * 1000)

    def base_description(self) -> dict[str, object]:
        """What the generated data depends on, for the head of the state file."""
        return {
            "seed": self.seed,
            "records": self.records if self.counts is None else dict(self.counts),
            "anchor": self.find_anchor().isoformat(),
            **{name: _as_json(getattr(self, name)) for name in ("quirks", *self.data_settings)},
        }


def _as_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
