"""What each CRM's limits allow, and who has used it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from crm_sync.web.answers.base import Answer


class Limit(Answer):
    """At most so many calls in so many seconds."""

    calls: int
    seconds: float
    used_now: int
    """Calls promised within the last such span."""


class Quota(Answer):
    """At most so many calls in a day."""

    calls: int
    per: Literal["day"] = "day"
    unit: str
    """What is counted."""
    used: int
    share: float
    """Used of all, 0 to 1."""
    resets_at: datetime
    expected_empty_at: datetime | None
    """When today's will be used up at today's pace; null: not before the reset."""


class User(Answer):
    """One entity's calls."""

    sync_type: str
    calls_today: int
    """Of the runs that ended in the last 24 hours, and of those that work."""


class Hour(Answer):
    """The calls of one hour."""

    hour: datetime
    """Its beginning."""
    calls: int
    """Of the runs that ended in it."""


class Budget(Answer):
    """One family of endpoints with a limit of its own."""

    crm_source: str
    account: str
    endpoint_class: str
    is_paced: bool
    """`false`: the connection switches the limits off."""
    limits: list[Limit]
    quota: Quota | None
    blocked_until: datetime | None
    """The source asked for a pause until then."""
    total_count: int
    """Calls since the warehouse knows the account."""
    users: list[User]
    """Of the whole CRM: the history does not know which family a call belonged to."""
    hours: list[Hour]
    """Of the whole CRM, the last 24."""


class Budgets(Answer):
    """All budgets that the user may see."""

    now: datetime
    problem: str | None
    budgets: list[Budget]
