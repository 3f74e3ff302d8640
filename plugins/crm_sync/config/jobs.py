"""How a source is asked to work something out: a job that is started, looked at, and read when it is done."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.answers import AnswerWords
from crm_sync.config.base import Identifier, Model, wrong_key
from crm_sync.config.durations import Seconds
from crm_sync.config.exchange import Templates
from crm_sync.config.job_files import JobFile
from crm_sync.config.paging import LinkPaging, Paging
from crm_sync.config.patterns import Pattern
from crm_sync.config.slots import TOKEN


class JobCall(Templates):
    """One request about a job; in its path and texts the slot `{job}` is the job's id."""

    method: Literal["GET", "POST", "PATCH", "DELETE"] = "GET"
    """HTTP method."""
    path: str
    """Below the connection's host; takes the slots of texts."""

    @model_validator(mode="after")
    def _check_body(self) -> Self:
        if self.body is not None and self.method in ("GET", "DELETE"):
            raise wrong_key("read.job.body", "method: POST or PATCH beside it", self.method)
        return self


class JobStart(JobCall):
    """Starts a job. It is never sent again, unless it has the slot `{token}`.

    `{token}` is a text that is stored before the request is sent, and is the same in a later try that can't
    know whether the first one arrived: for sources that start one job for one token.
    """

    method: Literal["GET", "POST", "PATCH", "DELETE"] = "POST"
    """HTTP method."""
    id_path: str = "id"
    """Where the answer has the job's id."""

    @property
    def is_repeatable(self) -> bool:
        """Tell whether the source knows a start that comes a second time."""
        return self.names(TOKEN)


class JobStates(Model):
    """The states of a job; any other word is an error. A boolean is `true` or `false` here."""

    running: tuple[str, ...] = Field(min_length=1)
    """The job is polled again."""
    done: tuple[str, ...] = Field(min_length=1)
    """Its results can be read."""
    failed: tuple[str, ...] = ()
    """It has no results: another job is started, see `restarts`."""


class JobPrice(Model):
    """The price of a job, worked out from one of its figures; one more figure."""

    name: Identifier
    """Name of the price among the figures."""
    of: Identifier
    """The figure that is paid for."""
    per: float = Field(gt=0)
    """How much of it the price is for."""
    each: float = Field(ge=0)
    """The price of that much."""
    each_extra: str = ""
    """Connection extra with another price."""
    least: float = Field(default=0, ge=0)
    """A finished job counts at least this much of the figure."""

    def work_out(self, figure: float, each: float) -> float:
        """Give the price of one finished job."""
        return round(max(figure, self.least) / self.per * each, 6)


class JobPoll(JobCall):
    """A poll of a job's state."""

    state_path: str
    """Where the answer has the job's state."""
    states: JobStates
    """What the states mean."""
    error_path: str = ""
    """Where a failed job says why it failed."""
    retry_path: str = ""
    """Where a failed job says by a true or false whether another one might succeed; false ends the run."""
    total_path: str = ""
    """Where a finished job says how many records it has; if fewer come, the run is `partial`."""
    figures: dict[Identifier, str] = Field(default_factory=dict)
    """By name in the history's performance_metrics, where the answer has a number about a finished job."""
    price: JobPrice | None = None
    """What a job costs; none: nothing, or nobody knows."""
    first_s: Annotated[Seconds, Field(gt=0)] = 2
    """Time until the second poll; later ones wait for half of the time that has passed."""
    first_extra: str = ""
    """Connection extra with other seconds."""
    longest_s: Annotated[Seconds, Field(gt=0)] = 30
    """Longest time between two polls."""
    hold_s: Seconds = 60
    """Once a job takes longer, the worker is released between two polls."""
    give_up_s: Annotated[Seconds, Field(gt=0)] = 1800
    """A job that takes longer is called off, and the run fails."""
    give_up_extra: str = ""
    """Connection extra with other seconds."""

    @property
    def extras(self) -> dict[str, str]:
        """Give the connection extras that it reads, by key."""
        price = self.price.each_extra if self.price else ""
        named = {"first_extra": self.first_extra, "give_up_extra": self.give_up_extra}
        return {key: name for key, name in {**named, "price.each_extra": price}.items() if name}

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price is not None and self.price.of not in self.figures:
            raise wrong_key("read.job.poll.price.of", "one of figures", self.price.of)
        return self


class JobResults(JobCall):
    """The results of a job, which are a separate list."""

    records_path: str = ""
    """Where an answer has the records; not with CSV."""
    paging: Paging
    """How the results are cut into pages."""
    answer: AnswerWords = AnswerWords()
    """What a page is."""
    page_size: int = Field(default=10_000, gt=0)
    """Records in a page; fewer if they have more than 100 fields, or if the run asks for smaller pages."""

    @model_validator(mode="after")
    def _check_position(self) -> Self:
        if self.method not in ("GET", "POST"):
            raise wrong_key("read.job.results.method", "GET or POST", self.method)
        if not isinstance(self.paging, LinkPaging) and not self.paging.param and not self.names("after"):
            raise wrong_key("read.job.results.params", "the slot {after}, or param in paging", "neither")
        return self


class JobCount(JobCall):
    """Asks how many records there are, to choose between pages and a job."""

    count_path: str
    """Where the answer has the number."""


class JobWords(Model):
    """Jobs read what the passes would read, with the same slots: `{since}`, `{before}`, `{fields}`."""

    count: JobCount | None = None
    """Asked before each part of a read; none: everything is read by jobs."""
    above: int = Field(default=0, ge=0)
    """Reads of more records than this go by a job, others by the pass's own pages."""
    above_extra: str = ""
    """Connection extra with another number."""
    most_bytes: int = Field(default=0, ge=0)
    """Longest list of field names that a start takes. With more than `discover.most_bytes` everything is read
    by jobs, instead of without the last fields. 0: jobs take no more of them than pages do."""
    start: JobStart
    """How a job is started."""
    poll: JobPoll
    """How it is polled."""
    results: JobResults
    """How its records are read."""
    file: JobFile | None = None
    """Where the connection wants it, the results are read from a file in the place of pages; none: never."""
    clock: JobCall | None = None
    """Asked for the source's time before a read that jobs alone do: the `Date` of any answer will do, also of
    a refusal. None: the worker's clock counts."""
    abort: JobCall | None = None
    """How a job that nobody waits for any more is called off; none: jobs can't be called off."""
    gone_status: tuple[int, ...] = (404, 410)
    """Statuses of a poll or of a page of results which say that the job no longer exists."""
    gone_text: Pattern = ""
    """Pattern in the text of such an answer, where the status alone does not say so."""
    restarts: int = Field(default=1, ge=0)
    """How often another job replaces one that failed or is gone, before the run fails."""
    final: Pattern = ""
    """Pattern in the error text of a failed job that no other job can repair; then the run fails at once."""
    narrow: Pattern = ""
    """Pattern in the error text of a failed job; if it is there, half of the span might succeed."""

    def narrows(self, error: str) -> bool:
        """Tell whether a job with this error might succeed with half of the span."""
        return bool(self.narrow) and re.search(self.narrow, error, re.IGNORECASE) is not None

    def is_final(self, error: str) -> bool:
        """Tell whether no other job can repair this error."""
        return bool(self.final) and re.search(self.final, error, re.IGNORECASE) is not None

    @property
    def calls(self) -> dict[str, JobCall]:
        """Give its requests by key."""
        named: dict[str, JobCall | None] = {"count": self.count, "start": self.start, "poll": self.poll}
        named |= {"results": self.results, "abort": self.abort, "clock": self.clock}
        return {key: one for key, one in named.items() if one is not None}
