"""A SalesPro lake on the fake: its rows as Athena gives them, and changes by the fake's own operations."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.frame.messages import Request
from sandbox.salespro import SalesProSandbox
from sandbox.salespro.catalogue import TABLES
from sandbox.salespro.config import DATABASE, REGION
from sandbox.salespro.exports import HEADERS
from sandbox.salespro.store import Row
from sandbox.salespro.times import write_moment
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key
from tests.conformance.salespro_exports import ExportAccount
from tests.conformance.salespro_records import shape

COUNTS = {
    "customers": 130,
    "estimates": 130,
    "credit_applications": 130,
    "lead_results": 130,
    "payments": 130,
    "user_activities": 130,
    "measure_sheets": 130,
}
LINES = "lead_result_line_items"
_SOURCE_OF = {LINES: "lead_results"}
"""Which of the lake's tables an entity is read from, if it is not the one of its name."""
SALESPRO_SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"counts": {name: count}} for name, count in COUNTS.items()},
    LINES: {"counts": {"lead_results": COUNTS["lead_results"]}},
    **{name: {"export": name} for name in HEADERS},
}
"""By entity: only the table that it needs."""
_CHANGED = {
    "customers": "customer_last_name",
    "estimates": "job_type",
    "credit_applications": "credit_app_status",
    "lead_results": "company_id",
    "payments": "payment_type",
    "measure_sheets": "category",
}
_ADDED_FORM = '[{"title": "Job Type", "value": "Added"}, {"title": "Job Size", "value": "5"}]'
_EXPORTED = 130
_JOB_TYPE = re.compile(r"Job Type( \d)?")
_BOUND = re.compile(r"(\w+) >= timestamp '([\d :-]+)'")


