"""Records that share a key within one read: the columns' judgement against a plain loop over dictionaries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.sync import repeat_plan
from crm_sync.sync.repeat_plan import find_repeated
from crm_sync.sync.repeated_keys import describe_records, judge_repeats
from tests.postgres.upsert_support import make_entity

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FUTURE = NOW + timedelta(days=1)
TIMES = [None, NOW - timedelta(days=1), NOW, NOW + timedelta(days=40)]
ENTITY = make_entity(fields={"id": {}, "name": {}, "modified_at": {"type": "datetime"}}, deleted=None)

RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["a@x", "b@x"]),
        st.sampled_from([None, None, "A@x"]),
        st.sampled_from(["one", "two"]),
        st.sampled_from(TIMES),
    ),
    max_size=9,
)


def judge(records, *, chunk_rows=3, held=(), is_snapshot=False, is_whole=True):
    schema = {
        "id": pl.String,
        "_source_key": pl.String,
        "name": pl.String,
        "modified_at": pl.Datetime("us", "UTC"),
        "extra": pl.String,
    }
    described = []
    for number in range(0, max(len(records), 1), chunk_rows):
        rows = [(*record, None)[:5] for record in records[number : number + chunk_rows]]
        frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("_row")
        part = describe_records(frame, ENTITY, frozenset(held))
        described.append(part.with_columns(pl.lit(number // chunk_rows, dtype=pl.UInt32).alias("chunk")))
    fates = judge_repeats(pl.concat(described), future=FUTURE, is_snapshot=is_snapshot, is_whole=is_whole)
    return {
        row["chunk"] * chunk_rows + row["row"]: (row["fate"], row["number"])
        if row["fate"] == "rejected"
        else row["fate"]
        for row in fates.iter_rows(named=True)
    }


def judge_plainly(records, *, is_snapshot):
    def rank(place):
        time = records[place][3]
        trust = 0 if time is None else 1 if time > FUTURE else 2
        return (trust, time or NOW, -place if is_snapshot else place)

    fates = {}
    for key in {record[0] for record in records}:
        places = [place for place, record in enumerate(records) if record[0] == key]
        spelled = {place: records[place][1] or key for place in places}
        same = [place for place in places if spelled[place] == spelled[places[0]]]
        winner = max(same, key=rank)
        kept_out = {}
        for place in places:
            content, time = records[place][2:], records[place][3]
            if place == winner:
                continue
            if place in same:
                best = records[winner]
                newer = time is not None and best[3] is not None and time != best[3]
                if content == best[2:] or newer:
                    fates[place] = "duplicate"
                    continue
                if not is_snapshot:
                    fates[place] = "collision"
                    continue
            mark = (spelled[place], content)
            if mark in kept_out:
                fates[place] = "duplicate"
            else:
                kept_out[mark] = place
                fates[place] = ("rejected", len(kept_out))
    return fates


@given(RECORDS, st.booleans(), st.integers(1, 4))
def test_judgement_is_that_of_a_plain_loop_however_chunks_are_cut(records, is_snapshot, chunk_rows):
    expected = judge_plainly(records, is_snapshot=is_snapshot)
    assert judge(records, chunk_rows=chunk_rows, is_snapshot=is_snapshot) == expected


def test_json_that_differs_in_the_order_of_keys_is_equal():
    first, second = '{"a": 1, "b": {"c": 2, "d": 3}}', '{"b": {"d": 3, "c": 2}, "a": 1}'
    assert judge([("1", None, "n", NOW, first), ("1", None, "n", NOW, second)]) == {0: "duplicate"}


def test_record_that_was_kept_out_before_stays_out_until_the_source_is_read_whole():
    foreign, owner = ("a@x", "A@x", "one", NOW), ("a@x", None, "two", NOW)
    assert judge([foreign], held={"A@x"}, is_whole=False) == {0: ("rejected", 1)}
    assert judge([foreign], held={"A@x"}, is_whole=True) == {}
    assert judge([foreign, owner], held={"A@x"}) == {0: ("rejected", 1)}, "the order in the read may change"


@given(st.lists(st.lists(st.integers(0, 30))))
def test_values_that_come_twice_are_found_over_all_parts(parts):
    values = [value for part in parts for value in part]
    repeat_plan._SLICE, before = 3, repeat_plan._SLICE
    found = find_repeated(pl.Series("hash", part, dtype=pl.UInt64) for part in parts)
    repeat_plan._SLICE = before
    assert sorted(found) == sorted({value for value in values if values.count(value) > 1})
