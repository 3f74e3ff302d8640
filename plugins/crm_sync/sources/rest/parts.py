"""The parts of a read: each pass, for each parent, in each window, with the request that its pages share."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.paging import KeysetPaging
from crm_sync.config.rest_reads import ModifiedFilter, RestListRead, RestPass
from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.rest.date_windows import Window, plan_windows

NO_PARENT = ""


@dataclass(frozen=True)
class Part:
    """One walk through one list."""

    key: str
    """Cursor key."""
    walk: str
    """Pass and parent, whatever the window: what later runs remember as read."""
    one: RestPass
    path: str
    parent: str = NO_PARENT
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    no_news: frozenset[int] = frozenset()
    """Statuses that say that nothing changed."""
    off: frozenset[int] = frozenset()
    """Statuses that say that the account lacks the feature."""
    since: datetime | None = None
    """Lower bound of this part; None: it is read from the start."""
    window: Window | None = None
    """The days it asks for."""
    additions: Mapping[str, str] = field(default_factory=dict)
    """What each record gets beside its own keys."""

    @property
    def accepts(self) -> frozenset[int]:
        """Give the statuses beyond success that answer its first page."""
        return self.no_news | self.off


class PartPlanner:
    """Builds the parts of one read.

    Args:
        entity: with the strategy `rest_list`.
        read: its strategy.
        extras: of the connection, for paths and parameters.
        paths: pieces of paths by placeholder, put in as they are.
    """

    def __init__(
        self, entity: EntityConfig, read: RestListRead, *, extras: Mapping[str, str], paths: Mapping[str, str]
    ) -> None:
        self._read = read
        self._zone = ZoneInfo(entity.source_time_zone)
        self._paths = dict(paths)
        self._values = {**extras, "time_zone": entity.source_time_zone}

    def plan(self, request: ReadRequest, parents: Iterable[str]) -> Iterator[Part]:
        """Give the parts in reading order."""
        known = request.known_walks
        for parent in parents:
            for one in self._read.passes:
                walk = self._name_walk(one, parent)
                # what the run with the watermark did not read has no watermark of its own yet
                is_new = known is not None and walk not in known
                since = None if request.mode is SyncMode.FULL or is_new else request.since
                behind = {} if since is None else self._ask_behind(one, request.bookmarks.get(walk))
                for part in self._plan_walk(one, walk, parent, since, request.until):
                    yield replace(part, params={**part.params, **behind})

    def find_narrowing(self) -> list[str]:
        """Name the connection's extras that let some records through only."""
        return sorted({name for one in self._read.passes for name in self._list_extras(one)})

    def build_bare(self, one: RestPass, parent: str) -> Part:
        """Give a part without bounds, to ask for a few records of a list."""
        return self._build(one, one.name, one.name, parent, None, {})

    def plan_windows(self, since: datetime | None, until: datetime) -> list[Window]:
        """Give the windows of a read; none where the source has none."""
        if self._read.windows is None:
            return []
        return plan_windows(self._read.windows, self._zone, since=since, until=until)

    def fill(self, template: str, parent: str) -> str:
        """Fill the placeholders of a path; what comes from outside is quoted."""
        name = {} if self._read.parents is None else {self._read.parents.name: parent}
        quoted = {key: quote(value, safe="") for key, value in {**self._values, **name}.items()}
        return template.format(**{**quoted, **self._paths})

    def fill_params(self, params: Mapping[str, str]) -> dict[str, str]:
        """Fill parameters; one whose placeholder has no value is left out."""
        return {
            name: template.format(**self._values)
            for name, template in params.items()
            if _placeholders(template) <= self._values.keys()
        }

    def _name_walk(self, one: RestPass, parent: str) -> str:
        # narrowed by an extra it is another walk: what was read of it says nothing about the rest
        narrowed = "&".join(f"{name}={self._values[name]}" for name in self._list_extras(one))
        return "/".join(filter(None, (parent, one.name))) + (f"?{narrowed}" if narrowed else "")

    def _ask_behind(self, one: RestPass, bookmark: str | None) -> dict[str, str]:
        # as a parameter of the part: its first page is the first one, and later pages name ids of their own
        paging = one.paging or self._read.paging
        if bookmark is None or self._read.event_cursor is None or not isinstance(paging, KeysetPaging):
            return {}
        return {paging.param: bookmark}

    def _list_extras(self, one: RestPass) -> list[str]:
        named = set().union(*(_placeholders(template) for template in one.params.values()))
        return sorted((named & self._values.keys()) - {"time_zone"})

    def _plan_walk(
        self, one: RestPass, walk: str, parent: str, since: datetime | None, until: datetime
    ) -> Iterator[Part]:
        windows = self._read.windows
        if windows is None or not one.windowed:
            yield self._build(one, walk, walk, parent, since, {})
            return
        for window in self.plan_windows(since, until):
            params = window.build_params(windows, self._zone)
            key = f"{walk}/{window.first}..{window.last}"
            yield replace(self._build(one, key, walk, parent, since, params), window=window)

    def _build(  # one part has that many sides
        self,
        one: RestPass,
        key: str,
        walk: str,
        parent: str,
        since: datetime | None,
        window: Mapping[str, str],
    ) -> Part:
        asked = self._read.modified_filter if since is not None else None
        bound = {} if asked is None or since is None else {asked.name: format_moment(asked, since)}
        in_header = asked is not None and asked.place == "header"
        name = self._read.parents.name if self._read.parents else None
        return Part(
            key=key,
            walk=walk,
            one=one,
            path=self.fill(one.path, parent),
            parent=parent,
            params={**self.fill_params(one.params), **window, **({} if in_header else bound)},
            headers=bound if in_header else {},
            no_news=frozenset(asked.no_news_status) if asked else frozenset(),
            off=frozenset(one.feature_off.status) if one.feature_off else frozenset(),
            since=since,
            additions={f"_{name}": parent} if name else {},
        )


def format_moment(asked: ModifiedFilter, moment: datetime) -> str:
    """Write a lower bound as the source wants it; cut to whole seconds, so never later than it is."""
    moment = moment.astimezone(UTC).replace(microsecond=0)
    if asked.format == "iso":
        return moment.isoformat()
    if asked.format == "date":
        return moment.date().isoformat()
    seconds = int(moment.timestamp())
    return str(seconds if asked.format == "epoch_s" else seconds * 1000)


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
