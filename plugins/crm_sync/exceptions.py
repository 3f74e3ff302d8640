"""Every error of the package, grouped by what the caller does next.

CrmSyncError
├── ConfigError                     stop while parsing; carries file and key path
├── OptionsError                    stop before any work: a run flag is wrong
├── LongWaitError                   give the worker back until then; carries until and the limit's name
├── SourceError                     carries crm_source, sync_type, status_code, request_id
│   ├── TransientSourceError        send again
│   │   ├── RateLimitedError        carries retry_after_s and the limit's name
│   │   └── SourceUnavailableError
│   ├── QuotaExhaustedError         stop reading, keep what was read, end as partial
│   └── FatalSourceError            stop the entity
│       ├── AuthenticationError     names the connection and the missing right
│       ├── UnexpectedResponseError
│       ├── StalePositionError      read the list from its first page
│       ├── StaleFieldsError        ask the account for its fields again, then read the list anew
│       ├── TooMuchError            ask for halves of the span, or start a job
│       ├── NoJobError              read the list by its pages
│       ├── JobLostError            start another job, once
│       └── PaginationLoopError
├── StorageError
│   ├── SchemaFaultError            stop
│   ├── DatabaseUnavailableError    stop
│   ├── SupersededError             stop: another run owns the history row
│   └── AlreadyRunningError         stop: names run, host and last heartbeat
├── UnforeseenError                 stop: the code is at fault; says where
└── SyncCancelledError              on_kill asked the stage to stop

A bad record is not an exception but a finding (rule, field, message) in a column.
"""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

_PACKAGE = Path(__file__).parent
_ROOT = _PACKAGE.parent


class CrmSyncError(Exception):
    """Base of all errors raised by the package."""


class ConfigError(CrmSyncError):
    """A YAML file is wrong.

    Args:
        file: path of the file as the user knows it, relative to the configs folder.
        key_path: dotted path of the key, empty for the whole file.
        expected: what would have been right.
        got: what was found instead, None where the key is missing.
    """

    def __init__(self, file: str, key_path: str, expected: str, *, got: str | None = None) -> None:
        self.file = file
        self.key_path = key_path
        self.expected = expected
        self.got = got
        where = f"{file}, key '{key_path}'" if key_path else file
        found = "" if got is None else f", got {got}"
        super().__init__(f"{where}: expected {expected}{found}")


class OptionsError(CrmSyncError):
    """A run flag is unknown, of the wrong type, or does not go with another flag."""


class LongWaitError(CrmSyncError):
    """A limit asks for a pause that is too long to hold a worker.

    Args:
        until: when to continue, aware UTC.
        limit_name: which limit asked for it.
    """

    def __init__(self, until: datetime, limit_name: str) -> None:
        self.until = until
        self.limit_name = limit_name
        super().__init__(f"{limit_name} asks for a pause until {until.isoformat()}")


class SourceError(CrmSyncError):
    """The CRM, or the way to it, failed.

    Args:
        message: one sentence without secrets and without URL queries.
        crm_source: the CRM, when known.
        sync_type: the entity, when known.
        status_code: HTTP status, when there was an answer.
        request_id: the vendor's correlation id, when it sent one.
    """

    def __init__(
        self,
        message: str,
        *,
        crm_source: str | None = None,
        sync_type: str | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
    ) -> None:
        self.crm_source = crm_source
        self.sync_type = sync_type
        self.status_code = status_code
        self.request_id = request_id
        super().__init__(message if request_id is None else f"{message} (request id {request_id})")


class TransientSourceError(SourceError):
    """The same request may succeed later."""


class RateLimitedError(TransientSourceError):
    """The CRM asked for a pause.

    Args:
        message: one sentence.
        retry_after_s: seconds the CRM asked for, None when it did not say.
        limit_name: which of the CRM's limits was hit.
        status_code: HTTP status.
        request_id: the vendor's correlation id.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        limit_name: str = "",
        status_code: int | None = 429,
        request_id: str | None = None,
    ) -> None:
        self.retry_after_s = retry_after_s
        self.limit_name = limit_name
        super().__init__(message, status_code=status_code, request_id=request_id)


class SourceUnavailableError(TransientSourceError):
    """No answer, a broken answer, or a 5xx."""


class QuotaExhaustedError(SourceError):
    """A quota that does not come back within this run is used up: the run ends as partial."""


class FatalSourceError(SourceError):
    """The same request can't succeed: stop the entity without retry."""


class AuthenticationError(FatalSourceError):
    """The key is wrong or lacks a right."""


class UnexpectedResponseError(FatalSourceError):
    """The answer does not have the promised shape."""


class StalePositionError(FatalSourceError):
    """The source does not know a page's position any more: its list has to be read from the first page."""


class StaleFieldsError(FatalSourceError):
    """A requested field is gone at the source, or hidden: its fields have to be read again."""


class TooMuchError(FatalSourceError):
    """The source can't answer so much at once: a part of it, or a job, may succeed."""


class NoJobError(FatalSourceError):
    """The source offers no job for this."""


class JobLostError(FatalSourceError):
    """A job failed, was called off, or is not there any more: another one may have results."""


class PaginationLoopError(FatalSourceError):
    """The CRM repeats a page or a token, or sends more pages than the entity allows."""


class StorageError(CrmSyncError):
    """The warehouse failed."""


class SchemaFaultError(StorageError):
    """The table does not fit the data, whatever the row."""


class DatabaseUnavailableError(StorageError):
    """The warehouse can't be reached or is full."""


class SupersededError(StorageError):
    """This process no longer owns its history row."""


class AlreadyRunningError(StorageError):
    """Another run of the same entity is alive."""

    is_own_run: bool = False
    """It is an earlier try of the same run, whose lock outlives its host by about a minute: try again."""


class UnforeseenError(CrmSyncError):
    """An error that the code itself made: the same code meets it again, however long it waits.

    Args:
        error: as it came, with its traceback.
    """

    def __init__(self, error: Exception) -> None:
        frames = [(Path(one.filename), one.lineno) for one in traceback.extract_tb(error.__traceback__)]
        own = [(file.relative_to(_ROOT), line) for file, line in frames if file.is_relative_to(_PACKAGE)]
        place = f" in {own[-1][0].as_posix()}, line {own[-1][1]}" if own else ""
        super().__init__(
            f"{type(error).__name__}{place}: {error}. This looks like a fault in the code, so it is not "
            "retried. The task's log has the traceback."
        )


class SyncCancelledError(CrmSyncError):
    """Airflow asked the task to stop."""
