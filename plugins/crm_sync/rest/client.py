"""Send one request: a decoded answer or an error; what to ask for is left to sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

from tenacity import RetryCallState

from crm_sync.exceptions import (
    AuthenticationError,
    QuotaExhaustedError,
    RateLimitedError,
    SourceError,
    TransientSourceError,
)
from crm_sync.rest.auth import Auth, Unsigned
from crm_sync.rest.call_counters import CallCounters
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.errors import Classifier, WordedClassifier
from crm_sync.rest.good_answers import BrokenAnswerError, read_answer
from crm_sync.rest.links import add_params
from crm_sync.rest.messages import Answer, Request
from crm_sync.rest.pacing import Pacer
from crm_sync.rest.retries import Failure, RetryPolicy, go_on
from crm_sync.rest.stats import ClientStats
from crm_sync.rest.transport import Transport
from crm_sync.rest.waits import never


def _no_fault(_headers: Mapping[str, str], _body: bytes) -> bool:
    """For vendors whose errors have a status of their own."""
    return False


@dataclass
class RestClient:
    """Sends requests of one account: paced, repeated where that helps, classified; safe for many threads.

    Args:
        transport: the way to the host.
        auth: headers of each request.
        pacer: turns under the rate budget; its stats are the client's.
        classify: the vendor's table of errors.
        is_fault: says whether an answer that is not as described is an error with a status of success.
        policy: how often and how late a request is repeated.
        connection_id: Airflow connection, named in messages about keys and rights.
        crm_source: named in errors.
        api_version: of the account, for vendors that put it into paths.
        extras: those of the connection's extras that paths and parameters may use.
        calls_per_s: by rate class, the rate that config allows; a class without a limit is missing.
        calls_per_day: by rate class, the day's quota; a class without one is missing.
        counters: the source's own counts of our calls; None: they are not heeded.
    """

    transport: Transport
    auth: Auth
    pacer: Pacer = field(default_factory=Pacer)
    classify: Classifier = field(default_factory=WordedClassifier)
    is_fault: Callable[[Mapping[str, str], bytes], bool] = _no_fault
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    connection_id: str = ""
    crm_source: str = ""
    api_version: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)
    calls_per_s: Mapping[str, float] = field(default_factory=dict)
    calls_per_day: Mapping[str, int] = field(default_factory=dict)
    counters: CallCounters | None = None

    notes: dict[str, None] = field(default_factory=dict)
    """Oddities of answers that were accepted all the same, each sentence once, in order."""

    @property
    def base_url(self) -> str:
        """Scheme, host and path below which the client asks: the connection's, or those its token names."""
        return self.auth.data_url or self.transport.base_url

    @property
    def auth_params(self) -> frozenset[str]:
        """Name the query parameters that hold secrets: no position may keep them."""
        return frozenset(self.auth.params)

    @property
    def stats(self) -> ClientStats:
        """Counters since the client was made."""
        return self.pacer.stats

    def send(self, request: Request, *, cancelled: Callable[[], bool] = never) -> Answer:
        """Send a request until it succeeds or until repeating it is no use.

        Args:
            request: may be sent several times.
            cancelled: true once the caller no longer wants the answer.

        Returns:
            An answer with a status from 200 to 299 and its decoded body in `data`, or with one that the
            request accepts, and no data.

        Raises:
            TransientSourceError: still failing after all repeats.
            LongWaitError: a pause is too long to hold a worker for.
            QuotaExhaustedError: the source gives nothing more within this run.
            FatalSourceError: repeating can't help.
            SyncCancelledError: the task or the caller should stop.
        """
        attempts = _Attempts(self, request, cancelled)
        try:
            try:
                return attempts.run()
            except TransientSourceError as error:
                return attempts.go_on(error)
        except SourceError as error:
            error.crm_source = self.crm_source or error.crm_source
            raise


