"""Lists that are cut off without a word, read in parts by the beginning of a field."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from random import Random

import pytest

from crm_sync.config.partition import PartitionField
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.sources.partitions.pieces import (
    Beginning,
    Piece,
    divide,
    drop_covered,
)
from crm_sync.sources.partitions.position import PartitionPosition
from crm_sync.sources.partitions.source import PartitionSource
from tests.unit.sources.partition_support import (
    DIGITS,
    CappedList,
    build_words,
    list_all,
    make_records,
    no_work,
    read,
)
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, make_request


def test_list_below_the_cap_is_one_request_without_criteria():
    capped = CappedList(make_records(["1", "2", None]))
    got = read(capped)
    assert got.ids == list_all(capped)
    assert capped.asked == [{}]
    assert got.source.is_whole
    assert got.source.incomplete_reason is None


def test_list_at_the_cap_is_divided_and_each_record_comes_once():
    capped = CappedList(make_records(["11", "12", "13", "14", "1", "2", None, "", "955", "955"]))
    got = read(capped)
    assert got.ids == list_all(capped)
    assert got.source.is_whole
    assert {"f1": "phone", "v1": ""} in capped.asked
    assert {"f1": "phone", "v1": "1"} in capped.asked, "numbers that end where the part begins"


def test_answer_exactly_at_the_cap_is_not_believed():
    capped = CappedList(make_records(["1", "2", "3", "4"]))
    assert read(capped).ids == list_all(capped)
    assert len(capped.asked) > 1


def test_character_that_nobody_named_is_asked_for_once_an_answer_shows_it():
    capped = CappedList(make_records(["+1", "1", "2", "3", "4", "5", "+2"]))
    got = read(capped)
    assert got.ids == list_all(capped)
    assert {"f1": "phone", "v1": "+%"} in capped.asked


def test_character_that_only_stands_first_is_asked_for_there_and_nowhere_else():
    capped = CappedList(make_records(["11", "12", "13", "14", "15", "16", "+1"]))
    got = read(capped, by=[{"name": "phone", "first": "+"}, {"name": "name", "characters": "a"}])
    assert got.ids == list_all(capped)
    assert [one["v1"] for one in capped.asked if "+" in one.get("v1", "")] == ["+%"]


def test_character_that_nobody_named_and_no_answer_shows_is_given_away_by_the_groups():
    sizes = [{"name": "all", "size": 7}]
    capped = CappedList(make_records(["11", "12", "13", "14", "15", "16", "+1"]), sizes=sizes)
    got = read(capped, subsets=True)
    assert "6 records came, and 'all' alone has 7" in got.source.incomplete_reason
    assert not got.source.is_whole


def test_part_that_stays_at_the_cap_is_divided_by_the_next_field():
    names = ["anna", "Anton", "bert", "", "carl", "xaver", "b"]
    capped = CappedList(make_records(["555"] * 7, names))
    got = read(capped)
    assert got.ids == list_all(capped)
    assert got.source.is_whole
    assert {"f1": "phone", "v1": "555", "f2": "name", "v2": "a%"} in capped.asked


def test_part_that_no_field_divides_makes_the_run_partial_and_nothing_is_swept():
    capped = CappedList(make_records([*["555"] * 7, "1", "2"], ["same"] * 9))
    got = read(capped)
    assert got.error is None
    assert not got.source.is_whole
    assert "phone '555' and name 'same' has 4 records or more" in got.source.incomplete_reason
    assert {"7", "8"} <= set(got.ids), "what can be read is read all the same"


def test_records_without_the_field_are_divided_by_the_next_one():
    capped = CappedList(make_records([None] * 9, list("abcxyzABC")))
    got = read(capped)
    assert got.ids == list_all(capped)
    assert got.source.is_whole


def test_source_to_which_case_does_not_count_is_not_asked_twice():
    capped = CappedList(
        make_records(["5"] * 6, ["Anna", "anton", "Bert", "bea", "Cora", "xi"]), case_blind=True
    )
    got = read(capped)
    # a value that came in both cases may come twice, if no other one shows that case does not count
    assert set(got.ids) == set(list_all(capped))
    assert {one.get("v2") for one in capped.asked} >= {"a%", "b%", "c%"}
    assert {"A%", "B%", "C%"}.isdisjoint({one.get("v2") for one in capped.asked})


def test_wildcard_that_is_taken_literally_is_an_error_found_by_comparing_sums():
    capped = CappedList(make_records(["11", "12", "13", "14", "25", None]), wildcards="literal")
    got = read(capped)
    assert isinstance(got.error, UnexpectedResponseError)
    assert "the whole list shows 4 records, and its parts by phone only 1" in str(got.error)
    assert "does not take '%' for the rest of a value" in str(got.error)
    assert len(capped.asked) <= 12


def test_wildcard_without_effect_is_an_error_at_once():
    capped = CappedList(make_records(["11", "12", "13", "14", "25", "36"]), wildcards="ignored")
    got = read(capped)
    assert isinstance(got.error, UnexpectedResponseError)
    assert "asked for phone from '0', the source gives 4 records, of which 4 are others" in str(got.error)
    assert len(capped.asked) == 3


def test_empty_value_that_finds_everything_makes_the_run_partial():
    capped = CappedList(make_records(["11", "12", "23", "24", "25", None]), empty_means="any")
    got = read(capped)
    assert got.error is None
    assert set(got.ids) >= set(list_all(capped)[:5])
    assert "so there may be more such records that it does not show" in got.source.incomplete_reason
    assert not got.source.is_whole


def test_record_that_was_shown_and_does_not_come_again_is_a_doubt():
    capped = CappedList(make_records(["11", "12", "23", "24", "35"]))
    capped.before = lambda params: capped.records.pop(1) if params.get("v1") == "1%" else None
    got = read(capped)
    assert "1 records that an answer at the cap had shown did not come" in got.source.incomplete_reason
    assert not got.source.is_whole


def test_value_that_goes_on_with_the_wildcard_itself_is_a_doubt():
    capped = CappedList(make_records(["%1", "11", "12", "23", "24"]))
    got = read(capped)
    assert "some values go on with %, which can't be asked for" in got.source.incomplete_reason
    assert set(got.ids) >= {"1", "2", "3", "4"}


def test_group_larger_than_all_that_came_is_a_doubt():
    capped = CappedList(
        make_records(["1", "2"]), sizes=[{"name": "few", "size": 2}, {"name": "many", "size": 3}]
    )
    got = read(capped, subsets=True)
    assert "2 records came, and 'many' alone has 3" in got.source.incomplete_reason
    assert not got.source.is_whole
    capped.sizes.pop()
    assert read(capped, subsets=True).source.is_whole


def test_more_parts_than_max_pages_is_an_error_and_no_endless_read():
    capped = CappedList(make_records([str(number) for number in range(100, 400)]), cap=1)
    assert isinstance(read(capped, max_pages=50).error, PaginationLoopError)


@pytest.mark.parametrize(("most", "is_asked"), [(0, True), (3, False)], ids=["all", "sample"])
def test_next_part_is_on_its_way_while_the_caller_works_on_one_but_not_in_a_sample(most, is_asked):
    second = threading.Event()
    capped = CappedList(make_records(["1", "2", "3", "4"]))
    capped.before = lambda _: second.set() if len(capped.asked) == 2 else None
    entity = make_entity(**build_words(capped))
    source = PartitionSource(AnsweringClient(capped), entity)
    with closing(source.read_pages(make_request(entity, page_size=100, max_records=most), {})) as pages:
        next(pages)
        assert second.wait(5 if is_asked else 0.1) is is_asked


def test_limit_of_records_still_ends_the_read():
    capped = CappedList(make_records([str(number) for number in range(10, 40)]))
    assert read(capped, max_records=5, stop_after=4).error is None


@pytest.mark.parametrize("stop", range(1, 14))
def test_killed_read_goes_on_with_the_part_that_it_was_in(stop):
    phones = [*(f"1{number}" for number in range(8)), "2", "3", None, "955"]
    capped = CappedList(make_records(phones))
    whole = read(capped)
    asked = len(capped.asked)
    first = read(capped, stop_after=min(stop, len(whole.pages)))
    capped.asked.clear()
    rest = read(capped, first.cursors)
    assert sorted([*first.ids, *rest.ids]) == whole.ids
    assert len(capped.asked) == asked - min(stop, len(whole.pages)), "no part is asked for twice"
    assert rest.source.is_whole


def test_doubt_of_a_part_outlives_the_killed_read():
    capped = CappedList(make_records([*["1"] * 6, "2", "3"], ["same"] * 8))
    whole = read(capped)
    doubted = next(at for at, page in enumerate(whole.pages, 1) if page.cursor.get("doubt"))
    assert doubted < len(whole.pages)
    first = read(capped, stop_after=doubted)
    rest = read(capped, first.cursors)
    assert "no further field divides them" in rest.source.incomplete_reason
    assert not rest.source.is_whole


def test_position_of_another_version_is_read_anew(caplog):
    capped = CappedList(make_records(["1", "2"]))
    assert read(capped, {"all": {"token": "x"}}).ids == ["0", "1"]
    assert "can't be read by this version" in caplog.text


def test_divided_list_is_read_again_while_rows_would_be_taken_as_deleted():
    capped = CappedList(make_records(["11", "12", "13", "94", "95"]))

    def move(params):
        # from a part that is still to come to one that is done
        if params.get("v1") == "9%":
            capped.records[4]["phone"] = "14"

    capped.before, absent = move, iter([1, 0])
    got = read(capped, count_absent=lambda _scope: next(absent))
    assert got.ids == list_all(capped), "the record that moved came with the second walk, and only that one"
    assert got.source.is_whole
    assert next(absent, None) is None


def test_list_that_was_not_divided_is_not_read_again():
    capped = CappedList(make_records(["11", "12"]))
    assert read(capped, count_absent=lambda _scope: 1).source.is_whole
    assert len(capped.asked) == 1


@pytest.mark.parametrize("begun", [0, 1, 4])
def test_second_walk_of_a_killed_read_goes_on_with_its_part(begun):
    capped = CappedList(make_records(["11", "12", "13", "94", "95"]), sizes=[{"name": "all", "size": 5}])
    pieces = len(read(capped).pages)
    first = read(capped, stop_after=pieces + begun, count_absent=lambda _scope: 1, subsets=True)
    capped.asked.clear()
    absent = iter([1, 0])
    got = read(capped, first.cursors, count_absent=lambda _scope: next(absent), subsets=True)
    assert len(capped.asked) == pieces - begun
    assert got.source.is_whole, "what the first walk gave counts, too"


@pytest.mark.parametrize("decode", [None, no_work], ids=["in-turn", "ahead"])
@pytest.mark.parametrize("seed", range(60))
def test_any_list_is_read_whole_or_said_to_be_partial_in_a_bounded_number_of_requests(seed, decode):
    rng = Random(seed)
    alphabet = rng.choice(["12", DIGITS, "0123456789+", "01 2"])
    records = [
        {
            "id": number,
            "phone": rng.choice([None, "", "".join(rng.choices(alphabet, k=rng.randrange(1, 7)))]),
            "name": rng.choice(["", "same", "".join(rng.choices("abcXYZ", k=rng.randrange(1, 4)))]),
        }
        for number in range(rng.randrange(0, 150))
    ]
    # what no answer at the cap shows can't be known: such a source names its characters in the YAML
    known = [
        {"name": "phone", "characters": alphabet},
        {"name": "name", "characters": "abcXYZsame"},
    ]
    capped = CappedList(records, cap=rng.choice([3, 10, 50]), case_blind=rng.random() < 0.3)
    for one in known:
        one["characters"] = "".join(dict.fromkeys(one["characters"]))
    got = read(capped, by=known, decode=decode)
    assert got.error is None
    everything = list_all(capped)
    assert len(set(got.ids)) == len(got.ids), "each record comes once"
    if got.source.is_whole:
        assert got.ids == everything, "a read that says that it is whole is whole"
    else:
        assert "no further field divides them" in got.source.incomplete_reason
        assert has_a_part_that_no_field_divides(capped)
    children = 1 + max(len(one["characters"]) for one in known) + 4
    deepest = 2 + max((len(one["phone"] or "") + len(one["name"]) for one in records), default=0)
    assert len(capped.asked) <= 1 + children * deepest * (len(records) // capped.cap)


def has_a_part_that_no_field_divides(capped):
    """Tell whether so many records are the same in all fields that an answer can't hold them."""
    fold = str.lower if capped.case_blind else str
    keys = [(fold(one["phone"] or ""), fold(one["name"])) for one in capped.records]
    return any(keys.count(key) >= capped.cap for key in set(keys))


