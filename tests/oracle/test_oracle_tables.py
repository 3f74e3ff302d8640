"""What the oracle says of tables, and that the comparison finds what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.compare import Left, list_differences
from tests.oracle.records import judge
from tests.oracle.settings import Entity, build_entity, read_entity
from tests.oracle.table import Expected, expect
from tests.oracle.told import Reading

FIELDS = {"id": {"type": "object_id", "required": True}, "name": {}, "city": {}, "at": {"type": "datetime"}}
OLD, NEW = "2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"


def make(strategy: str = "rest_list", **words: Any) -> Entity:
    given = {
        "read": {"strategy": strategy},
        "primary_key": ["id"],
        "fields": FIELDS,
        "modified_column": "at",
        "extra": False,
        **words,
    }
    return build_entity(given, "shop", "things")


def run(
    entity: Entity,
    *records: dict[str, Any],
    before: Expected | None = None,
    gone: tuple[str, ...] = (),
    **reading: Any,
) -> Expected:
    judged = [
        judge(one, entity, f"record {at}", flat=True, gone_columns=gone) for at, one in enumerate(records)
    ]
    return expect(Reading(judged, **reading), entity, before)


def names(expected: Expected) -> dict[str, Any]:
    return {key[0]: row.columns["name"][0].value for key, row in expected.rows.items()}


def test_equal_record_again_is_a_duplicate_and_a_newer_one_a_version():
    found = run(
        make(),
        {"id": "1", "name": "a", "at": NEW},
        {"id": "1", "name": "a", "at": NEW},
        {"id": "1", "name": "b", "at": OLD},
    )
    assert (names(found), found.rejected, found.reasons) == ({"1": "a"}, [], [])


@pytest.mark.parametrize(("strategy", "name", "rejected"), [("rest_list", "b", 0), ("files", "a", 1)])
def test_other_content_under_one_key_is_a_collision(strategy, name, rejected):
    found = run(make(strategy), {"id": "1", "name": "a", "at": OLD}, {"id": "1", "name": "b", "at": OLD})
    assert (names(found), len(found.rejected), bool(found.reasons)) == ({"1": name}, rejected, bool(rejected))


def test_keys_that_a_conversion_made_equal_are_never_merged():
    entity = make(fields={**FIELDS, "id": {"type": "email"}})
    found = run(entity, {"id": "Ann@example.com", "name": "a"}, {"id": "ann@example.com", "name": "a"})
    assert (names(found), [rules for _, rules in found.rejected]) == (
        {"ann@example.com": "a"},
        [("collision",)],
    )


def test_older_stays_out_and_is_counted():
    entity = make()
    first = run(entity, {"id": "1", "name": "new", "at": NEW})
    second = run(entity, {"id": "1", "name": "old", "at": OLD}, before=first)
    assert (names(second), second.older) == ({"1": "new"}, 1)
    assert names(run(make(older="take"), {"id": "1", "name": "old", "at": OLD}, before=first)) == {"1": "old"}


def test_column_that_left_keeps_its_values():
    entity = make("files")
    first = run(entity, {"id": "1", "name": "a", "city": "x"})
    second = run(entity, {"id": "1", "name": "b"}, {"id": "2", "name": "c"}, before=first, gone=("city",))
    assert [second.rows[key].columns["city"][0].value for key in (("1",), ("2",))] == ["x", None]


def test_what_is_absent_is_gone_unless_the_end_is_doubtful():
    entity = make()
    first = run(entity, {"id": "1"}, {"id": "2"})
    assert run(entity, {"id": "1"}, before=first).rows["2",].gone is True
    assert run(entity, {"id": "1"}, before=first, doubt="x").rows["2",].gone is False
    assert run(entity, {"id": "1"}, {"id": None}, before=first).rows["2",].gone is False
    assert run(entity, before=first).rows["2",].gone is False


def test_sweep_stops_above_its_threshold():
    entity = make()
    first = run(entity, *({"id": str(at)} for at in range(100)))
    found = run(entity, {"id": "1"}, before=first)
    assert found.reasons == ["too many rows are gone"]
    assert not any(row.gone for row in found.rows.values())


def left(status: str | None = "success", rows: tuple[Any, ...] = (("1", "a"),), **more: Any) -> Left:
    full = [
        {"id": key, "name": name, "city": None, "at": None, "sync_deleted_at": None} for key, name in rows
    ]
    return Left(rows=full, status=status, **more)


GOOD = ({"id": "1", "name": "a"},)
BAD = ({"id": "1", "name": "a"}, {"id": None})


@pytest.mark.parametrize(
    ("records", "reading", "seen", "says"),
    [
        (GOOD, {}, left(), ""),
        (GOOD, {}, left(rows=()), "is not in the table"),
        (GOOD, {}, left(rows=(("1", "b"),)), "name is 'b'"),
        (GOOD, {}, left(rows=(("1", "a"), ("2", "a"))), "should not be"),
        (GOOD, {}, left("partial", message="x"), "partial over good data"),
        (GOOD, {}, left(None, message="x"), "failed over good data"),
        (GOOD, {"doubt": "why"}, left(), "ended as success, though why"),
        (GOOD, {"doubt": "why"}, left("partial", message="why"), ""),
        (GOOD, {"doubt": "why"}, left("partial"), "says no reason"),
        (GOOD, {"failure": "why"}, left(None, rows=(), message="x"), ""),
        (GOOD, {"failure": "why"}, left(), "ended as success"),
        (GOOD, {"failure": "why"}, left(None, rows=(), explained=False), "explains nothing"),
        (BAD, {}, left(), "ended as success"),
        (BAD, {}, left("partial", message="x"), "is in no rejected record"),
        (BAD, {}, left("partial", message="x", rejected=[("", "id", "missing_key")]), ""),
        (GOOD, {}, left(rejected=[("1", "name", "type")]), "rejected by type and should not be"),
    ],
)
def test_comparison_finds_what_is_wrong(records, reading, seen, says):
    entity = make()
    found = list_differences(run(entity, *records, **reading), seen, entity)
    assert says in " ".join(found)
    assert bool(found) == bool(says)


def test_yaml_layers_are_laid_over_each_other(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    (tmp_path / "defaults.yaml").write_text("entity: {source_time_zone: UTC, extra: false}")
    (folder / "source.yaml").write_text(
        "table_schema: store\ndefaults: {source_time_zone: Europe/Berlin, read: {strategy: files}}"
    )
    (folder / "things.yaml").write_text(
        "read: {path: a.csv}\nprimary_key: [id]\nfields: {id: {}, n: {source: [a, b], type: decimal}}\ndecimal_mark: ','"
    )
    entity = read_entity(tmp_path, "shop", "things")
    assert (entity.schema, entity.zone, entity.extra, entity.read) == (
        "store",
        "Europe/Berlin",
        False,
        {"strategy": "files", "path": "a.csv"},
    )
    assert (entity.columns["n"].sources, entity.columns["n"].decimal_mark) == (("a", "b"), ",")