class _Attempts:
    """The attempts of one request, with the counts and facts that they share."""

    def __init__(self, client: RestClient, request: Request, cancelled: Callable[[], bool]) -> None:
        self._client = client
        self._request = request
        self._cancelled = cancelled
        self._body = request.content
        self._url_path = add_params(request.url_path, client.auth.params)
        self._failures = 0
        self._failure: Failure | None = None
        self._has_renewed = self._has_new_session = False
        self._refusals = 0

    def go_on(self, first: TransientSourceError) -> Answer:
        """Repeat after the first attempt, which failed, until one succeeds or repeating is no use."""
        return go_on(first, self.run, stop=self.is_over, wait=self.choose_wait, sleep=self.wait)

    def is_over(self, state: RetryCallState) -> bool:
        """Say whether the latest failure is the last one."""
        error = state.outcome.exception() if state.outcome else None
        # a pause too long to sleep through is left to the caller, who may free the worker until it is over
        if self._failure is None or not isinstance(error, SourceError):
            return True
        if not isinstance(error, RateLimitedError):
            self._failures += 1
            if not self._request.is_repeatable:
                return True  # it may have been carried out all the same
        return self._client.policy.is_exhausted(error, self._failures)

    def choose_wait(self, state: RetryCallState) -> float:
        """Give the pause before the next attempt; a rate limit pauses everybody else, too."""
        if self._failure is None:
            return 0.0  # tenacity asks before `is_over`, which ends the attempts: nobody waits
        client, seconds = self._client, self._client.policy.wait_s(self._failure, state.attempt_number)
        if self._refusals > 1:
            seconds = max(seconds, self._failure.least_wait_s)
        if isinstance(self._failure.error, RateLimitedError):
            client.stats.add(rate_limited=1)
            if client.counters is not None:
                client.counters.forget()
            client.pacer.pause(self._request.rate_classes, seconds)
        return seconds

    def wait(self, seconds: float) -> None:
        """Wait for the next attempt; only then it is one, as tenacity chooses a pause after the last, too."""
        client = self._client
        client.pacer.wait(seconds, self._request.rate_classes, self._cancelled)
        client.stats.add(retries=1)

    def run(self) -> Answer:
        """Send once; a failure is noted with the pause that it asks for."""
        self._failure = None
        answer, signed = self._exchange()
        if answer.status in self._request.accepts:
            return answer
        try:
            if 200 <= answer.status < 300:
                if self._request.watch is not None:
                    self._request.watch.arrived(answer)
                return read_answer(answer, self._request, self._client.notes)
            failure = self._classify(answer)
        except BrokenAnswerError as error:
            is_fault = self._client.is_fault(answer.headers, answer.body)
            failure = self._classify(answer) if is_fault else Failure(error)
        if not self._renew(failure, signed, answer):
            self._fail(self._judge_row(failure))
        return self.run()

    def _classify(self, answer: Answer) -> Failure:
        return self._client.classify(answer.status, answer.headers, answer.body)

    def _judge_row(self, failure: Failure) -> Failure:
        """Count refusals in a row; the last that config allows means that the day's quota is used up."""
        self._refusals = self._refusals + 1 if failure.stop_after else 0
        if not failure.stop_after or self._refusals < failure.stop_after:
            return failure
        row = f"{failure.error}, {self._refusals} times in a row, so the daily quota counts as used up"
        return Failure(QuotaExhaustedError(row, status_code=failure.error.status_code))

    def _sign(self) -> Mapping[str, str]:
        client, request = self._client, self._request
        try:
            # the path that is sent begins with the base URL's path
            path = urlsplit(client.base_url).path + self._url_path
            unsigned = Unsigned(request.method, path, self._body, request.headers, client.base_url)
            return client.auth.sign(unsigned)
        except SourceError as error:
            self._fail_auth(error)

    def _renew(self, failure: Failure, stale: Mapping[str, str], answer: Answer) -> bool:
        """Get a fresh session or token where that may help, each once for a request."""
        if failure.renews_session and not self._has_new_session:
            self._has_new_session = True
            self._client.transport.forget_cookies()
            return True
        if not failure.renews_token or self._has_renewed:
            return False
        date = answer.date
        ahead_s = 0.0 if date is None else (date - answer.received_at).total_seconds()
        try:
            self._has_renewed = self._client.auth.renew(stale, ahead_s=ahead_s)
        except SourceError as error:
            self._fail_auth(error)
        return self._has_renewed

    def _exchange(self) -> tuple[Answer, Mapping[str, str]]:
        client, request = self._client, self._request
        if client.counters is not None:
            client.counters.make_room(
                lambda seconds: client.pacer.wait(seconds, request.rate_classes, self._cancelled)
            )
        client.pacer.begin(request.rate_classes, self._cancelled)
        try:
            # only now: a signature may contain the time, and the wait for the turn may have been long
            signed = self._sign()
        except SourceError:
            client.pacer.end(request.rate_classes, None)
            raise
        data_url = client.auth.data_url
        transport = client.transport if data_url is None else client.transport.move_to(data_url)
        headers = {**request.headers, **signed}
        answer: Answer | None = None
        if request.watch is not None:
            request.watch.leaves()
        began = client.pacer.waiter.clock()
        try:
            answer = transport.exchange(request.method, self._url_path, headers, self._body)
        except SourceError as error:
            self._fail(Failure(error))
        finally:
            client.pacer.end(request.rate_classes, None if answer is None else answer.headers, began)
            took_s = client.pacer.waiter.clock() - began
            client.stats.add(
                api_calls=1, answer_s=took_s, bytes_fetched=0 if answer is None else len(answer.body)
            )
        if answer.date is not None:
            client.stats.note_clock(answer.date, answer.received_at)
        return answer, signed

    def _fail_auth(self, error: SourceError) -> NoReturn:
        self._fail(Failure(error, error.retry_after_s if isinstance(error, RateLimitedError) else None))

    def _fail(self, failure: Failure) -> NoReturn:
        self._failure = failure
        error = failure.error
        where = f"{self._client.crm_source}: {self._request}"
        if isinstance(error, AuthenticationError) and self._client.connection_id:
            where = f"connection {self._client.connection_id}: {self._request}"
        text = make_printable(str(error))
        if not text.startswith(where):
            error.args = (f"{where}: {text}",)
        raise error
