"""Tells by a vendor's count of a window whether anybody but this process has called; pacing acts on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_sync.rest.limit_news import LimitNews

_KEPT_WINDOWS = 2


@dataclass
class OwnCalls:
    """Remembers when this process began its calls, by class; to be used under the caller's lock.

    Args:
        calls_per_s: by class, the rate that the shared budget keeps; a class that is missing has none.
    """

    calls_per_s: Mapping[str, float] = field(default_factory=dict)
    _begun: dict[str, deque[float]] = field(default_factory=dict)

    def note(self, name: str, now: float) -> None:
        """Note a call."""
        if name in self.calls_per_s:
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
        if self.calls_per_s[name] * window_s > limit * 1.001:
            return False
        own = sum(began_at - window_s < one <= began_at for one in begun)
        return limit - news.remaining <= own
