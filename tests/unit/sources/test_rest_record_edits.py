"""The form of a record is changed before it is staged: keys gathered, values picked, options named."""

from __future__ import annotations

import json

import pytest

from crm_sync.config.rest_reads import RestListRead
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.record_edits import build_edit
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, make_request, run

PASS = {"name": "all", "path": "/things", "records_path": ""}


def edit(record, **words):
    read = RestListRead.model_validate(
        {"strategy": "rest_list", "passes": [PASS], "paging": {"style": "offset"}, **words}
    )
    change = build_edit(read, {}, {})
    return record if change is None else change(record)


def test_without_words_nothing_is_built():
    read = RestListRead.model_validate(
        {"strategy": "rest_list", "passes": [PASS], "paging": {"style": "offset"}}
    )
    assert build_edit(read, {}, {}) is None


def test_keys_that_fit_as_a_whole_are_gathered_beside_what_is_there():
    record = {"id": 1, "x12": "a", "x3": "b", "ax12": "c", "own": {"y": 1}}
    assert edit(record, gather={"own": r"x\d+"}) == {
        "id": 1,
        "ax12": "c",
        "own": {"y": 1, "x12": "a", "x3": "b"},
    }
    assert record["x12"] == "a", "what the source sent stays as it is"


def test_record_without_such_keys_gets_no_object():
    assert edit({"id": 1}, gather={"own": r"x\d+"}) == {"id": 1}


def test_value_in_the_place_of_the_object_is_not_overwritten():
    record = {"id": 1, "x1": "a", "own": "a text"}
    assert edit(record, gather={"own": r"x\d+"}) == record


PICK = {"pick": {"mail": {"path": "mails", "value": "value", "flag": "main"}}}


@pytest.mark.parametrize(
    ("mails", "chosen"),
    [
        ([{"value": "a"}, {"value": "b", "main": True}, {"value": "c", "main": True}], {"_mail": "b"}),
        ([{"value": "a", "main": False}, {"value": "b"}], {"_mail": "a"}),
        ([{"value": "", "main": True}, {"value": "b"}], {"_mail": ""}),
        ([{"main": True}], {"_mail": None}),
        (["a", {"value": "b"}], {"_mail": "b"}),
        ([], {}),
        (None, {}),
        ({"value": "a"}, {}),
        ("a", {}),
    ],
)
def test_flagged_value_else_the_first_one_is_picked(mails, chosen):
    assert edit({"mails": mails}, **PICK) == {"mails": mails, **chosen}


def test_dropped_keys_and_additions_of_a_read_still_work():
    records, _, _ = run(AnsweringClient(lambda _request: [{"id": 1, "url": "x", "mails": []}]),
                        passes=[{**PASS, "paged": False}], drop=["url"], **PICK)  # fmt: skip
    assert records == [{"id": 1, "mails": []}]


@pytest.mark.parametrize("words", [{"gather": {"own": "("}}, {"pick": {"Mail": {"path": "a", "value": "b"}}}])
def test_wrong_word_is_refused(words):
    with pytest.raises(ValueError, match=r"gather|pick"):
        make_entity(**words)


OPTIONS = [
    {"id": 1, "label": "One"},
    {"id": "two", "label": "Two"},
    {"id": 3, "label": ""},
    {"label": "None"},
]
DISCOVER = {
    "path": "/fields",
    "label_path": "label",
    "options_path": "options",
    "prefix": "own.",
    "unmapped": False,
}


def read_options(value, *, column=None):
    fields = [{"name": "f.1", "label": "Kind", "options": OPTIONS}, {"name": "f2", "label": "Other"}]
    entity = make_entity(
        passes=[{**PASS, "paged": False}],
        discover=DISCOVER,
        fields={"id": {}, "kind": column or {"label": "kind", "options": True}},
    )
    client = AnsweringClient(
        lambda request: (
            {"fields": fields} if request.path == "/fields" else [{"id": 1, "own": {"f.1": value}}]
        )
    )
    source = RestListSource(client, entity)
    (page,) = source.read_pages(make_request(entity), {})
    return source, page


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (1, "One"),
        ("1", "One"),
        ("two", "Two"),
        ([1, "two"], ["One", "Two"]),
        (9, 9),
        (3, 3),
        ({"a": 1}, {"a": 1}),
    ],
    ids=["number", "text", "word", "list", "unknown", "without label", "object"],
)
def test_label_of_an_option_stands_beside_its_id(value, label):
    source, page = read_options(value)
    assert source.labels == {"kind": {"kind": r"_option_labels.f\.1"}}
    (record,) = [json.loads(line) for line in page.lines.splitlines()]
    assert record["_option_labels"] == {"f.1": label}
    assert record["own"] == {"f.1": value}


def test_record_without_the_value_has_no_labels():
    _, page = read_options(None)
    assert b"_option_labels" not in page.lines


def test_options_are_only_asked_for_beside_a_label_that_can_be_looked_up():
    with pytest.raises(ValueError, match=r"options_path in read\.discover"):
        make_entity(passes=[PASS], fields={"id": {}, "kind": {"source": "kind", "options": True}})