class SalesProAccount(RestAccount):
    """One fake lake."""

    def __init__(self, fake: SalesProSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        own = {
            "region_name": REGION,
            "database": DATABASE,
            "output_location": "s3://sandbox-results/sync/",
            "s3_endpoint_url": fake.url,
        }
        config = fake.config
        super().__init__(
            fake, source, login=config.access_key, password=config.secret_key, extra=extra, own_extra=own
        )
        self._random = random.Random(11)
        self._changes = 0

    def read_paths(self, entity: EntityConfig) -> list[str]:
        return [f"/GetQueryResults/{TABLES[_table(entity)].name}"]

    def has_pages(self, entity: EntityConfig) -> bool:
        return True

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        yield from (made for _, row in self._list_rows(entity) for made in shape(entity, row))

    def _list_rows(self, entity: EntityConfig) -> list[tuple[int, Row]]:
        """The rows that count: of several of one key the newest."""
        kind = _table(entity)
        found: dict[Key, tuple[int, Row]] = {}
        for number, row in self.fake.store.list_rows(kind):
            if kind in ("customers", "lead_results") and not row[TABLES[kind].key[0]]:
                continue
            key = tuple(row[name] or "" for name in TABLES[kind].key)
            known = found.get(key)
            if known is None or (row.get("updated_at") or "") >= (known[1].get("updated_at") or ""):
                found[key] = (number, row)
        return list(found.values())

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        if entity.sync_type == LINES:
            return self._change_lines(entity, count)
        if entity.sync_type == "user_activities":
            # a log: what would be a changed row is another one
            return [self.add(entity) for _ in range(count)]

        def change(number: int) -> None:
            self._changes += 1
            fields: Row = {_CHANGED[entity.sync_type]: f"Changed {self._changes}"}
            self.fake.changes.update(entity.sync_type, number, fields)
            if entity.sync_type == "measure_sheets":
                # a delta asks for what was created
                self.fake.changes.update(entity.sync_type, number, {"created_at": self._now()})

        return self._do_to_some(entity, count, change)

    def _change_lines(self, entity: EntityConfig, count: int) -> list[Key]:
        rows = [(number, row) for number, row in self._list_rows(entity) if list(shape(entity, row))]
        keys: list[Key] = []
        for number, row in self._random.sample(rows, count):
            self._changes += 1
            items = json.loads(row["lead_results"] or "[]")
            line = next(one for one in items if _JOB_TYPE.fullmatch(one["title"]))
            line["value"] = f"Changed {self._changes}"
            self.fake.changes.update("lead_results", number, {"lead_results": json.dumps(items)})
            keys.append((row["estimate_id"], int(line["title"].rpartition(" ")[2].replace("Type", "1"))))
        return keys

    def add(self, entity: EntityConfig) -> Key:
        kind = _table(entity)
        fields: Row = {}
        if kind == "lead_results":
            fields = {"lead_results": _ADDED_FORM}
        number = self.fake.changes.create(kind, fields)
        row = next(row for one, row in self.fake.store.list_rows(kind) if one == number)
        return self._key(entity, next(iter(shape(entity, row))))

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        kind = _table(entity)
        if entity.sync_type != LINES:
            return self._do_to_some(entity, count, lambda number: self._remove_all(kind, number))
        rows = [(number, list(shape(entity, row))) for number, row in self._list_rows(entity)]
        number, lines = next((number, made) for number, made in rows if len(made) >= 1)
        self._remove_all(kind, number)
        return [self._key(entity, one) for one in lines]

    def _remove_all(self, kind: str, number: int) -> None:
        """Remove a row with the older ones of its key, which would come to light."""
        rows = dict(self.fake.store.list_rows(kind))
        key = TABLES[kind].key
        wanted = [rows[number][name] or "" for name in key]
        for other, row in rows.items():
            if [row[name] or "" for name in key] == wanted:
                self.fake.changes.remove(kind, other)

    def clear(self, entity: EntityConfig) -> None:
        self.fake.changes.clear(_table(entity))

    def stamp(self, entity: EntityConfig, at: datetime, keys: Iterable[Key] | None = None) -> None:
        wanted = None if keys is None else set(keys)
        kind, column = _table(entity), str(entity.read.model_dump()["values"]["changed"])
        for number, row in self._list_rows(entity):
            made = [self._key(entity, one) for one in shape(entity, row)]
            if wanted is None or wanted.intersection(made):
                moment = write_moment(int(at.timestamp() * 1000))
                self.fake.store.update(kind, number, {column: moment})

    def stamp_one(self, entity: EntityConfig, at: datetime, key: Key) -> Key:
        rows = {self._key(entity, one): number for number, one in self._list_made(entity)}
        self.stamp(entity, at, [key])
        made = [self._key(entity, one) for number, one in self._list_made(entity) if number == rows[key]]
        return key if key in made else made[0]

    def _list_made(self, entity: EntityConfig) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give the records that rows become, each with its row's number."""
        return ((number, one) for number, row in self._list_rows(entity) for one in shape(entity, row))

    def watch(self, entity: EntityConfig) -> None:
        table, answer = TABLES[_table(entity)].name, self.fake.answer

        def answer_and_note(request: Request) -> Any:
            if request.path == f"/StartQueryExecution/{table}":
                self._watched.append(request)
            return answer(request)

        self.fake.answer = answer_and_note

    def check_bound(self, entity: EntityConfig, since: datetime, until: datetime) -> None:
        assert self._watched, "nothing was asked"
        for request in self._watched:
            text = request.json_object()["QueryString"]
            found = _BOUND.search(text)
            assert found, f"asked without a bound: {text}"
            assert found[1] == entity.read.model_dump()["values"]["changed"]
            asked = datetime.fromisoformat(found[2]).replace(tzinfo=UTC)
            assert since - timedelta(seconds=1) < asked <= since

    def find_records(self, entity: EntityConfig, payload: Any) -> Iterable[dict[str, Any]]:
        found = payload.get("ResultSet") or {"Rows": [], "ResultSetMetadata": {"ColumnInfo": []}}
        names = [one["Name"] for one in found["ResultSetMetadata"]["ColumnInfo"]]
        rows = [[cell.get("VarCharValue") for cell in row["Data"]] for row in found["Rows"]]
        return [dict(zip(names, row, strict=True)) for row in rows if row != names]

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        kind = _table(entity)
        expected = self.expected(entity)
        key = min(expected.live - expected.rejected, key=str)
        number = next(number for number, one in self._list_made(entity) if self._key(entity, one) == key)
        for path, value in values.items():
            if path not in TABLES[kind].columns:
                self.fake.store.add_column(kind, path)
            self.fake.store.update(kind, number, {path: value})
        # where the key is a digest of the row, it is another one now
        row = dict(self._list_rows(entity))[number]
        return self._key(entity, next(iter(shape(entity, row)))) if entity.digests else key

    def list_odd_texts(self) -> list[str]:
        # an engine of SQL has no half characters
        return [text for text in super().list_odd_texts() if "\ud800" not in text]

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        self.fake.store.drop_column(_table(entity), path)

    def _do_to_some(self, entity: EntityConfig, count: int, do: Callable[[int], object]) -> list[Key]:
        live = self.expected(entity).live
        rows = [
            (key, number)
            for number, row in self._list_rows(entity)
            if (key := self._key(entity, next(iter(shape(entity, row))))) in live
        ]
        chosen = self._random.sample(sorted(rows, key=str), count)
        for _, number in chosen:
            do(number)
        return [key for key, _ in chosen]

    def _key(self, entity: EntityConfig, record: Mapping[str, Any]) -> Key:
        paths = [str(entity.fields[name].source or name) for name in entity.primary_key]
        return tuple(int(record[p]) if p == "_job_type_number" else record[p] or "" for p in paths)

    def _now(self) -> str:
        return write_moment(self.fake.clock.now_ms())


def _table(entity: EntityConfig) -> str:
    return _SOURCE_OF.get(entity.sync_type, entity.sync_type)


@contextmanager
def open_salespro(
    source: SourceConfig,
    folder: Path,
    *,
    extra: dict[str, Any] | None = None,
    export: str | None = None,
    **settings: Any,
) -> Iterator[SalesProAccount | ExportAccount]:
    """Start a fake lake, settings as in its config; or write one of the app's exports."""
    if export is not None:
        base = folder / "exports"
        base.mkdir(exist_ok=True)
        yield ExportAccount(source, base, export, _EXPORTED)
        return
    # AWS refuses a clock that is off; the checks of clocks are about what is lost
    usual: dict[str, Any] = {"counts": COUNTS, "long_text": 600, "versions": 0, "checks_time": False}
    with SalesProSandbox(**{**usual, **settings}).serve() as fake:
        yield SalesProAccount(fake, source, extra)
