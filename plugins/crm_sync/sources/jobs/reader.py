"""Reads the parts of a list in pages or, if they are large, by jobs at the source."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace

from crm_sync.config.jobs import JobWords
from crm_sync.config.slots import FIELDS
from crm_sync.exceptions import ConfigError, NoJobError, TooMuchError
from crm_sync.sources.base import Cursor, Page, build_page
from crm_sync.sources.jobs.calls import JobCalls
from crm_sync.sources.jobs.file_results import FileResultReader
from crm_sync.sources.jobs.follower import JobFollower
from crm_sync.sources.jobs.halves import cut_part, find_cut
from crm_sync.sources.jobs.position import JobPosition, read_cut, write_cut
from crm_sync.sources.jobs.results import ResultReader
from crm_sync.sources.rest.discovery import fit_names
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.part_reader import PartReader

logger = logging.getLogger(__name__)


@dataclass
class JobReader(PartReader):
    """Chooses for each part between pages and a job; a part that is too large for both is read in halves."""

    words: JobWords = field(kw_only=True)
    """How jobs are asked for."""
    jobs: dict[str, dict[str, object]] = field(default_factory=dict)
    """By part, the job it was read by and its records."""
    figures: dict[str, float] = field(default_factory=dict)
    """Numbers about the jobs that came to their ends, added up."""
    tell: Callable[[str], object] = logger.warning
    """Takes a sentence for log and history, to be kept with the next position."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._calls = JobCalls(self.client, self.words)

    def _read_behind(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        if (cut := read_cut(cursors.get(part.key))) is not None:
            for half in cut_part(part, cut):
                yield from self._read_behind(half, cursors)
            return
        try:
            yield from self._read_uncut(part, cursors)
        except TooMuchError as error:
            if (cut := find_cut(part, self.request.until)) is None:
                raise
            self._say(part, f"is asked for in two spans, up to {cut.isoformat()} and from it on", error)
            yield build_page([], cursor_key=part.key, cursor=write_cut(cut))
            for half in cut_part(part, cut):
                yield from self._read_behind(half, {})

    def _read_uncut(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        position = JobPosition.from_cursor(cursors.get(part.key))
        if position is None and (part.key in cursors or not self._is_for_job(part)):
            yield from self._read_by_pages(part, cursors)
            return
        try:
            yield from self._read_by_job(part, position)
        except NoJobError as error:
            self._say(part, "is read by its pages", error)
            yield from super()._read_behind(self._narrow(part), {})

    def _read_by_pages(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        try:
            yield from super()._read_behind(part, cursors)
        except TooMuchError as error:
            if find_cut(part, self.request.until) is not None:
                raise  # half of it may be little enough
            self._say(part, "is read by a job", error)
            yield from self._read_by_job(part, None)

    def _read_by_job(self, part: Part, position: JobPosition | None) -> Generator[Page]:
        follower = JobFollower(
            self._calls,
            part,
            self._name(part),
            open_results=lambda file: self._open_results(part, file),
            tell=self.tell,
            can_narrow=find_cut(part, self.request.until) is not None,
        )
        follower.figures = self.figures
        for page in follower.read_pages(position):
            if not page.is_landmark:
                self.refusals.note_answer(part)
            yield page
        self.doubt = follower.doubt or self.doubt
        self.jobs[part.key] = follower.facts

    def _open_results(self, part: Part, file: str) -> ResultReader:
        """Give the reader of a finished job's results: of their file, or of pages where it has none."""
        parts = (self.client, self.entity, self.read, self.request, part, self._calls)
        return FileResultReader(*parts, words=self.words.file, address=file) if file else ResultReader(*parts)

    def _is_for_job(self, part: Part) -> bool:
        """Say whether a part has too many records for pages."""
        counting = self.words.count
        if counting is None or self._is_wide(part):
            return True
        if self.request.max_records:
            return False  # a job would work out everything for the few that are kept
        limit = self._find_limit()
        try:
            count = self._calls.count(part, counting)
        except TooMuchError as error:
            self._say(part, "has too many records to be counted", error)
            return True
        if count > limit:
            numbers = (f"{count:,}", f"{limit:,}")
            logger.info("%s: %s records, more than %s, so a job reads them.", self._name(part), *numbers)
        return count > limit

    def _is_wide(self, part: Part) -> bool:
        """Say whether a part asks for more fields than a page's request can hold."""
        words = self.read.discover
        length = len(",".join(_list_fields(part)).encode())
        return words is not None and bool(words.most_bytes) and length > words.most_bytes

    def _narrow(self, part: Part) -> Part:
        """Give a part that asks for the fields that a page's request takes."""
        if not self._is_wide(part) or self.read.discover is None:
            return part
        fields = _list_fields(part)
        kept = fit_names(fields, self.read.discover.most_bytes)
        self._say(part, "is read without its last fields", f"{len(fields) - len(kept)} names are too many")
        return replace(part, slots=replace(part.slots, values={**part.slots.values, FIELDS: kept}))

    def _find_limit(self) -> int:
        name = self.words.above_extra
        asked = self.client.extras.get(name, "") if name else ""
        if not asked:
            return self.words.above
        if not asked.isdecimal():
            where = f"connection {self.client.connection_id}"
            raise ConfigError(where, f"extra.{name}", "a whole number", got=repr(asked))
        return int(asked)

    def _say(self, part: Part, what: str, why: object) -> None:
        """Report how a part is read, and why."""
        self.tell(f"{part.walk} {what}: {why}".rstrip(".") + ".")

    def _name(self, part: Part) -> str:
        return f"{self.entity.sync_type} {part.walk}"


def _list_fields(part: Part) -> list[str]:
    names = part.slots.values.get(FIELDS, ())
    return list(names) if isinstance(names, list | tuple) else []
