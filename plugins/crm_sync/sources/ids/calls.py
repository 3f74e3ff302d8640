"""The requests of a read by ids: pages of the list, searches, batches; paging is the readers'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_ids import BatchErrors, IdCall, RestIdsRead
from crm_sync.exceptions import ConfigError, UnexpectedResponseError
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.labels import Labels
from crm_sync.rest.alike_records import AlikeReader, AlikeRecords
from crm_sync.rest.client import RestClient
from crm_sync.rest.failure_words import expect_records_at
from crm_sync.rest.messages import Answer, Request, ShapeCheck, expect_list_at, find_list, find_path
from crm_sync.rest.page_words import read_count, read_next
from crm_sync.rest.waits import never
from crm_sync.sources.base import Record
from crm_sync.sources.rest.discovery import FieldPlan, discover_fields
from crm_sync.sources.rest.slots import SlotValues, Value
from crm_sync.sources.rest.told_fields import list_told
from crm_sync.sources.told_fields import ToldFields
from crm_sync.untyped import Json


@dataclass(frozen=True)
class IdCalls:
    """The requests of one entity.

    Args:
        client: of the account.
        read: the entity's strategy.
        paths: pieces of paths by placeholder, put in as they are.
    """

    client: RestClient
    read: RestIdsRead
    paths: Mapping[str, str] = field(default_factory=dict)
    _filled: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """By template, paths as they are sent: nothing in them changes during a read."""
    _alike: dict[str, AlikeReader] = field(default_factory=dict, repr=False, compare=False)
    """By path of the records in a list's answer: what reads its pages."""

    @property
    def name(self) -> str:
        """Name what is read, for the log."""
        return self._fill_path(self.read.listing.path)

    def list_page(
        self,
        after: str | None,
        *,
        archived: bool,
        limit: int,
        names: Sequence[str] = (),
        cancelled: Callable[[], bool] = never,
    ) -> tuple[Sequence[Record], str | None, bytes | None]:
        """Give one list page, the token of the next, and the page as NDJSON."""
        call = self.read.listing
        given = {"limit": limit, "after": after, "fields": names or None}
        path, wanted = call.records_path, split_path(self.read.id_path)[:1]
        is_key = path == split_path(path)[0]
        alike = self._alike.setdefault(path, AlikeReader(path, wanted)) if is_key else None
        answer = self._send(call, given, archived=archived, cancelled=cancelled, alike=alike)
        records = _find_records(call, answer.data) if answer.alike is None else answer.alike
        return records, read_next(answer.data, call.next_path), answer.lines

    def search_page(
        self,
        bounds: Mapping[str, Value],
        *,
        limit: int,
        names: Sequence[str] = (),
        descends: bool = False,
        cancelled: Callable[[], bool] = never,
    ) -> tuple[list[Record], int]:
        """Give one page of a search and the number of all matches, this page included.

        Args:
            bounds: slots that narrow it: since, until, after, before.
            limit: most records.
            names: of the fields; none: the id alone.
            descends: highest id first.
            cancelled: true once nobody wants it any more.
        """
        call = self.read.search
        order = call.orders[1 if descends else 0]
        given = {**bounds, "limit": limit, "order": order, "fields": names or (call.id_field,)}
        data = self._send(call, given, check=self._check_search, cancelled=cancelled).data
        return _find_records(call, data), read_count(data, call.total_path) or 0

    def read_batch(
        self,
        ids: Sequence[str],
        names: Sequence[str],
        *,
        archived: bool,
        cancelled: Callable[[], bool] = never,
    ) -> dict[str, Record]:
        """Read records by id.

        Returns:
            By id; one that is gone is missing, and so is one for which the source gives another record, into
            which it was merged: the lists have that under its own id.

        Raises:
            UnexpectedResponseError: an id was refused for another reason.
        """
        call = self.read.batch
        found: dict[str, Record] = {}
        # ids that the first answer lacks are requested again: a record is gone only if both lack it
        for wanted in (_cut(ids, call.most), _cut(ids, call.most)):
            for batch in wanted:
                missing = [one for one in batch if one not in found]
                if missing:
                    inputs = [SlotValues({"id": one}).fill_json(call.input) for one in missing]
                    given = {"inputs": inputs, "fields": names}
                    check = expect_list_at(call.records_path)  # its errors are looked at one by one
                    answer = self._send(call, given, archived=archived, check=check, cancelled=cancelled)
                    _check_batch_errors(call.errors, answer)
                    by_id = {str(self.read_id(record)): record for record in _find_records(call, answer.data)}
                    found.update({one: by_id[one] for one in missing if one in by_id})
        return found

    def discover(self, entity: EntityConfig, begun: Labels | None = None) -> FieldPlan:
        """Ask the account for its fields.

        Args:
            entity: as YAML has it.
            begun: what columns by label are filled from in this read already.

        Raises:
            SourceError: it does not list them.
        """
        words = self.read.discover
        values = SlotValues(self._values({}))
        return discover_fields(self.client, entity, words, self._fill_path(words.path), values, begun)

    def list_told(self, entity: EntityConfig) -> ToldFields:
        """Ask the account for the fields that no column takes; raises as `discover` does."""
        words = self.read.discover
        values = SlotValues(self._values({}))
        return list_told(self.client, entity, words, self._fill_path(words.path), values)

    def read_id(self, record: Json) -> int:
        """Give the numeric id of a record.

        Raises:
            UnexpectedResponseError: it has none.
        """
        found = find_path(record, self.read.id_path)
        if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).isdecimal():
            raise UnexpectedResponseError(
                f"the source sent a record without a numeric id at '{self.read.id_path}'"
            )
        return int(found)

    def read_ids(self, records: Sequence[Record]) -> list[int]:
        """Give the numeric ids of records, in their order; raises as `read_id` does."""
        keys = split_path(self.read.id_path)
        found = _list_values(records, keys[0]) if len(keys) == 1 else None
        if found is not None:
            # all at once: this runs for every record that is listed
            texts = [one for one in found if type(one) is str and one.isdecimal()]
            if len(texts) == len(records):
                return list(map(int, texts))
        return [self.read_id(record) for record in records]

    def _values(self, given: Mapping[str, Value | None]) -> dict[str, Value]:
        known = {name: value for name, value in given.items() if value is not None}
        return {**self.client.extras, **self.read.slots, **self.paths, **known}

    def _fill_path(self, template: str) -> str:
        if template in self._filled:
            return self._filled[template]
        own = {name: quote(str(value), safe="") for name, value in self._values({}).items()}
        path = SlotValues({**own, **self.paths}).fill_text(template)
        if path is None:
            where = f"connection {self.client.connection_id}"
            raise ConfigError(where, "extra", f"a value for each slot of '{template}'")
        self._filled[template] = path
        return path

    def _send(
        self,
        call: IdCall,
        given: Mapping[str, Value | None],
        *,
        archived: bool = False,
        check: ShapeCheck | None = None,
        cancelled: Callable[[], bool] = never,
        alike: AlikeReader | None = None,
    ) -> Answer:
        slots = SlotValues(self._values(given))
        instead = self.read.archived.params if archived and self.read.archived else {}
        request = Request(
            "POST" if call.body else "GET",
            self._fill_path(call.path),
            {**slots.fill_texts(call.params), **instead},
            slots.fill_json(call.body) if call.body else None,
            (call.rate_class,),
            check or expect_records_at(call.records_path),
            lines_path=call.records_path,
            alike=alike,
        )
        return self.client.send(request, cancelled=cancelled)

    def _check_search(self, data: Json) -> str | None:
        call = self.read.search
        fault = expect_records_at(call.records_path)(data)
        if fault is not None:
            return fault
        try:
            total = read_count(data, call.total_path)
        except UnexpectedResponseError:
            total = None
        if total is None:
            return f"has no number '{call.total_path}'"
        is_short = total > 0 and not _find_records(call, data)
        return f"has no {call.records_path} although {call.total_path} is above 0" if is_short else None


def _find_records(call: IdCall, data: Json) -> list[Record]:
    return find_list(data, (call.records_path,)) or []


def _list_values(records: Sequence[Record], key: str) -> list[Json] | None:
    """Give each record's value of a key; None: not each is an object."""
    if isinstance(records, AlikeRecords):
        return records.list_values(key)
    return [one.get(key) for one in records] if all(type(one) is dict for one in records) else None


def _cut(ids: Sequence[str], most: int) -> list[Sequence[str]]:
    return [ids[start : start + most] for start in range(0, len(ids), most)]


def _check_batch_errors(words: BatchErrors | None, answer: Answer) -> None:
    """Refuse a partial answer unless the only fault is that records are gone."""
    for error in (find_path(answer.data, words.path) or ()) if words else ():
        code = find_path(error, words.code_path) if words else None
        if words and code not in words.gone:
            said = f"{code}: {find_path(error, words.text_path)}"[:300]
            raise UnexpectedResponseError(
                f"the source refused a part of a batch: {said}", status_code=answer.status
            )
