"""Adds to the records of any source what YAML makes of them: digests, answers of a form, lines of a form."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crm_sync.config.models import EntityConfig
from crm_sync.config.shapes import MADE
from crm_sync.constants import FieldType
from crm_sync.fields.forms import list_lines, pick_answers, read_answers
from crm_sync.fields.masking import digest
from crm_sync.fields.paths import source_paths
from crm_sync.rest.decoding import decode_json, encode_lines
from crm_sync.sources.base import Page, Record
from crm_sync.sources.record_paths import collect_key_paths
from crm_sync.untyped import Json

if TYPE_CHECKING:
    import polars as pl

_SEPARATOR = "\x1f"
_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL)


def shape_pages(entity: EntityConfig, pages: Generator[Page]) -> Generator[Page]:
    """Give the pages with what the entity's YAML adds to their records; without such words they stay."""
    if not entity.digests and entity.form is None:
        return pages
    return _shape(_Shaper(entity), pages)


def _shape(shaper: _Shaper, pages: Generator[Page]) -> Generator[Page]:
    with closing(pages):
        for page in pages:
            yield shaper.shape(page) if page.records else page


class _Shaper:
    """Shapes the records of one entity."""

    def __init__(self, entity: EntityConfig) -> None:
        self._digests = entity.digests
        self._form = entity.form
        self._made = entity.made
        self._parent_key = {
            name: source_paths(name, entity.fields[name].source) for name in entity.parent_key
        }
        self._numbers = frozenset(
            path
            for name, field in entity.fields.items()
            if field.type in _NUMBERS
            for path in source_paths(name, field.source)
        )

    def shape(self, page: Page) -> Page:
        if page.frame is not None:
            return self._shape_frame(page, page.frame)
        records = [decode_json(line) for line in (page.lines or b"").split(b"\n") if line]
        if not all(isinstance(record, dict) for record in records):
            return page  # what is no object is rejected as it came
        shaped = [one for record in records for one in self._shape_record(record)]
        return replace(
            page,
            lines=encode_lines(shaped) if shaped else None,
            records=len(shaped),
            key_paths=collect_key_paths(shaped),
            parents=self._list_parents(records),
        )

    def _shape_record(self, record: Record) -> list[Record]:
        """Give the records that one becomes."""
        made: Record = {MADE + name: self._digest(record, keys) for name, keys in self._digests.items()}
        form = self._form
        if form is None or form.source not in record:
            return [{**record, **made}]
        answers = read_answers(record[form.source], form) or {}
        if form.lines is None:
            return [{**record, **made, **pick_answers(answers, form, self._numbers)}]
        rest = {key: value for key, value in record.items() if key != form.source}
        return [{**rest, **made, **line} for line in list_lines(answers, form, self._numbers)]

    def _digest(self, record: Mapping[str, Json], keys: tuple[str, ...]) -> str:
        return digest(_SEPARATOR.join(_write(record.get(key)) for key in keys))

    def _shape_frame(self, page: Page, frame: pl.DataFrame) -> Page:
        """Shape the rows of a frame; what is made of them is texts, other columns stay as they are."""
        import polars as pl  # noqa: PLC0415  # inside tasks only: it is slow to import

        wanted = {key for keys in self._digests.values() for key in keys}
        wanted |= {self._form.source} if self._form is not None else set()
        rows = frame.select(sorted(wanted & set(frame.columns))).to_dicts()
        shaped = [self._shape_record(row) for row in rows]
        places = [at for at, lines in enumerate(shaped) for _ in lines]
        made = [
            {key: value for key, value in one.items() if key not in wanted}
            for lines in shaped
            for one in lines
        ]
        # the same columns on each page, whether it has a line or not
        names = sorted(self._made)
        added = [pl.Series(name, [one.get(name) for one in made], dtype=pl.String) for name in names]
        rest = frame[places] if self._form is not None and self._form.lines is not None else frame
        if rest is not frame and self._form is not None:
            rest = rest.drop(self._form.source, strict=False)
        grown = rest.with_columns(added)
        parents = self._list_parents(frame.select(self._find_parent_paths(frame)).to_dicts())
        return replace(
            page, frame=grown, records=grown.height, key_paths=frozenset(grown.columns), parents=parents
        )

    def _find_parent_paths(self, frame: pl.DataFrame) -> list[str]:
        paths = [path for one in self._parent_key.values() for path in one]
        return [path for path in paths if path in frame.columns]

    def _list_parents(self, records: list[Record]) -> pl.DataFrame | None:
        """List the records whose lines these are: lines that are gone from one of them go from the table."""
        import polars as pl  # noqa: PLC0415  # inside tasks only: it is slow to import

        if not self._parent_key:
            return None
        columns = {
            name: pl.Series([_find(record, paths) for record in records], dtype=pl.String)
            for name, paths in self._parent_key.items()
        }
        return pl.DataFrame(columns).drop_nulls()


def _find(record: Record, paths: tuple[str, ...]) -> str | None:
    return next((str(record[path]) for path in paths if record.get(path) not in (None, "")), None)


def _write(value: Json) -> str:
    """Write a value as a text, null as an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(
            sep=" ", timespec="milliseconds" if moment.microsecond % 1000 == 0 else "auto"
        )
    return str(value)
