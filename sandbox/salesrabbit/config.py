"""Every knob of the SalesRabbit fake in one place; the ones named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.frame.config import FakeConfig

DEFAULT_TOKEN = "sr-00000000-0000-4000-8000-000000000001"  # noqa: S105  # made up, opens nothing
MOST_PER_PAGE = 2000
SHARE_BY_KIND = {"leads": 0.99, "users": 0.01}
STATUS_COUNT = 9


@dataclass(frozen=True)
class SalesRabbitConfig(FakeConfig):
    """Settings of one fake account; `counts` may leave out the statuses, which are always the same few."""

    shares = SHARE_BY_KIND
    data_settings = ("shape", "ancestor_fields")

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

    requests_per_minute: int = 50
    """INFERRED: a note of one client, without a source."""
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    rate_headers: bool = False
    """X-RateLimit headers, which one client expects and nobody has shown."""

    index_delay_s: float = 0.0
    """Changes made while the fake runs are shown this much later."""

    def count_of(self, kind: str) -> int:
        """Records of a kind to generate."""
        if kind == "lead_statuses":
            return STATUS_COUNT if self.counts is None else self.counts.get(kind, STATUS_COUNT)
        return super().count_of(kind)
