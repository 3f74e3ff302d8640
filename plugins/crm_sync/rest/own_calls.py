"""Tells by a vendor's count of a window whether anybody but this process has called; pacing acts on it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_sync.config.rest_config import RateLimit
from crm_sync.rest.limit_news import LimitNews

_KEPT_WINDOWS = 2
_ROUNDING = 1e-6


@dataclass
class OwnCalls:
    """Remembers when this process began its calls, by class; to be used under the caller's lock.

    Args:
        limits: by class, the limit that the shared budget keeps; a class that is missing has none.
    """

    limits: Mapping[str, RateLimit] = field(default_factory=dict)
    _begun: dict[str, deque[float]] = field(default_factory=dict)

    def note(self, name: str, now: float) -> None:
        """Note a call."""
        if name in self.limits:
            self._begun.setdefault(name, deque()).append(now)

    def are_all(self, name: str, news: LimitNews, began_at: float) -> bool:
        """Tell whether an answer counts no calls but ours, of which the budget lets no window have too many.

        Only where the budget keeps what the vendor allows, or less. Calls of other workers of ours are not
        known here: with these it is false.

        Args:
            name: class that the answer speaks of.
            news: in its headers.
            began_at: when its request began, by the clock of `note`.
        """
        begun, limit = self._begun.get(name), news.limit
        if begun is None or not limit or news.remaining is None:
            return False
        window_s = news.seconds_per_request * limit
        while begun and begun[0] < began_at - _KEPT_WINDOWS * window_s:
            begun.popleft()
        # what the budget lets through at most within the vendor's window, of whatever length its own is
        kept = self.limits[name]
        if kept.requests * math.ceil(window_s / kept.per_s - _ROUNDING) > limit:
            return False
        own = sum(began_at - window_s < one <= began_at for one in begun)
        return limit - news.remaining <= own
