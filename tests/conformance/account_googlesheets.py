"""A Google spreadsheet on the fake: two tabs, edited by the fake's own operations.

What a cell becomes is written here once more, from the vendor page and in plain Python.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.googlesheets import GoogleSheetsSandbox
from sandbox.googlesheets.cells import get_value
from sandbox.googlesheets.store import Tab
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key, build_row, list_paths

COUNTS = {"marketing_leads": 150, "marketing_spends": 150}
_CHANGED = {"marketing_leads": "City", "marketing_spends": "Vendor"}
_DAY_0 = datetime.fromisoformat("1899-12-30")
_TEXTS = {"string", "text", "email", "phone", "object_id"}
_SKIPPED = {"total", "totals", "sum"}


class GoogleSheetsAccount(RestAccount):
    """One fake spreadsheet that everyone with the link may read."""

    has_header = True

    def __init__(self, fake: GoogleSheetsSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        named = {"spreadsheet_id": fake.config.spreadsheet_id}
        super().__init__(fake, source, password=fake.config.api_key, extra=extra, own_extra=named)
        # with 11, it first changes the row by which a read that goes on knows its place
        self._random = random.Random(12)
        self._changes = 0

    def read_paths(self, entity: EntityConfig) -> list[str]:
        return [f"*/values/'{self.tab(entity).title}'!A*"]

    def list_sent(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        return self.list_records(entity)

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        tab, titles = self.tab(entity), self.tab(entity).titles
        kinds = {
            path: (str(config.type), name)
            for name, config in entity.fields.items()
            for path in list_paths(entity, name)
        }
        zone = ZoneInfo(self.fake.config.time_zone)
        for number, row in enumerate(tab.rows[1:], start=2):
            cells = [get_value(cell) for cell in row] + [None] * (len(titles) - len(row))
            if all(cell is None or not str(cell).strip() for cell in cells):
                continue
            if str(cells[0]).strip().lower() in _SKIPPED:
                continue
            record = {
                title: read_cell(cell, *kinds.get(title, ("", "")), entity, zone)
                for title, cell in zip(titles, cells, strict=True)
                if title
            }
            yield {
                **record,
                "_file": self.fake.config.spreadsheet_id,
                "_tab": tab.title,
                "_tab_id": str(tab.sheet_id),
                "_row_number": number,
            }

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        places = self._pick(entity, count)
        for number in places.values():
            self._changes += 1
            text = f"Changed {self._changes}"
            self.fake.changes.write(entity.sync_type, number, {_CHANGED[entity.sync_type]: text})
        return list(places)

    def add(self, entity: EntityConfig) -> Key:
        self._changes += 1
        word = f"Added {self._changes}"
        if entity.sync_type == "marketing_leads":
            values: dict[str, Any] = {"Lead ID": word, "Lead Date": 46023, "Source": "Web"}
        else:
            values = {"Date": 46023, "Channel": "Mail", "Campaign": word, "Spend": 12.5}
        number = self.fake.changes.append(entity.sync_type, values)
        return next(key for key, place in self._places(entity).items() if place == number)

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        places = self._pick(entity, count)
        self.fake.changes.delete(entity.sync_type, places.values())
        return list(places)

    def clear(self, entity: EntityConfig) -> None:
        self.fake.changes.clear(entity.sync_type)

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        expected = self.expected(entity)
        key = min(expected.live - expected.rejected, key=str)
        self.fake.changes.write(entity.sync_type, self._places(entity)[key], values)
        return key

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        self.fake.changes.drop_column(entity.sync_type, path)

    def find_records(self, entity: EntityConfig, payload: Any) -> list[Any]:
        # lists of cells: for counting alone
        return list(payload.get("values", []))

    def list_odd_texts(self) -> list[str]:
        # nobody can type half a surrogate pair
        return [text for text in super().list_odd_texts() if "\ud800" not in text]

    def list_known_paths(self, entity: EntityConfig) -> set[str]:
        return set(self.tab(entity).titles)

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        assert set(self.tab(entity).titles) < set(record)
        assert isinstance(record["_row_number"], int)

    def tab(self, entity: EntityConfig) -> Tab:
        return self.fake.store.tab_by_kind[entity.sync_type]

    def _places(self, entity: EntityConfig) -> dict[Key, int]:
        """Give the row of each key; of a key that is there twice, the last one."""
        rows = ((build_row(entity, one)[0], one["_row_number"]) for one in self.list_records(entity))
        return {tuple(row[name] for name in entity.primary_key): number for row, number in rows}

    def _pick(self, entity: EntityConfig, count: int) -> dict[Key, int]:
        places = self._places(entity)
        chosen = self._random.sample(sorted(self.expected(entity).live, key=str), count)
        return {key: places[key] for key in chosen}


def read_cell(cell: Any, kind: str, column: str, entity: EntityConfig, zone: ZoneInfo) -> Any:
    """Give the JSON value that a cell has in a record."""
    if cell is None or cell == "" or not kind or cell in entity.error_texts:
        return None if cell == "" else cell
    if kind in _TEXTS:
        return _to_text(cell, pad=5 if column == "zip" else 0)
    if kind == "boolean":
        return True if str(cell).strip().lower() == "x" else cell
    if kind in {"date", "datetime"}:
        return _to_time(cell, kind, column, zone)
    return _to_number(cell) if isinstance(cell, str) else cell


def _to_text(cell: Any, *, pad: int) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return str(cell).upper()
    text = f"{Decimal(repr(cell)):f}"
    return (text.removesuffix(".0") if "." in text else text).zfill(pad)


def _to_time(cell: Any, kind: str, column: str, zone: ZoneInfo) -> Any:
    moment = None
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, (int, float)):
        if cell > 2_958_465:
            return f"{cell} days"
        moment = (_DAY_0 + timedelta(seconds=round(cell * 86_400))).replace(tzinfo=zone)
    else:
        forms = ["%m/%d/%Y", "%Y-%m-%d"]
        times = ["%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
        for form in forms if column != "appointment_at" else [*times, "%Y-%m-%d"]:
            with suppress(ValueError):
                moment = datetime.strptime(cell.strip(), form).replace(tzinfo=zone)
    if moment is None:
        return cell.strip()
    if kind == "date":
        is_day = f"{moment:%T}" == "00:00:00"
        return moment.date().isoformat() if is_day else moment.replace(tzinfo=None).isoformat()
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return cell


def _to_number(text: str) -> str:
    found = re.fullmatch(
        r"(\(?)(-?)\$?(-?)([1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?(%?)(\)?)", text.strip(), re.ASCII
    )
    if found is None or bool(found[1]) != bool(found[7]):
        return text
    # a fraction of zeros says nothing
    fraction = found[5] if (found[5] or "").strip(".0") else ""
    number = Decimal(found[4].replace(",", "") + fraction)
    number = number / 100 if found[6] else number
    return ("-" if found[1] or found[2] or found[3] else "") + f"{number:f}"


@contextmanager
def open_googlesheets(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[GoogleSheetsAccount]:
    """Start a fake spreadsheet; settings as in its config, rate limits off unless asked for."""
    fake = GoogleSheetsSandbox(**{"rate_limits": False, "counts": COUNTS, **settings})
    with fake.serve():
        yield GoogleSheetsAccount(fake, source, extra)