@pytest.mark.parametrize("decode", [None, no_work], ids=["in-turn", "ahead"])
@pytest.mark.parametrize("seed", range(20))
def test_read_that_is_killed_again_and_again_reads_each_record_once(seed, decode):
    rng = Random(seed)
    phones = ["".join(rng.choices(DIGITS, k=rng.randrange(0, 5))) for _ in range(rng.randrange(1, 120))]
    capped = CappedList(make_records(phones, [f"{at:03d}" for at in range(len(phones))]), cap=5)
    ids, cursors = [], {}
    for _ in range(300):
        got = read(capped, cursors, stop_after=rng.randrange(1, 6), decode=decode)
        ids += got.ids
        cursors.update(got.cursors)
        if not got.pages:
            break
    assert sorted(ids) == list_all(capped)


def test_divide_gives_the_end_and_each_character_with_what_was_shown_of_it():
    by = [PartitionField(name="phone", characters="12"), PartitionField(name="name", characters="a")]
    piece = Piece((Beginning("1"),))
    found = divide(piece, [("1", ""), ("12", ""), ("12", ""), ("1x", ""), ("1%", "")], by, "%")
    assert [(one.beginnings[-1].text, one.beginnings[-1].is_whole, one.least) for one in found.pieces] == [
        ("1", True, 1),
        ("11", False, 0),
        ("12", False, 2),
        ("1x", False, 1),
    ]
    assert found.unasked == ("%",)


