"""Tries out an entity that jobs alone read, by a job for one record at most, which is paid like any."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from crm_sync.config.jobs import JobWords
from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.exceptions import FatalSourceError
from crm_sync.rest.client import RestClient
from crm_sync.sources.jobs.calls import JobCalls, JobLook
from crm_sync.sources.jobs.figures import fit_words
from crm_sync.sources.jobs.file_places import find_place
from crm_sync.sources.jobs.file_ranges import FileRanges
from crm_sync.sources.jobs.waiting import JobWait
from crm_sync.sources.rest.pages import PageReader
from crm_sync.sources.rest.part import NO_PARENT, Part
from crm_sync.sources.rest.parts import build_planner

_HEAD_BYTES = 1024
_PATIENCE_S = 60.0
"""Somebody waits for the answer."""


def probe_job(
    client: RestClient, entity: EntityConfig, read: RestListRead, words: JobWords, paths: Mapping[str, str]
) -> str:
    """Have a job find the first record of each pass.

    Args:
        client: of the account.
        entity: that jobs read.
        read: its strategy.
        words: how jobs are asked for.
        paths: pieces of paths by placeholder, as for a read.

    Returns:
        A sentence about what may be read.

    Raises:
        SourceError: a job can't be started, fails, takes too long, or its results may not be read.
    """
    words = fit_words(client, words)
    patience_s = min(words.poll.give_up_s, _PATIENCE_S)
    poll = words.poll.model_copy(update={"give_up_s": patience_s, "hold_s": 2 * patience_s})
    calls = JobCalls(client, words.model_copy(update={"poll": poll}))
    planner = build_planner(client, entity, read, paths)
    planner.discover(client, entity)
    for one in read.passes:
        part = planner.build_bare(one, NO_PARENT)
        job = calls.start(part, uuid4().hex)
        look = _wait(calls, part, job)
        if look.file and words.file is not None:
            FileRanges(find_place(client, words.file, look.file)).read(0, _HEAD_BYTES)
        else:
            PageReader(client, calls.build_results(part, job), words.results.paging, 1).read(None)
    return "may be read"


def _wait(calls: JobCalls, part: Part, job: str) -> JobLook:
    wait = JobWait(calls.words.poll, calls.client.pacer, job, datetime.now(UTC))
    while not (look := calls.look(part, job)).is_done:
        if look.is_failed:
            raise FatalSourceError(f"job {job} ended as {look.state}: {look.error}")
        if wait.is_over:
            raise FatalSourceError(f"job {job} is still {look.state}; {calls.abort(part, job)}")
        wait.pause()
    return look
