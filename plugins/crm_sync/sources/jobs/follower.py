"""Follows one job from its start to its last record; `reader.py` decides whether to use a job."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import UTC, datetime
from typing import NoReturn

from crm_sync.exceptions import FatalSourceError, JobLostError, StalePositionError, TooMuchError
from crm_sync.sources.base import Page, build_page
from crm_sync.sources.jobs.calls import JobCalls, JobLook
from crm_sync.sources.jobs.figures import add_price
from crm_sync.sources.jobs.position import JobPosition
from crm_sync.sources.jobs.results import ResultReader
from crm_sync.sources.jobs.waiting import JobWait
from crm_sync.sources.rest.part import Part

logger = logging.getLogger(__name__)

_MOST_RESTARTS = 3
"""How often the results of one job are read from their first page again."""


class JobFollower:
    """Reads one part by a job.

    A job costs something when it starts: its id is stored before anything else is done, and the position that
    is stored before the start says that one may have been started.

    Args:
        calls: about jobs.
        part: that the job works out.
        name: of the part, for messages.
        open_results: gives the reader of the job's results; its argument is their file's address, or empty.
        tell: takes a sentence for log and history.
        can_narrow: half of the part's span could be requested instead.
    """

    def __init__(
        self,
        calls: JobCalls,
        part: Part,
        name: str,
        *,
        open_results: Callable[[str], ResultReader],
        tell: Callable[[str], object],
        can_narrow: bool,
    ) -> None:
        self.doubt: str | None = None
        """Why the job may not have shown everything."""
        self.facts: dict[str, object] = {}
        """Id and records of the job that was read."""
        self.figures: dict[str, float] = {}
        """Numbers about the jobs that came to their ends, added up."""
        self._calls = calls
        self._words = calls.words
        self._part = part
        self._name = name
        self._open_results = open_results
        self._tell = tell
        self._can_narrow = can_narrow

    def read_pages(self, position: JobPosition | None) -> Generator[Page]:
        """Read the part from a position on; None: no job was ever started for it.

        Raises:
            JobLostError: jobs were restarted as often as `restarts` says, and the last one is lost, too.
            TooMuchError: half of the span may succeed.
            NoJobError: the source does no job for this.
            LongWaitError: the job is not done yet; a later read goes on with it.
        """
        starts = 0 if position is None else position.starts
        if position is None or not position.job:
            position = yield from self._start(starts + 1, position)
        while True:
            try:
                look = self._wait(position)
                if look.figures and not position.is_counted:
                    # noted with the position: a later try does not count them again
                    self._count(look)
                    position = position.note_counted()
                    yield self._note(position)
                if look.is_failed:
                    self._refuse(position.job, look)
                yield from self._read_results(position, look)
            except JobLostError as error:
                if position.starts > self._words.restarts:
                    raise
                self._tell(f"{self._part.walk} is read by a new job: {str(error).rstrip('.')}.")
                position = yield from self._start(position.starts + 1, None)
            else:
                return

    def _start(self, starts: int, unsure: JobPosition | None) -> Generator[Page, None, JobPosition]:
        """Start a job; the intent, and then the id, is stored before anything else happens.

        Args:
            starts: how many jobs there are for the part then.
            unsure: the position of a start of which nobody knows whether it arrived.
        """
        position = JobPosition.begin(starts, datetime.now(UTC))
        if unsure is not None and self._words.start.is_repeatable:
            position = unsure  # the source knows it by its token, so it starts no second one
        elif unsure is not None:
            self._tell(
                f"{self._part.walk} is read by a new job: one may have been started at "
                f"{unsure.asked_at.isoformat(timespec='seconds')}, but its id was not stored."
            )
        yield self._note(position)
        position = position.name_job(self._calls.start(self._part, position.token))
        yield self._note(position)
        logger.info("%s: job %s was started.", self._name, position.job)
        return position

    def _wait(self, position: JobPosition) -> JobLook:
        """Poll the job until it is over."""
        job = position.job
        wait = JobWait(self._words.poll, self._calls.client.pacer, job, position.asked_at)
        wait.pause_once()
        while True:
            look = self._look(job)
            if look.is_done or look.is_failed:
                return look
            if wait.is_over:
                self._count(look)
                why = f"{self._name}: job {job} is still {look.state} after {wait.elapsed_s:,.0f} s"
                raise FatalSourceError(f"{why}; {self._calls.abort(self._part, job)}")
            wait.pause()

    def _look(self, job: str) -> JobLook:
        try:
            return self._calls.look(self._part, job)
        except FatalSourceError as error:
            self._check_gone(job, error)
            raise

    def _read_results(self, position: JobPosition, look: JobLook) -> Generator[Page]:
        restarts = 0
        while True:
            results = self._open_results(look.file)
            try:
                with closing(results.read_pages(position, look.total)) as pages:
                    yield from pages
            except StalePositionError as error:
                restarts += 1
                if restarts > _MOST_RESTARTS:
                    raise
                logger.warning("%s: job %s is read from its first page again: %s",
                               self._name, position.job, error)  # fmt: skip
                position = position.go_to(None, 0)
            except FatalSourceError as error:
                self._check_gone(position.job, error)
                raise
            else:
                break
        self.doubt = results.doubt
        self.facts = {"job": position.job, "records": results.read}
        for note in results.notes:
            self._tell(note)

    def _count(self, look: JobLook) -> None:
        price = self._words.poll.price
        found = add_price(self._calls.client, price, look.figures, is_done=look.is_done)
        for name, figure in found.items():
            self.figures[name] = self.figures.get(name, 0) + figure

    def _refuse(self, job: str, look: JobLook) -> NoReturn:
        text = f"{self._name}: job {job} ended as {look.state}" + (f": {look.error}" if look.error else "")
        if self._can_narrow and self._words.narrows(look.error):
            raise TooMuchError(text)
        if not look.may_retry:
            raise FatalSourceError(text)
        raise JobLostError(text)

    def _check_gone(self, job: str, error: FatalSourceError) -> None:
        if self._calls.is_gone(error):
            text = f"{self._name}: job {job} is not there any more ({error})"
            raise JobLostError(text, status_code=error.status_code) from error

    def _note(self, position: JobPosition) -> Page:
        cursor = position.to_cursor()
        return build_page([], cursor_key=self._part.key, cursor=cursor, calls=0, is_landmark=True)
