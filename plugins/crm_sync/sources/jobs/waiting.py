"""Waits for a job: holds the worker for a short one, and releases it between two polls of a long one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crm_sync.config.jobs import JobPoll
from crm_sync.exceptions import LongWaitError
from crm_sync.rest.pacing import Pacer


class JobWait:
    """The pauses between the polls of one job.

    Args:
        words: how long they are.
        pacer: of the client: its clock, and whether a worker may be given back at all.
        job: its id, for messages.
        asked_at: when it was started, aware UTC.
    """

    def __init__(self, words: JobPoll, pacer: Pacer, job: str, asked_at: datetime) -> None:
        self._words = words
        self._pacer = pacer
        self._job = job
        self._before_s = max(0.0, (datetime.now(UTC) - asked_at).total_seconds())
        self._began_s = pacer.waiter.clock()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the job was started, by whichever process."""
        return self._before_s + self._pacer.waiter.clock() - self._began_s

    @property
    def is_over(self) -> bool:
        """The job has taken too long."""
        return self.elapsed_s >= self._words.give_up_s

    def pause_once(self) -> None:
        """Wait for the first poll of a job that was just started; no job is done at once."""
        if self.elapsed_s < self._words.first_s:
            self.pause()

    def pause(self) -> None:
        """Wait for the next poll.

        Raises:
            LongWaitError: the job takes so long that the worker should be released until then.
            SyncCancelledError: the task should stop.
        """
        words = self._words
        seconds = min(max(self.elapsed_s / 2, words.first_s), words.longest_s)
        if self._pacer.longest_wait_s is not None and self.elapsed_s >= words.hold_s:
            raise LongWaitError(datetime.now(UTC) + timedelta(seconds=seconds), f"job {self._job}")
        self._pacer.waiter.wait(seconds)