def test_divide_goes_on_with_the_next_field_at_the_longest_beginning():
    by = [
        PartitionField(name="phone", characters="1", longest=2),
        PartitionField(name="name", characters="a"),
    ]
    found = divide(Piece((Beginning("11"),)), [("112", "a")], by, "%")
    assert [one.beginnings for one in found.pieces] == [
        (Beginning("11"), Beginning("", is_whole=True)),
        (Beginning("11"), Beginning("a")),
    ]
    assert (
        divide(Piece((Beginning("1", is_whole=True), Beginning("", is_whole=True))), [], by, "%").pieces == ()
    )


def test_drop_covered_leaves_out_only_what_an_answer_has_shown():
    pending = [Piece((Beginning(one),)) for one in ("A", "b", "\N{LATIN SMALL LETTER A WITH ACUTE}")]
    shown = drop_covered(pending, Piece((Beginning("a"),)), [("anna",), ("Anton",)])
    assert [one.beginnings[0].text for one in shown] == ["b", "\N{LATIN SMALL LETTER A WITH ACUTE}"]


def test_position_survives_the_manifest():
    position = PartitionPosition(
        pending=(Piece((Beginning("1", is_whole=True), Beginning("a")), 3),),
        asked=4,
        whole=9,
        short=1,
        doubt="x",
    )
    assert PartitionPosition.from_cursor(json.loads(json.dumps(position.to_cursor()))) == position
