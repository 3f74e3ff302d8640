"""The limits of one account: config's, changed by the connection's extras; `pacing` keeps them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from crm_sync.config.rest_config import FREE, RateLimit, RestConfig
from crm_sync.exceptions import ConfigError

logger = logging.getLogger(__name__)

_OVERRIDE = re.compile(
    r"^(?:(?P<name>[a-z]+)_)?(?:(?P<rps>rps)|requests_per_(?P<count>\d*)(?P<unit>s|second|minute|hour|day))$"
)
_PAUSE = "page_pause_seconds"
_UNIT_S = {"s": 1, "second": 1, "minute": 60, "hour": 3600}


def resolve_limits(rest: RestConfig, extra: Mapping[str, Any]) -> dict[str, RateLimit]:
    """Give the limits by endpoint class.

    Args:
        rest: limits as in `source.yaml`.
        extra: of the connection: `tier`, where the vendor has tiers (of which `oauth` holds where tokens are
            fetched); `requests_per_10s`, and `requests_per_minute` for the class `default`; with a class in
            front for others: `search_rps`, `associations_requests_per_10s`; `requests_per_day` for the daily
            quota; `page_pause_seconds` for one request in that time. A zero means none: no pause, no limit,
            no quota.

    Returns:
        Limits; a class that neither names has none.

    Raises:
        ConfigError: the tier is unknown, or a number is not valid.
    """
    limits = dict(rest.rate_limits)
    limits.update(_apply_tier(rest, extra))
    limits = {name: _apply_own_extras(limit, extra) for name, limit in limits.items()}
    for key, value in extra.items():
        if key == _PAUSE:
            known = limits.get("default")
            pause_s = read_number(key, value)
            fresh = {"requests": 1, "per_s": pause_s} if pause_s else FREE
            limits["default"] = RateLimit(**fresh) if known is None else known.model_copy(update=fresh)
        elif (match := _OVERRIDE.match(key)) is not None:
            name = match["name"] or "default"
            limits[name] = _override(limits.get(name), match, key, value)
    counted = limits.get(rest.limit_headers.day_counts)
    if counted is not None and counted.per_day:
        share = read_share(rest, extra)
        changed = {"per_day": max(1, int(counted.per_day * share))}
        limits[rest.limit_headers.day_counts] = counted.model_copy(update=changed)
    return limits


def list_limit_extras(rest: RestConfig) -> set[str]:
    """Name the extras that limits and the words about the day's quota read, beside those by pattern."""
    words = rest.limit_headers
    named = {words.day_percent_extra, words.day_reserve_extra}
    for limit in rest.rate_limits.values():
        named |= {limit.requests_extra, limit.per_s_extra, limit.per_day_extra}
    return named - {""}


def _apply_own_extras(limit: RateLimit, extra: Mapping[str, Any]) -> RateLimit:
    """Give a limit with the numbers of the extras that it names itself."""
    changed: dict[str, object] = {}
    if limit.per_day_extra and (given := extra.get(limit.per_day_extra)) is not None:
        changed["per_day"] = int(read_number(limit.per_day_extra, given)) or None
    if limit.requests_extra and (given := extra.get(limit.requests_extra)) is not None:
        number = read_number(limit.requests_extra, given)
        if 0 < number < 1:
            where = f"extra.{limit.requests_extra}"
            raise ConfigError("connection", where, "a whole number, 0 for none", got=repr(given))
        changed |= {"requests": int(number)} if number else FREE
    if limit.per_s_extra and (given := extra.get(limit.per_s_extra)) is not None:
        seconds = read_number(limit.per_s_extra, given)
        changed |= {"per_s": seconds} if seconds else FREE
    return limit.model_copy(update=changed) if changed else limit


def _apply_tier(rest: RestConfig, extra: Mapping[str, Any]) -> dict[str, RateLimit]:
    """Give the limits that the account's tier changes."""
    tier = "oauth" if "oauth" in rest.tiers and rest.chooses_oauth(extra) else extra.get("tier")
    if not rest.tiers or tier is None:
        return {}
    if tier not in rest.tiers:
        raise ConfigError("connection", "extra.tier", f"one of {', '.join(rest.tiers)}", got=repr(tier))
    changed = {name: limit.model_dump(exclude_none=True) for name, limit in rest.tiers[tier].items()}
    return {
        name: RateLimit.model_validate({**rest.rate_limits[name].model_dump(), **values})
        for name, values in changed.items()
    }


def read_share(rest: RestConfig, extra: Mapping[str, Any]) -> float:
    """Give the share of the vendor's day, 0 to 1, that anybody's calls may reach.

    Raises:
        ConfigError: the connection's extra is no percentage.
    """
    words = rest.limit_headers
    if words.day_reserve_extra and (left := extra.get(words.day_reserve_extra)) is not None:
        percent = read_number(words.day_reserve_extra, left)
        if percent >= 100:
            where = f"extra.{words.day_reserve_extra}"
            raise ConfigError("connection", where, "a percentage from 0, below 100", got=repr(left))
        return 1 - percent / 100
    given = extra.get(words.day_percent_extra) if words.day_percent_extra else None
    if given is None:
        return words.day_percent / 100
    key = words.day_percent_extra
    percent = read_number(key, given)
    if not 0 < percent <= 100:
        raise ConfigError("connection", f"extra.{key}", "a percentage above 0, at most 100", got=repr(given))
    return percent / 100


def is_limit_key(key: str) -> bool:
    """Tell whether a connection extra overrides a limit."""
    return key in ("rate_limits", _PAUSE) or _OVERRIDE.match(key) is not None


def calls_per_s(limits: Mapping[str, RateLimit], reserve: float) -> dict[str, float]:
    """Give the steady rate of each class that has one, after the share left to other tools."""
    return {
        name: limit.requests * (1 - reserve) / limit.per_s
        for name, limit in limits.items()
        if (limit.requests, limit.per_s) != tuple(FREE.values())
    }


def _override(known: RateLimit | None, match: re.Match[str], key: str, value: object) -> RateLimit:
    number = read_number(key, value)
    if match["unit"] == "day":
        if known is None:
            raise ConfigError("connection", f"extra.{key}", "a limit of that name in source.yaml")
        return known.model_copy(update={"per_day": int(number) or None})
    per_s = 1.0 if match["rps"] else float(match["count"] or 1) * _UNIT_S[match["unit"]]
    if 0 < number < 1:
        number, per_s = 1.0, per_s / number
    fresh = {"requests": int(number), "per_s": per_s} if number else FREE
    return RateLimit(**fresh) if known is None else known.model_copy(update=fresh)


def read_number(key: str, value: object) -> float:
    """Read an extra that is a number.

    Raises:
        ConfigError: it is none, or below 0.
    """
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9 or isinstance(value, bool):
        raise ConfigError("connection", f"extra.{key}", "a number, 0 for none", got=repr(value))
    return number
