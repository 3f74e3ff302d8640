"""Every knob of the Arrivy fake in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

DEFAULT_ANCHOR = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DEFAULT_KEY = "sandbox-key"
DEFAULT_TOKEN = "sandbox-token"  # noqa: S105  # made up, opens nothing
BASE_PATH = "/api"
SHARE_BY_KIND = {"tasks": 0.6, "bookings": 0.15, "customers": 0.2, "entities": 0.04, "groups": 0.01}
KINDS = (*SHARE_BY_KIND, "statuses")


@dataclass(frozen=True)
class ArrivyConfig:
    """Settings of one fake account; a fake never changes them, only its clock and data move."""

    seed: int = 7
    records: int = 20_000
    """Over all kinds but statuses, which are always the same few."""
    counts: Mapping[str, int] | None = None
    """Records by kind instead of `records`; kinds not named have none."""
    anchor: datetime = DEFAULT_ANCHOR
    """Everything was created and changed before it; tasks may be planned for later."""
    history_days: int = 720
    """The account's age at the anchor."""
    planned_days: int = 400
    """How far after the anchor the farthest tasks are planned."""
    time_zone: str = "America/Los_Angeles"
    """The account's zone, in which the `_original_iso_str` twins are written."""
    quirks: bool = True
    """Awkward values: telephone numbers as JSON numbers, ids and extra fields as text, several blanks."""

    auth_key: str = DEFAULT_KEY
    auth_token: str = DEFAULT_TOKEN
    forbidden: frozenset[str] = frozenset()
    """Kinds that the key may not read: 403."""
    has_bookings: bool = True
    """False: an account without the booking module, whose `/bookings` is a 404."""

    rate_limits: bool = True
    requests_per_minute: int = 30
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    """What a 429 says about the wait."""

    most_items: int = 500
    """Larger values of `items_per_page` are cut to it without a word."""
    ignores_page: frozenset[str] = frozenset()
    """Kinds whose list is the same whole array for every `page`."""
    ignores_window: frozenset[str] = frozenset()
    """Kinds whose list knows neither `from` and `to` nor `unscheduled` and answers everything."""
    envelope: Literal["array", "results", "named"] = "array"
    """`results`: `{"results": […], "has_next": …}`; `named`: `{"<kind>": […]}`."""
    unknown_path: Literal["html_200", "not_found"] = "html_200"
    changed_key: Literal["updated", "updated_at"] = "updated"
    """Name of the modified time; `created` follows it."""

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
        return round(self.records * SHARE_BY_KIND[kind])

    def base_description(self) -> dict[str, object]:
        """What the generated data depends on, for the head of the state file."""
        return {
            "seed": self.seed,
            "records": self.records if self.counts is None else dict(self.counts),
            "anchor": self.anchor.isoformat(),
            "history_days": self.history_days,
            "planned_days": self.planned_days,
            "time_zone": self.time_zone,
            "quirks": self.quirks,
        }
