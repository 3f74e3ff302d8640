"""HubSpot over HTTP: its table of errors, its rate headers, the limits of its tiers.

Source: HubSpot developer documentation, "Error handling" and "API usage guidelines", read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_sync.config.rest_config import RateLimit
from crm_sync.exceptions import ConfigError, RateLimitedError
from crm_sync.rest.errors import STATUS_OUTCOMES, Outcome, build_error, read_body
from crm_sync.rest.limit_news import LimitNews
from crm_sync.rest.retries import Verdict, parse_retry_after

OUTCOMES: Mapping[int, Outcome] = {
    **STATUS_OUTCOMES,
    477: Outcome.STOP,
    530: Outcome.KEY,
}
"""477: the account is being moved to another data centre, for up to a day. 530: Cloudflare's answer to a
token of the wrong format. All other statuses of HubSpot's table are as everywhere."""

_PAUSES: Mapping[str, tuple[str, float]] = {
    "SECONDLY": ("search limit", 1.0),
    "TEN_SECONDLY_ROLLING": ("ten-second limit", 10.0),
}
"""Seconds times the number of the attempt, as HubSpot's own Node client does; Retry-After is rarely sent."""

_LOCKED_S = 2.0
"""A locked record (423) stays so for two seconds."""

_TIERS: Mapping[str, tuple[int, int, int]] = {
    "free": (100, 250_000, 100),
    "starter": (100, 250_000, 100),
    "professional": (190, 625_000, 150),
    "enterprise": (190, 1_000_000, 150),
    "increased": (250, 2_000_000, 150),
    "oauth": (110, 1_000_000, 110),
}
"""Requests in 10 s, a day, association requests in 10 s; `increased` is the paid limit increase."""


def classify(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Turn an answer that is no success into an error; bodies may be HTML (Cloudflare, 414)."""
    found = read_body(body, headers)
    facts = found if isinstance(found, dict) else {}
    outcome = OUTCOMES.get(status, Outcome.FATAL)
    limit_name, pause_s = _find_limit(facts) if status == 429 else ("", None)
    if limit_name == "daily quota":
        outcome = Outcome.STOP
    request_id = _text(facts.get("correlationId")) or headers.get("X-HubSpot-Correlation-Id")
    error = build_error(outcome, _describe(status, facts), status=status, request_id=request_id)
    asked_s = parse_retry_after(headers)
    if isinstance(error, RateLimitedError):
        error.limit_name, error.retry_after_s = limit_name, asked_s
    if asked_s is None and status == 423:
        pause_s = _LOCKED_S
    expired = status == 401 and facts.get("category") == "EXPIRED_AUTHENTICATION"
    return Verdict(
        error,
        wait_s=pause_s if asked_s is None else asked_s,
        wait_grows=asked_s is None and pause_s is not None,
        renews_token=expired,
    )


def read_limits(headers: Mapping[str, str]) -> LimitNews | None:
    """Read the rate headers; search answers have none, and OAuth apps get no daily ones."""
    remaining = _number(headers.get("X-HubSpot-RateLimit-Remaining"))
    daily = _number(headers.get("X-HubSpot-RateLimit-Daily-Remaining"))
    if remaining is None and daily is None:
        return None
    most = _number(headers.get("X-HubSpot-RateLimit-Max"))
    window_ms = _number(headers.get("X-HubSpot-RateLimit-Interval-Milliseconds"))
    return LimitNews(
        remaining=remaining,
        seconds_per_request=window_ms / 1000 / most if most and window_ms else 0.1,
        daily_remaining=daily,
        daily_limit=_number(headers.get("X-HubSpot-RateLimit-Daily")),
    )


def tier_limits(limits: Mapping[str, RateLimit], extra: Mapping[str, Any]) -> dict[str, RateLimit]:
    """Give what the account's tier changes; an OAuth app has limits of its own, whatever the tier.

    Raises:
        ConfigError: there is no such tier.
    """
    tier = "oauth" if extra.get("auth") == "oauth" else extra.get("tier")
    if tier is None:
        return {}
    if tier not in _TIERS:
        raise ConfigError("connection", "extra.tier", f"one of {', '.join(_TIERS)}", got=repr(tier))
    burst, daily, links = _TIERS[tier]
    values = {"default": {"requests": burst, "per_day": daily}, "associations": {"requests": links}}
    return {name: limits[name].model_copy(update=new) for name, new in values.items() if name in limits}


def _find_limit(facts: Mapping[str, Any]) -> tuple[str, float | None]:
    words = f"{facts.get('policyName', '')} {facts.get('message', '')}".upper()
    if "DAILY" in words:
        return "daily quota", None
    return _PAUSES["TEN_SECONDLY_ROLLING" if "TEN_SECONDLY" in words else "SECONDLY"]


def _describe(status: int, facts: Mapping[str, Any]) -> str:
    """Say what HubSpot said, without its free text where that may repeat a value of a record."""
    said = _text(facts.get("category")) or _text(facts.get("policyName"))
    message = f"HubSpot answered {status}" + (f" {said}" if said else "")
    if scopes := _find_scopes(facts):
        return f"{message}: the private app lacks the scope {' or '.join(scopes)}"
    if status in (401, 530):
        return f"{message}: the access token is missing, wrong or expired"
    text = _text(facts.get("message"))
    return f"{message}: {text[:300]}" if text and status in (400, 404, 429, 477) else message


def _find_scopes(facts: Mapping[str, Any]) -> list[str]:
    errors = facts.get("errors")
    contexts = [facts.get("context"), *(e.get("context") for e in errors or () if isinstance(e, dict))]
    return [
        str(scope)
        for context in contexts
        if isinstance(context, dict)
        for key in ("requiredGranularScopes", "requiredScopes")
        for scope in context.get(key) or ()
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
