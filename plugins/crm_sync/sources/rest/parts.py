"""The parts of a read: each pass, for each parent, in each window, with the request that its pages share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.paging import KeysetPaging
from crm_sync.config.parent_lists import ParentList
from crm_sync.config.rest_reads import RestListRead, RestPass
from crm_sync.config.slots import OWN_SLOTS, SAMPLE, find_slots
from crm_sync.constants import SyncMode
from crm_sync.exceptions import ConfigError
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.labels import Labels, settle_labels
from crm_sync.fields.paths import source_paths
from crm_sync.fields.reading import ZONE_COLUMN
from crm_sync.rest.cell_times import CellFormat
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.rest.date_windows import DayRange, midnight, plan_windows
from crm_sync.sources.rest.discovery import FieldPlan, discover_fields, find_mapped
from crm_sync.sources.rest.option_labels import Options
from crm_sync.sources.rest.part import NO_PARENT, Part
from crm_sync.sources.rest.slots import SlotValues, Value, write_moment

_UTC = ZoneInfo("UTC")


class PartPlanner:
    """Builds the parts of one read.

    Args:
        entity: with the strategy `rest_list`.
        read: its strategy.
        extras: of the connection, for paths and parameters.
        paths: pieces of paths by placeholder, put in as they are.
        connection_id: named where an extra is missing or wrong.

    Its `fields`, what the slot of that name holds, are the mapped ones until somebody knows better.
    """

    def __init__(
        self,
        entity: EntityConfig,
        read: RestListRead,
        *,
        extras: Mapping[str, str],
        paths: Mapping[str, str],
        connection_id: str = "",
    ) -> None:
        self.read = read
        self._zone = ZoneInfo(entity.source_time_zone)
        self._paths = dict(paths)
        self._values = {**extras, **read.values, "time_zone": entity.source_time_zone}
        self._extras = extras
        self._connection_id = connection_id
        self.fields: Sequence[str] = find_mapped(entity)
        self._types: Mapping[str, str] = {}
        self._options: Options = {}
        self._formats: Mapping[str, CellFormat] = {}
        self._keys = _list_keys(entity)
        self._additions = {ZONE_COLUMN: entity.source_time_zone} if read.zone_extra else {}

    def discover(
        self, client: RestClient, entity: EntityConfig, begun: Labels | None = None
    ) -> FieldPlan | None:
        """Ask the account for its fields, if the YAML says so; parts that are planned later ask for these.

        Args:
            client: of the account.
            entity: as YAML has it.
            begun: what columns by label are filled from in this read already.

        Raises:
            SourceError: it does not list them.
        """
        words = self.read.discover
        if words is None or not words.each_read:
            return None
        if self.read.job is not None and words.most_bytes:
            most_bytes = max(words.most_bytes, self.read.job.most_bytes)
            words = words.model_copy(update={"most_bytes": most_bytes})
        values, path = self.fill_call(words.path)
        found = discover_fields(client, entity, words, path, values, begun)
        self.fields, self._types, self._options = found.names, found.types, found.options
        self._formats = found.formats
        self._keys = _list_keys(settle_labels(entity, found.labels.labels))
        return found

    def plan(self, request: ReadRequest, parents: Iterable[str]) -> Iterator[Part]:
        """Give the parts in reading order."""
        known = request.known_walks
        for parent in parents:
            for one in self.read.passes:
                walk = self._name_walk(one, parent)
                # what the run with the watermark did not read has no watermark of its own yet
                is_new = known is not None and walk not in known
                since = None if request.mode is SyncMode.FULL or is_new else request.since
                behind = None if since is None else self._find_bookmark(one, request.bookmarks.get(walk))
                for part in self._plan_walk(one, walk, parent, since, request.until):
                    yield replace(part, behind=behind)

    def renew(self, part: Part) -> Part:
        """Give a part that asks for the fields as they are known now."""
        values = {**part.slots.values, "fields": list(self.fields)}
        return replace(part, slots=replace(part.slots, values=values))

    def find_narrowing(self) -> list[str]:
        """Name the connection's extras that let only some records through."""
        return sorted({name for one in self.read.passes for name in self._list_extras(one)})

    def build_bare(self, one: RestPass, parent: str) -> Part:
        """Give a part without bounds, to ask for a few records of a list."""
        return self._build(one, one.name, one.name, parent, None, {"until": datetime.now(UTC), SAMPLE: 1})

    def above(self, parents: ParentList) -> PartPlanner:
        """Give a planner for the list of some parents, which itself may be read for parents of its own.

        Args:
            parents: its own are what parts are built for.
        """
        planner = copy(self)
        planner.read = self.read.model_copy(update={"parents": parents.of})
        return planner

    def plan_windows(self, since: datetime | None, until: datetime) -> list[DayRange]:
        """Give the windows of a read; none where the source has none."""
        if self.read.windows is None:
            return []
        return plan_windows(self.read.windows, self._zone, since=since, until=until)

    def fill(self, template: str, parent: str) -> str:
        """Fill the slots of a path; what comes from outside is quoted.

        Raises:
            ConfigError: the connection lacks an extra that the path needs.
        """
        name = {} if self.read.parents is None else {self.read.parents.name: parent}
        quoted = {key: quote(value, safe="") for key, value in {**self._values, **name}.items()}
        values = SlotValues({**quoted, **self._paths})
        filled = values.fill_text(template)
        if filled is None:
            missing = min(slot.name for _, slot in find_slots(template) if slot.name not in values.values)
            where = f"connection {self._connection_id}"
            raise ConfigError(where, f"extra.{missing}", f"a value, since '{template}' needs it")
        return filled

    def fill_call(self, path: str) -> tuple[SlotValues, str]:
        """Give the values of slots beside those of parts, and a path that is filled with them."""
        return SlotValues({**self._values, **self._paths}), self.fill(path, NO_PARENT)

    def _name_walk(self, one: RestPass, parent: str) -> str:
        # with a narrowing extra it is another walk, which says nothing about the other records
        narrowed = "&".join(f"{name}={self._values[name]}" for name in self._list_extras(one))
        return "/".join(filter(None, (parent, one.name))) + (f"?{narrowed}" if narrowed else "")

    def _find_bookmark(self, one: RestPass, bookmark: str | None) -> str | None:
        paging = one.paging or self.read.paging
        is_asked = self.read.event_cursor is not None and isinstance(paging, KeysetPaging)
        return bookmark if is_asked else None

    def _list_extras(self, one: RestPass) -> list[str]:
        contents = (one.params, one.body.content if one.body else None)
        named = {slot.name for content in contents for _, slot in find_slots(content)}
        return sorted((named - OWN_SLOTS) & self._extras.keys())

    def _plan_walk(
        self, one: RestPass, walk: str, parent: str, since: datetime | None, until: datetime
    ) -> Iterator[Part]:
        windows = self.read.windows
        if windows is None or not one.windowed:
            bounds = {"until": until} if since is None else {"since": since, "until": until}
            yield self._build(one, walk, walk, parent, since, bounds)
            return
        for window in self.plan_windows(since, until):
            days = {"since": window.first, "until": window.day_after}
            bounds = {name: midnight(day, self._zone) for name, day in days.items()}
            key = f"{walk}/{window.first}..{window.last}"
            part = self._build(one, key, walk, parent, since, bounds)
            params = {**window.build_params(windows, self._zone), **part.params}
            yield replace(part, params=params, window=window)

    def _build(  # one part has that many sides
        self,
        one: RestPass,
        key: str,
        walk: str,
        parent: str,
        since: datetime | None,
        bounds: Mapping[str, datetime | int],
    ) -> Part:
        asked = self.read.modified_filter if since is not None else None
        bound = (
            {} if asked is None or since is None else {asked.name: write_moment(since, asked.format, _UTC)}
        )
        in_header = asked is not None and asked.place == "header"
        name = self.read.parents.name if self.read.parents else None
        values: dict[str, Value] = {**self._values, **self._paths, "fields": list(self.fields), **bounds}
        values |= {name: parent} if name else {}
        is_filtered = "since" in bounds and one.names("since")
        no_news = asked.no_news_status if asked else one.no_news_status if is_filtered else ()
        return Part(
            key=key,
            walk=walk,
            one=one,
            path=self.fill(one.path, parent),
            parent=parent,
            params={} if in_header else bound,
            headers=bound if in_header else {},
            answer=one.answer or self.read.answer,
            keys=self._keys,
            slots=SlotValues(values, self._zone.key, self._extras, self._connection_id),
            no_news=frozenset(no_news),
            off=frozenset(one.feature_off.status) if one.feature_off else frozenset(),
            since=since,
            types=self._types,
            formats=self._formats,
            options=self._options,
            additions={**self._additions, **({f"_{name}": parent} if name else {})},
        )


def build_planner(
    client: RestClient, entity: EntityConfig, read: RestListRead, paths: Mapping[str, str]
) -> PartPlanner:
    """Give the planner of an entity for the account of a client.

    Args:
        client: knows the connection's extras.
        entity: with the strategy `rest_list`.
        read: its strategy.
        paths: pieces of paths by placeholder.
    """
    # a test's own client may have no connection
    connection_id = getattr(client, "connection_id", "")
    return PartPlanner(entity, read, extras=client.extras, paths=paths, connection_id=connection_id)


def _list_keys(entity: EntityConfig) -> tuple[tuple[str, ...], ...]:
    """Give for each key column the names that it may be filled from; nothing for one that a read adds."""
    paths = (source_paths(column, entity.fields[column].source) for column in entity.primary_key)
    named = (tuple(split_path(path)[0] for path in one if not path.startswith("_")) for one in paths)
    return tuple(names for names in named if names)
