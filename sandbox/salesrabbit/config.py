"""Every knob of the SalesRabbit fake in one place; the ones named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

DEFAULT_ANCHOR = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DEFAULT_TOKEN = "sr-00000000-0000-4000-8000-000000000001"  # noqa: S105  # made up, opens nothing
MOST_PER_PAGE = 2000
SHARE_BY_KIND = {"leads": 0.99, "users": 0.01}
STATUS_COUNT = 9


@dataclass(frozen=True)
class SalesRabbitConfig:
    """Settings of one fake account; a fake never changes them, only its clock and data move."""

    seed: int = 7
    records: int = 20_000
    """Leads and users; statuses are always the same few."""
    counts: Mapping[str, int] | None = None
    """Records by kind instead of `records`; kinds not named but `lead_statuses` have none."""
    anchor: datetime = DEFAULT_ANCHOR
    """All generated dates lie before it."""
    quirks: bool = True
    """Awkward values: blanks as '', objects as text or lists, addresses and phones that are none."""
    shape: Literal["flat", "nested"] = "flat"
    """Where address and coordinates are; `nested` is known from one client only (INFERRED)."""
    ancestor_fields: bool = True
    """Leads carry campaignId, dateOfBirth, files and deletedAt, too (INFERRED)."""

    access_token: str = DEFAULT_TOKEN
    more_tokens: tuple[str, ...] = ("sandbox-token",)
    forbidden: frozenset[str] = frozenset()
    """Kinds that the token may not read: 403 (INFERRED)."""

    most_per_page: int = MOST_PER_PAGE
    """Larger values of `perPage` are cut to it without a word."""
    known_sorts: frozenset[str] = frozenset({"dateCreated", "dateModified", "id"})
    """Values of `sortBy` that are honoured; any other is ignored without a word. Seen: dateCreated."""
    default_order: Literal["modified_desc", "modified_asc", "id"] = "modified_desc"
    """Order without a known `sortBy`; sources disagree."""
    is_inclusive: bool = True
    """Whether If-Modified-Since brings what changed in that very second, too (INFERRED)."""
    users_delta: Literal["ignored", "honoured"] = "ignored"
    """Whether /users looks at If-Modified-Since (INFERRED)."""
    no_news: Literal["304", "empty"] = "304"
    """How nothing changed is said; `empty` is a list without records."""
    meta: Literal["full", "total", "missing"] = "full"
    """`total` adds the number of all records; `missing` leaves the whole object out."""
    ignores_page: frozenset[str] = frozenset()
    """Kinds that answer everything for every `page`, as users have been seen to do."""
    always_more: frozenset[str] = frozenset()
    """Kinds whose `morePages` is true on every page."""

    rate_limits: bool = True
    requests_per_minute: int = 50
    """INFERRED: a note of one client, without a source."""
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    rate_headers: bool = False
    """X-RateLimit headers, which one client expects and nobody has shown."""

    latency_ms: float = 0.0
    clock_offset_s: float = 0.0
    index_delay_s: float = 0.0
    """Changes made while the fake runs are shown this much later."""
    max_request_line: int = 16_300
    activity: int = 0
    """Random changes made at start, stamped a few minutes ago by the fake's clock."""
    state: str | None = None
    """File that keeps all changes over restarts."""

    def count_of(self, kind: str) -> int:
        """Records of a kind to generate."""
        if kind == "lead_statuses":
            return STATUS_COUNT if self.counts is None else self.counts.get(kind, STATUS_COUNT)
        if self.counts is not None:
            return self.counts.get(kind, 0)
        return round(self.records * SHARE_BY_KIND[kind])

    def base_description(self) -> dict[str, object]:
        """What the generated data depends on, for the head of the state file."""
        return {
            "seed": self.seed,
            "records": self.records if self.counts is None else dict(self.counts),
            "anchor": self.anchor.isoformat(),
            "quirks": self.quirks,
            "shape": self.shape,
            "ancestor_fields": self.ancestor_fields,
        }
