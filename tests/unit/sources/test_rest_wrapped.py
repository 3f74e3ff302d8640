"""Values in objects with several readings: which one counts, and that nothing beside it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crm_sync.sources.rest.wrapped import Unwrapper
from tests.oracle.wrapped import unwrap as unwrap_by_docs
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, run

WORDS = {"at": "person.fields", "value": "normal", "valid": "valid", "raw": "raw"}


def unwrapper(words=WORDS, **fields):
    entity = make_entity(wrapped=words, fields={"id": {}, **fields})
    return Unwrapper(entity, entity.read.wrapped)


def unwrap(given, words=WORDS, **fields):
    """Unwrap one field; gives its value and what is kept."""
    ((record),) = unwrapper(words, **fields).unwrap([{"id": 1, "person": {"fields": {"email": given}}}])
    return record["person"]["fields"]["email"], record.get("_wrapped")


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"normal": "a", "raw": "A", "valid": True}, "a"),
        ({"normal": "a", "raw": "A"}, "a"),
        ({"normal": False, "raw": "perhaps", "valid": False}, "perhaps"),
        ({"normal": None, "raw": "x", "valid": False}, "x"),
        ({"normal": None, "raw": "x", "valid": True}, "x"),
        ({"normal": 0, "raw": "$0", "valid": True}, 0),
        ({"normal": "", "raw": " ", "valid": True}, ""),
        ({"normal": {"min": 1}, "raw": "1-2", "valid": True}, "1-2"),
        ({"raw": "x"}, "x"),
        ({"normal": "x", "valid": False}, None),
        ([{"normal": "a", "raw": "A", "valid": True}, {"normal": "b", "raw": "B"}], "a"),
        (["x", "y"], "x"),
        ([], None),
    ],
)
def test_wrapped_value_is_the_reading_that_counts_and_its_object_is_kept(given, value):
    assert unwrap(given) == (value, {"email": given})


@pytest.mark.parametrize("given", ["x", "", None, 1.5, {"street": "a"}, [{"street": "a"}], [["x"]], {}])
def test_what_wraps_nothing_stays_as_it_is(given):
    assert unwrap(given) == (given, None)


def test_objects_without_a_flag_are_believed():
    words = {"at": "person.fields", "value": "display", "raw": "value"}
    assert unwrap({"display": "Yes", "value": 1, "valid": False}, words)[0] == "Yes"


def test_field_of_a_json_column_stays_whole():
    given = {"normal": "a", "raw": "A"}
    assert unwrap(given, email={"source": "person.fields.email", "type": "json"}) == (given, None)


@pytest.mark.parametrize("hidden", [{"sensitive": True}, {"mask": "sha256"}, {"mask": "drop"}])
def test_of_a_hidden_column_nothing_is_kept_beside_the_value(hidden):
    column = {"source": "person.fields.email", **hidden}
    assert unwrap({"normal": "a", "raw": "A"}, email=column) == ("a", None)


@pytest.mark.parametrize(
    "record", [{"id": 1}, {"id": 1, "person": None}, {"id": 1, "person": {"fields": "none"}}]
)
def test_record_without_the_place_is_left_alone(record):
    assert unwrapper().unwrap([record])[0] is record


def test_fields_of_the_record_itself_can_be_wrapped():
    words = {**WORDS, "at": ""}
    (record,) = unwrapper(words).unwrap([{"id": {"normal": 1, "raw": "1"}, "a": "x"}])
    assert record == {"id": 1, "a": "x", "_wrapped": {"id": {"normal": 1, "raw": "1"}}}


@pytest.mark.parametrize("value", ["10:00", None, "", {"hours": 10}])
def test_only_the_named_fields_are_unwrapped_and_one_reading_is_enough(value):
    words = {"fields": ["time", "absent"], "value": "value"}
    wrapped = {"value": value, "zone": 5}
    (record,) = unwrapper(words).unwrap([{"id": 1, "time": wrapped, "other": wrapped}])
    assert record == {"id": 1, "time": value, "other": wrapped, "_wrapped": {"time": wrapped}}
    for plain in ({"id": 1, "time": "10:00"}, {"id": 1, "time": {"zone": 5}}, {"id": 1}):
        # an object without the reading stays: the column says that it can't be read
        assert unwrapper(words).unwrap([plain])[0] is plain


def test_flag_without_a_second_reading_is_refused():
    with pytest.raises(ValidationError, match="raw: expected the reading that counts where 'valid' is false"):
        unwrapper({"value": "normal", "valid": "valid"})


def test_record_of_the_source_is_not_changed():
    given = {"id": 1, "person": {"fields": {"email": {"normal": "a", "raw": "A"}}, "other": 2}}
    before = repr(given)
    (record,) = unwrapper().unwrap([given])
    assert (repr(given), record["person"]["other"]) == (before, 2)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["normal", "raw", "valid", "x"]), inner, max_size=4)
    ),
    max_leaves=6,
)


_ONE_READING = {"at": "person.fields", "fields": ["email", "c"], "value": "normal"}


@given(
    fields=st.dictionaries(st.sampled_from(["a", "b", "email"]), _JSON, max_size=3),
    words=st.sampled_from([WORDS, _ONE_READING]),
)
def test_unwrapping_loses_nothing_and_is_what_the_docs_say(fields, words):
    record = {"id": 1, "person": {"fields": fields}}
    (found,) = unwrapper(words).unwrap([record])
    assert {**found["person"]["fields"], **found.get("_wrapped", {})} == fields
    assert found == unwrap_by_docs(record, words, set(), set())


def test_read_stages_plain_values_and_filters_see_them_too():
    rows = [
        {"id": {"normal": 1, "raw": "1"}, "kind": {"normal": "wanted", "raw": "W"}},
        {"id": 2, "kind": "other"},
    ]
    client = AnsweringClient(lambda request: rows if request.params["page"] == "1" else [])
    words = {"value": "normal", "valid": "valid", "raw": "raw"}
    records, _, source = run(client, wrapped=words, keep={"kind": ["wanted"]}, fields={"id": {}})
    assert [(one["id"], one["kind"]) for one in records] == [(1, "wanted")]
    assert source.describe()["left_out"] == 1
