"""The shipped entity csv/zip_codes over the full real table, from the file to rows in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.exceptions import FatalSourceError, UnexpectedResponseError
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.source import FileSource
from crm_sync.storage.rows.upsert import ChunkWriter
from crm_sync.storage.tables.target_table import ensure_table
from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk
from sandbox import csv as sandbox
from tests.shipped import read_shipped
from tests.unit.sources.files_support import make_request

TOTAL = 42_789
"""Rows of the table that the pinned package carries."""
SOME = 6_000
"""Where the size of the table is not what is looked at."""
PAGE = 2_500
"""So that some of it come in several blocks."""


@pytest.fixture(scope="module")
def entity() -> EntityConfig:
    return read_shipped("csv").entities["zip_codes"]


@pytest.fixture(scope="module")
def rows() -> list[sandbox.Row]:
    return sandbox.build_rows()


@pytest.fixture
def put(tmp_path, rows) -> Callable[..., Path]:
    """Write some of the table as a file; gives its folder."""

    def write(
        *, changed: int = 0, removed: int = 0, moved: bool = False, damage: str = "", total: int = SOME
    ) -> Path:
        table = sandbox.remove_rows(sandbox.change_rows(rows[:total], changed), removed)
        content = sandbox.to_bytes(sandbox.move_rows(table) if moved else table)
        (tmp_path / "zip_codes.csv").write_bytes(sandbox.DAMAGES[damage](content) if damage else content)
        return tmp_path

    return write


def read(folder: Path, entity: EntityConfig, **request) -> tuple[FileSource, list[pl.DataFrame]]:
    source = FileSource(entity, PathStore(folder))
    pages = source.read_pages(make_request(entity, **{"page_size": PAGE, **request}), {})
    return source, [page.frame for page in pages]


def judge(frames: list[pl.DataFrame], entity: EntityConfig) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Transform and validate everything as one chunk; gives good rows and findings that reject."""
    chunk = transform_chunk(pl.concat(frames, how="diagonal_relaxed"), entity)
    verdicts = validate_chunk(chunk.typed, chunk.findings, entity)
    rejected = verdicts.filter(pl.col("action") == str(Action.REJECT))
    return chunk.typed.filter(~pl.col("_row").is_in(rejected["row"].implode())), rejected


def test_zip_codes_arrive_whole_and_well(put, entity, rows):
    source, frames = read(put(total=TOTAL), entity, page_size=entity.page_size)
    good, rejected = judge(frames, entity)
    assert (good.height, rejected.height) == (TOTAL, 0)
    assert good["zip_code"].to_list() == [row[0] for row in rows]
    assert good["extra"].null_count() == TOTAL
    assert source.is_whole
    assert source.describe()["files"][0]["records"] == TOTAL


@pytest.mark.parametrize(
    ("change", "count"), [({"changed": 17}, 17), ({"moved": True}, 0), ({"removed": 5}, 0)]
)
def test_zip_codes_differ_only_in_the_rows_that_changed(put, entity, change, count):
    before, _ = judge(read(put(), entity)[1], entity)
    after, _ = judge(read(put(**change), entity)[1], entity)
    columns = [column for column in before.columns if not column.startswith("_")]
    assert after.join(before, on=columns, how="anti", nulls_equal=True).height == count
    assert after.height == SOME - change.get("removed", 0)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("duplicate-header", "column 'city' is there more than once"),
        ("latin1", "is not in its declared encoding utf-8: byte 1,"),
        ("unclosed-quote", "record that begins in line 11: a quote"),
        ("empty", "is empty, without even a header"),
        ("html", "is a web page"),
    ],
)
def test_zip_codes_in_a_damaged_file_fail_with_one_sentence(put, entity, damage, message):
    with pytest.raises((FatalSourceError, UnexpectedResponseError)) as caught:
        read(put(damage=damage), entity)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "good", "rejected"),
    [
        ("bom", SOME, []),
        ("nul", SOME, []),
        ("ragged", SOME - 1, ["shape", "shape"]),
        ("header-only", 0, []),
    ],
)
def test_zip_codes_in_a_harmed_file_lose_no_record(put, entity, damage, good, rejected):
    _, frames = read(put(damage=damage), entity)
    if not frames:
        assert good == 0
        return
    kept, findings = judge(frames, entity)
    # `ragged` puts a short and a long record in the place of one
    assert kept.height == good
    assert findings["rule"].to_list() == rejected
    assert sum(frame.height for frame in frames) == good + len(rejected)


def test_zip_codes_of_a_long_record_are_kept_in_extra(put, entity):
    lenient = entity.model_copy(update={"read": entity.read.model_copy(update={"on_extra_columns": "json"})})
    kept, _ = judge(read(put(damage="ragged"), lenient)[1], lenient)
    assert kept.filter(pl.col("extra").is_not_null())["extra"].to_list() == ['{"column_15":"one too many"}']


def test_zip_codes_that_a_spreadsheet_has_cut_are_rejected_and_kept(tmp_path, rows, entity):
    cut = [[row[0].lstrip("0"), *row[1:]] for row in rows[:3]]
    (tmp_path / "zip_codes.csv").write_bytes(sandbox.to_bytes([*cut, *rows[3:SOME]]))
    good, rejected = judge(read(tmp_path, entity)[1], entity)
    assert good.height == SOME - 3
    assert rejected["rule"].to_list() == ["zip_code_has_five_digits"] * 3
    assert rejected["record_id"].to_list() == [row[0] for row in cut]


@pytest.mark.postgres
def test_zip_codes_land_once_and_then_only_their_changes(put, entity, warehouse):
    def save(folder: Path) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        good, _ = judge(read(folder, entity)[1], entity)
        connection = warehouse.connect()
        with connection, connection.cursor() as cursor:
            ensure_table(cursor, entity)
            counts = ChunkWriter(cursor, entity, history_id=None).write(good).counts
            cursor.execute(
                "select n_tup_ins, n_tup_upd, n_tup_del from pg_stat_xact_user_tables "
                "where schemaname = 'csv' and relname = 'zip_codes'"
            )
            return (counts.created, counts.updated, counts.unchanged), cursor.fetchone()

    assert save(put()) == ((SOME, 0, 0), (SOME, 0, 0))
    assert save(put()) == ((0, 0, SOME), (0, 0, 0))
    assert save(put(moved=True)) == ((0, 0, SOME), (0, 0, 0))
    assert save(put(changed=17, moved=True)) == ((0, 17, SOME - 17), (0, 17, 0))
    assert warehouse.fetch_one("select city from csv.zip_codes where zip_code = '00501'") == (
        "Holtsville (renamed)",
    )
