"""Bulk 2.0 query jobs: their states, which a look moves on, and the rows of their results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sandbox.frame.clock import SandboxClock
from sandbox.frame.times import DAY_MS
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.ids import make_id
from sandbox.salesforce.object_types import INTEGRATION_USER
from sandbox.salesforce.soql_run import Selection
from sandbox.salesforce.times import to_rest

WAITING, RUNNING, COMPLETE, FAILED, ABORTED = (
    "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted",
)  # fmt: skip
OVER = (COMPLETE, FAILED, ABORTED)
DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}


class Form(NamedTuple):
    """What a job was asked for, beside its query."""

    operation: str
    version: str
    delimiter: str
    """A key of `DELIMITERS`."""
    line_end: str
    """A key of `LINE_ENDS`."""


@dataclass
class Job:
    """One query job."""

    id: str
    selection: Selection
    form: Form
    created_ms: int
    state: str = WAITING
    changed_ms: int = 0
    polls: int = 0
    error: str | None = None
    lines: list[str] = field(default_factory=list)
    """Of the results, once complete; without a header."""

    def show(self) -> dict[str, Any]:
        """As the endpoints answer it."""
        info: dict[str, Any] = {
            "id": self.id,
            "operation": self.form.operation,
            "object": self.selection.table.type.name,
            "createdById": INTEGRATION_USER,
            "createdDate": to_rest(self.created_ms),
            "systemModstamp": to_rest(self.changed_ms),
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.form.version.removeprefix("v")),
            "lineEnding": self.form.line_end,
            "columnDelimiter": self.form.delimiter,
        }
        if self.polls:
            info |= {"jobType": "V2Query", "retries": 0, "totalProcessingTime": 167 * self.polls}
            info["numberRecordsProcessed"] = len(self.lines)
        return info | ({} if self.error is None else {"errorMessage": self.error})

    def require_over(self, *, is_over: bool) -> None:
        """Check that the job is, or is not yet, at its end.

        Raises:
            ApiError: 400, it is the other way round.
        """
        if (self.state in OVER) != is_over:
            message = f"Job is in state {self.state}, which does not allow this."
            raise ApiError(400, "INVALIDJOBSTATE", message)


class JobStore:
    """The org's query jobs, oldest first.

    Args:
        config: How long they are kept.
        clock: Stamps them.
    """

    def __init__(self, config: SalesforceConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._made = 0

    def add(self, selection: Selection, form: Form) -> Job:
        """Keep a new job."""
        self._made += 1
        now_ms = self._clock.now_ms()
        job = Job(make_id("750", self._made), selection, form, created_ms=now_ms, changed_ms=now_ms)
        self._jobs[job.id] = job
        return job

    def find(self, job_id: str) -> Job:
        """A job by id.

        Raises:
            ApiError: 404, none, or one that is too old.
        """
        job = self._jobs.get(job_id)
        if job is None or self._clock.now_ms() - job.created_ms > self._config.job_days * DAY_MS:
            raise not_found()
        return job

    def list_all(self) -> list[Job]:
        """All jobs, oldest first."""
        return list(self._jobs.values())

    def remove(self, job_id: str) -> None:
        """Forget a job and its results."""
        del self._jobs[job_id]

    def set_state(self, job: Job, state: str, error: str | None = None) -> None:
        """Move a job on, or end it."""
        job.state, job.error, job.changed_ms = state, error, self._clock.now_ms()
