"""The requests for a job; `reader.py` decides when they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from crm_sync.config.jobs import JobCall, JobCount, JobWords
from crm_sync.config.slots import JOB, TOKEN
from crm_sync.exceptions import AuthenticationError, FatalSourceError, UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.messages import Request, describe_value, find_path
from crm_sync.rest.page_words import read_count
from crm_sync.sources.jobs.figures import read_figures
from crm_sync.sources.jobs.file_places import is_wanted
from crm_sync.sources.rest.page_requests import build_body
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.slots import SlotValues

_SHOWN_CHARS = 300


@dataclass(frozen=True)
class JobLook:
    """A source's statement about a job."""

    state: str
    """As the source names it."""
    is_done: bool = False
    is_failed: bool = False
    error: str = ""
    """Why it failed, printable and cut."""
    total: int | None = None
    """Records that it has, once it is done; None: the source does not say."""
    may_retry: bool = True
    """Another job might succeed where it failed."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Numbers about it, as far as they are known."""
    file: str = ""
    """Address of the file with its results; empty: they are read as pages."""


@dataclass(frozen=True)
class JobCalls:
    """Asks about jobs.

    Args:
        client: of the account.
        words: how it is asked.
    """

    client: RestClient
    words: JobWords

    def count(self, part: Part, words: JobCount) -> int:
        """Ask how many records a part has, in the words for that.

        Raises:
            TooMuchError: the source can't even count them.
            SourceError: there is no answer, or none with a number.
        """
        request = self._build(words, part, {})
        found = read_count(self.client.send(request).data, words.count_path)
        if found is None:
            raise UnexpectedResponseError(f"{request}: the answer has no number at '{words.count_path}'")
        return found

    def ask_time(self, part: Part, words: JobCall) -> datetime | None:
        """Ask for the source's time; None: its answer has no date.

        Raises:
            AuthenticationError: the key is refused.
            SourceError: there is no answer.
        """
        try:
            return self.client.send(replace(self._build(words, part, {}), read=lambda _: None)).date
        except AuthenticationError:
            raise
        except FatalSourceError:
            # a refusal has a date, too, and the client has compared it with the worker's clock
            return datetime.now(UTC) + timedelta(seconds=self.client.stats.clock_skew_s)

    def start(self, part: Part, token: str) -> str:
        """Start a job; gives its id.

        Raises:
            NoJobError: the source does none for this.
            SourceError: nobody knows whether it was started.
        """
        words = self.words.start
        request = self._build(words, part, {TOKEN: token}, check=_expect_text(words.id_path))
        answer = self.client.send(replace(request, is_repeatable=words.is_repeatable))
        return str(find_path(answer.data, words.id_path))

    def look(self, part: Part, job: str) -> JobLook:
        """Ask for the state of a job.

        Raises:
            UnexpectedResponseError: its state is unknown.
            SourceError: there is no answer; where the status says so, because the job is gone.
        """
        words = self.words.poll
        request = self._build(words, part, {JOB: job}, check=_expect_text(words.state_path))
        data = self.client.send(request).data
        state = _write_word(find_path(data, words.state_path))
        figures = read_figures(data, words.figures)
        if state in words.states.done:
            total, file = read_count(data, words.total_path), self._find_file(request, data)
            return JobLook(state, is_done=True, total=total, figures=figures, file=file)
        if state in words.states.failed:
            error = find_path(data, words.error_path) if words.error_path else None
            text = make_printable(str(error)).strip()[:_SHOWN_CHARS] if error else ""
            said = find_path(data, words.retry_path) if words.retry_path else None
            may_retry = said is not False and not self.words.is_final(text)
            return JobLook(state, is_failed=True, error=text, may_retry=may_retry, figures=figures)
        if state not in words.states.running:
            raise UnexpectedResponseError(
                f"{request}: the job is in the state '{make_printable(state)}': expected one of "
                "read.job.poll.states"
            )
        return JobLook(state, figures=figures)

    def _find_file(self, request: Request, data: object) -> str:
        """Give the address of a finished job's file, where the connection wants files.

        Raises:
            UnexpectedResponseError: the answer names none.
        """
        words = self.words.file
        if words is None or not is_wanted(self.client, words):
            return ""
        found = find_path(data, words.address_path)
        if not isinstance(found, str) or not found:
            raise UnexpectedResponseError(
                f"{request}: has {describe_value(found)} at '{words.address_path}', expected the address of "
                f"a file; without the extra {words.when_extra} the results are read as pages"
            )
        return found

    def abort(self, part: Part, job: str) -> str:
        """Call a job off, if the source allows it; gives the result, for a message."""
        if self.words.abort is None:
            return "it is still running at the source"
        try:
            request = self._build(self.words.abort, part, {JOB: job})
            # its answer has nothing that we need, and may be empty
            self.client.send(replace(request, read=lambda _: None))
        except FatalSourceError as error:
            return f"it could not be called off: {error}"
        return "it was called off"

    def build_results(self, part: Part, job: str) -> Part:
        """Give the results of a job as a list that can be walked through."""
        words = self.words.results
        changes = {
            "method": words.method,
            "only_reads": True,
            "path": words.path,
            "params": words.params,
            "headers": words.headers,
            "body": words.body,
            "records_path": words.records_path,
            "paged": True,
            "paging": words.paging,
            "answer": words.answer,
        }
        slots = _fill_in(part, {JOB: job})
        return replace(
            part,
            one=part.one.model_copy(update=changes),
            path=self._fill_path(words, slots),
            params={},
            headers={},
            slots=slots,
            answer=words.answer,
            behind=None,
            no_news=frozenset(),
            off=frozenset(),
        )

    def is_gone(self, error: FatalSourceError) -> bool:
        """Say whether an answer says that the job does not exist."""
        if isinstance(error, AuthenticationError) or error.status_code not in self.words.gone_status:
            return False
        return re.search(self.words.gone_text, str(error), re.IGNORECASE) is not None

    def _build(
        self,
        call: JobCall,
        part: Part,
        values: Mapping[str, str],
        check: Callable[[object], str | None] | None = None,
    ) -> Request:
        slots = _fill_in(part, values)
        headers = slots.fill_texts(call.headers)
        body: bytes | None = None
        if call.body is not None:
            kind, body = build_body(call.body, slots)
            headers = {"Content-Type": kind, **headers}
        return Request(
            call.method,
            self._fill_path(call, slots),
            params=slots.fill_texts(call.params),
            headers=headers,
            body=body,
            rate_classes=part.one.rate_classes,
            check=check,
        )

    def _fill_path(self, call: JobCall, slots: SlotValues) -> str:
        quoted = {
            name: quote(value, safe="") if isinstance(value, str) else value
            for name, value in slots.values.items()
        }
        path = replace(slots, values=quoted).fill_text(call.path)
        if path is None:
            raise FatalSourceError(f"the path '{call.path}' has a slot without a value")
        return path


def _fill_in(part: Part, values: Mapping[str, str]) -> SlotValues:
    return replace(part.slots, values={**part.slots.values, **values})


def _write_word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _expect_text(path: str) -> Callable[[object], str | None]:
    """Build the check that an answer has a word at a path."""

    def check(data: object) -> str | None:
        found = find_path(data, path)
        if isinstance(found, str | int) and found != "":
            return None
        return f"has {describe_value(found)} at '{path}', expected a word"

    return check
