"""Every knob of the Pipedrive fake in one place; the ones named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.frame.config import FakeConfig
from sandbox.pipedrive.kinds import KINDS, SHARES

DEFAULT_TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  # made up, opens nothing
FEW = {"users": 12, "pipelines": 3, "stages": 12}
"""Kinds of which an account has a few, however large it is."""


@dataclass(frozen=True)
class PipedriveConfig(FakeConfig):
    """Settings of one fake account; `counts` may leave out the kinds of which there are always a few."""

    shares = SHARES
    data_settings = ("hostile", "huge_money")

    hostile: bool = True
    """A few records with what breaks naive pipelines, such as money beyond a double and NUL."""

    huge_money: bool = True
    """Amounts beyond a double are among it."""

    api_token: str = DEFAULT_TOKEN
    more_tokens: tuple[str, ...] = ("sandbox-token",)
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-client-secret"  # noqa: S105  # made up, opens nothing
    refresh_token: str = "11111:22222:sandbox-refresh"  # noqa: S105  # made up, opens nothing
    access_token_s: float = 3599.0
    """Seconds after which an access token is refused."""
    rotates_refresh_token: bool = False
    api_domain: str | None = None
    """What a token answer names; None: the fake's own address."""
    forbidden: frozenset[str] = frozenset()
    """Kinds that the key may not read: 403."""
    is_open: bool = True
    """False: the company's account is closed, 402."""

    long_limit: Literal["refused", "cut"] = "refused"
    """What a `limit` above 500 does in v2 (INFERRED)."""
    v1_long_limit: Literal["cut", "default"] = "default"
    """In v1 such a limit is cut, or falls back to 100 without a word (INFERRED)."""
    retired_status: int = 410
    """Of the v1 lists that have a twin in v2 (INFERRED)."""
    null_data: bool = False
    """An empty v1 collection is `"data": null`."""
    ends_without_cursor: bool = False
    """The last v2 page has no `additional_data` at all, not a null cursor in it."""
    lists_deleted: frozenset[str] = frozenset()
    """Kinds whose lists show deleted rows, beside those that always do and, by status, deals (INFERRED)."""
    deletion_moves_time: bool = True
    """A deletion moves `update_time` (INFERRED)."""
    archiving_moves_time: bool = True
    """Archiving and restoring move `update_time` (INFERRED)."""
    object_times: bool = False
    """`due_time` and `duration` are objects (INFERRED)."""
    fields_per_page: int = 500
    """Most definitions of fields in one answer."""

    burst_per_2s: int = 20
    daily_tokens: int = 30_000
    used_by_others: int = 0
    """Tokens of the day that other tools have used."""
    tells_tokens: bool = True
    """Answers have the headers of the day's tokens, which are not documented."""
    block_after: int = 10
    """So many calls in a row that ignore a 429 are followed by Cloudflare's page."""

    def count_of(self, kind: str) -> int:
        """Records of a kind to generate."""
        if kind in FEW:
            return FEW[kind] if self.counts is None else self.counts.get(kind, FEW[kind])
        return super().count_of(kind)

    @property
    def shown_when_deleted(self) -> frozenset[str]:
        """Kinds whose lists show deleted rows."""
        return self.lists_deleted | {one.name for one in KINDS.values() if one.lists_deleted}
