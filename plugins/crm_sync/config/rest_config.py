"""What all entities of one REST CRM share: key, limits, errors, patience."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crm_sync.config.base import Identifier, Model
from crm_sync.config.durations import Seconds


class RateLimit(Model):
    """One limit: at most `requests` in any `per_s` seconds, and `per_day` where the vendor counts days."""

    requests: int = Field(gt=0)
    per_s: float = Field(gt=0)
    per_day: int | None = Field(default=None, gt=0)
    day_zone: str = "UTC"
    """Time zone whose midnight resets `per_day`."""


class ErrorWords(Model):
    """How a vendor's error answers read, for CRMs whose errors need no code."""

    vendor: str = "the source"
    """Named in messages."""
    meanings: dict[int, str] = Field(default_factory=dict)
    """By status: what it means for whoever reads the log."""
    code_path: str = ""
    """Where an error body has its code."""
    text_path: str = ""
    """Where it has its text."""
    quoted: tuple[int, ...] = (400, 403, 422)
    """Statuses whose text is shown; that of the others may speak of a record."""
    pause_s: Seconds | None = None
    """Wait after a 429 that does not say how long; None: the usual backoff."""


class RestConfig(Model):
    """What all entities of one REST CRM share."""

    client: str = "rest"
    """Name in `rest/registry`-style tables: which error classifier and header reader the vendor needs."""
    api_version: str = ""
    auth: Literal["bearer", "basic", "headers", "hubspot"] = "bearer"
    auth_headers: dict[str, str] = Field(default_factory=dict)
    """For `headers`: their values, with {login} and {password} of the connection."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Constant headers of every request."""
    extras: tuple[Identifier, ...] = ()
    """Connection extras that paths and parameters may use as placeholders."""
    errors: ErrorWords = ErrorWords()
    rate_limits: dict[str, RateLimit] = Field(default_factory=dict)
    """Endpoint class to limit; the class `default` is used where a request names none."""
    reserve: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Share of every limit left to the company's other tools."""
    max_wait_s: Seconds = 6 * 3600
    """Longest total wait for the budget in one entity; then the run ends as partial."""
    max_retries: int = Field(default=6, ge=0)
    connect_timeout_s: float = Field(default=10, gt=0)
    read_timeout_s: float = Field(default=60, gt=0)
    verify_path: str = ""
    """Cheap GET that proves the key, for `test_connection`."""
