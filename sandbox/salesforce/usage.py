"""The calls that the org has in 24 hours, shared by every tool, and the header that tells of them."""

from __future__ import annotations

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Header
from sandbox.frame.rate_limits import RollingWindow
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.errors import jobs_used_up, requests_used_up

DAY_S = 24 * 3600.0
APP_NAME = "sandbox-app"


class Usage:
    """What was used of the org's limits.

    Args:
        config: The limits, and what others have used of them.
        clock: By which 24 hours pass.
    """

    def __init__(self, config: SalesforceConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self._calls = RollingWindow(config.daily_limit, DAY_S)
        self._jobs = RollingWindow(config.daily_jobs, DAY_S)
        self.used_by_others = config.used_by_others
        """May be set at any time: other tools go on calling."""

    @property
    def own_calls(self) -> int:
        """Calls of ours in the last 24 hours."""
        return self._config.daily_limit - self._calls.remaining(self._clock.now_s())

    @property
    def used(self) -> int:
        """Calls of everybody in the last 24 hours."""
        return min(self._config.daily_limit, self.own_calls + self.used_by_others)

    def take_call(self) -> None:
        """Count a call.

        Raises:
            ApiError: 403, REQUEST_LIMIT_EXCEEDED.
        """
        if self._config.has_quota and self.used >= self._config.daily_limit:
            raise requests_used_up()
        self._calls.try_take(self._clock.now_s())

    def take_job(self) -> None:
        """Count a query job.

        Raises:
            ApiError: 400, LIMIT_EXCEEDED.
        """
        if not self._jobs.try_take(self._clock.now_s()):
            raise jobs_used_up()

    def header(self) -> Header:
        """`Sforce-Limit-Info` of an answer."""
        text = f"api-usage={self.used}/{self._config.daily_limit}"
        if self._config.shows_app_usage:
            text += f"; per-app-api-usage={self.own_calls}/{self._config.daily_limit}(appName={APP_NAME})"
        return b"sforce-limit-info", text.encode()

    def limits(self) -> dict[str, dict[str, int]]:
        """What `…/limits` answers of them."""
        remaining_jobs = self._jobs.remaining(self._clock.now_s())
        most = self._config.daily_limit
        return {
            "DailyApiRequests": {"Max": most, "Remaining": most - self.used},
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
            "DailyBulkV2QueryJobs": {"Max": self._config.daily_jobs, "Remaining": remaining_jobs},
            "DataStorageMB": {"Max": 1_024, "Remaining": 900},
        }
