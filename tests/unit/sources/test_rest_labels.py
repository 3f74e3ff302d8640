"""Columns by label: which field is taken, what is never guessed, and what is said when a label moves."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import ConfigError, StaleFieldsError, UnexpectedResponseError
from crm_sync.fields.labels import settle_labels
from crm_sync.fields.paths import source_paths
from crm_sync.sources.replay import ReplaySource
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.part import NO_PARENT
from crm_sync.sources.rest.parts import build_planner
from crm_sync.storage.open_rejects import OpenReject
from tests.unit.sources.rest_list_support import NOW, AnsweringClient, make_entity, make_request

PASS = {"name": "all", "path": "/query", "records_path": "", "params": {"q": "{fields}"}, "paged": False}
ALL = {"Id": "Record ID", "Changed": "Changed", "N1": "Customer Number"}


def entity_of(number, **words):
    """An entity with the column `number`; words as in its YAML."""
    fields = {"id": {"source": "Id"}, "at": {"source": "Changed"}, "number": number}
    discover = {"path": "/describe", "label_path": "label"}
    entity = make_entity(passes=[PASS], discover=discover, fields=words.pop("fields", fields))
    return entity.model_copy(update=words)


def read(entity, account, *, records=({"Id": 1, "N1": "a", "N2": "b"},), **asked):
    """Read once from an account whose fields have these labels; gives source, pages and the fields asked."""
    fields = [{"name": name, "label": label} for name, label in account.items()]
    client = AnsweringClient(
        lambda request: {"fields": fields} if request.path == "/describe" else list(records)
    )
    source = RestListSource(client, entity)
    pages = list(source.read_pages(make_request(entity, **asked), {}))
    return source, pages, [one.params["q"] for one in client.requests if one.path == "/query"]


@pytest.mark.parametrize(
    ("said", "has"),
    [
        ("Customer Number", "Customer Number"),
        ("customer  number ", "Customer Number"),
        ("Customer Number", " CUSTOMER\u00a0NUMBER"),
        ("Gr\u00f6\u00dfe", "Gro\u0308sse"),
    ],
)
def test_label_fits_as_people_read_it(said, has):
    source, _, asked = read(entity_of({"label": said}), {**ALL, "N1": has})
    assert source.labels == {"number": {said: "N1"}}
    assert asked == ["Id,Changed,N1"]
    assert source.notes == []


def test_settled_entity_fills_the_column_as_if_yaml_had_named_the_field():
    entity = entity_of({"label": "Customer Number"})
    (before,) = source_paths("number", entity.fields["number"].source)
    assert before.startswith("_"), "no record has it"
    source, _, _ = read(entity, ALL)
    settled = settle_labels(entity, source.labels).fields["number"]
    assert source_paths("number", settled.source) == ("N1",)
    assert settled.is_settled


def test_field_name_with_a_dot_stays_one_key():
    source, _, _ = read(entity_of({"label": "Customer Number"}), {**ALL, "N1": "x", "a.b": "Customer Number"})
    assert source.labels == {"number": {"Customer Number": r"a\.b"}}


def test_label_of_an_account_writes_no_line_of_its_own_into_the_log():
    source, _, _ = read(entity_of({"label": "Customer Number"}), {**ALL, "N1": "Customer\nNumber\x1b[2J 2"})
    (note,) = source.notes
    assert note.isprintable()


def test_label_of_two_fields_is_not_guessed_and_names_both():
    source, (page,), asked = read(entity_of({"label": "Customer Number"}), {**ALL, "N2": "customer number"})
    assert page.missing == {"number"}
    assert source.labels == {}
    assert asked == ["Id,Changed,N1,N2"], "they go to extra"
    (note,) = source.notes
    assert note.startswith("the label 'Customer Number' is that of N1 and N2, so none of them is taken")
    assert note.endswith("name the one by `source`; column number keeps its old values.")
    assert source.describe()["missing_labels"] == ["Customer Number"]


def test_label_that_no_field_has_names_the_likely_ones():
    source, (page,), _ = read(entity_of({"label": "Customer Number"}), {**ALL, "N1": "Customer No."})
    assert page.missing == {"number"}
    (note,) = source.notes
    assert note.startswith(
        "the account has no field with the label 'Customer Number' (now 'Customer No.' (N1)?), or hides it "
    )
    assert note.endswith("column number keeps its old values.")


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({**ALL, "N1": "Number"}, "no field with the label 'Customer Number'.*without number things can't"),
        ({**ALL, "N2": "Customer Number"}, "is that of N1 and N2, so none .*without number things can't"),
    ],
    ids=["lost", "twice"],
)
@pytest.mark.parametrize("words", [{"primary_key": ("number",)}, {"modified_column": "number"}, {}])
def test_needed_column_without_its_one_field_is_an_error(labels, said, words):
    number = {"label": "Customer Number"} | ({} if words else {"required": True})
    with pytest.raises(UnexpectedResponseError, match=said):
        read(entity_of(number, **words), labels)


def test_key_by_label_is_looked_for_in_records_under_its_field():
    entity = entity_of({"label": "Customer Number"}, primary_key=("number",))
    client = AnsweringClient(lambda _: {"fields": [{"name": one, "label": ALL[one]} for one in ALL]})
    planner = build_planner(client, entity, entity.read, {})
    planner.discover(client, entity)
    (part,) = planner.plan(make_request(entity), [NO_PARENT])
    assert part.keys == (("N1",),)


def test_several_labels_are_tried_in_order_and_a_doubtful_one_is_left_out():
    entity = entity_of({"label": ["New", "Customer Number", "Old"]})
    source, _, _ = read(entity, {**ALL, "O": "old"})
    assert source.labels == {"number": {"Customer Number": "N1", "Old": "O"}}
    assert source.notes == []
    source, _, _ = read(entity, {**ALL, "O": "Old", "P": "Old"})
    assert source.labels == {"number": {"Customer Number": "N1"}}
    (note,) = source.notes
    assert note.endswith("name the one by `source`; column number is filled from its other labels.")


def test_label_that_moved_since_the_previous_run_is_told():
    earlier = {"number": {"Customer Number": "N2"}}
    source, _, _ = read(entity_of({"label": "Customer Number"}), ALL, earlier_labels=earlier)
    (note,) = source.notes
    assert note.startswith("column number is filled from N1 now and was filled from N2 before")


def test_renamed_field_is_told_by_its_new_label():
    earlier = {"number": {"Customer Number": "N1"}}
    source, _, _ = read(entity_of({"label": "Customer Number"}), {**ALL, "N1": "Zip"}, earlier_labels=earlier)
    assert source.notes[-1] == "N1, from which column number was filled before, has the label 'Zip' now."


def test_label_that_is_back_is_told():
    entity = entity_of({"label": "Customer Number"})
    source, _, _ = read(entity, ALL, previous={"missing_labels": ["Customer Number"]})
    (note,) = source.notes
    assert note.startswith("the account has a field with the label 'Customer Number' again; run a `full`")


@pytest.mark.parametrize("labels", [{**ALL, "N1": "Old", "N2": "Customer Number"}, {**ALL, "N1": "Old"}])
def test_read_that_was_begun_goes_on_with_its_field(labels):
    begun = {"number": {"Customer Number": "N1"}}
    source, (page,), asked = read(entity_of({"label": "Customer Number"}), labels, labels=begun)
    assert source.labels == begun
    assert page.missing == frozenset()
    assert asked[0].startswith("Id,Changed,N1")
    assert source.notes[0].startswith("column number is filled from N1 to the end of this read")


def test_account_without_any_label_is_an_error():
    with pytest.raises(UnexpectedResponseError, match="no field of the account has a label at 'label'"):
        read(entity_of({"label": "Customer Number"}), dict.fromkeys(ALL))


def test_two_decimal_marks_for_one_field_are_an_error():
    fields = {
        "id": {"source": "Id"},
        "point": {"source": "N1", "type": "decimal"},
        "comma": {"label": "Customer Number", "type": "decimal", "decimal_mark": ","},
    }
    with pytest.raises(ConfigError, match=r"fields\.point\.decimal_mark"):
        read(entity_of({}, fields=fields), ALL)


def test_replayed_record_that_lacks_the_field_leaves_its_column_alone(monkeypatch):
    entity = entity_of({"label": "Customer Number"})
    records = ('{"Id": 1, "N1": null}', '{"Id": 2, "N2": "b"}', '{"Id": 3}', '{"Id": 4, "N1": "a"}')
    batch = [
        OpenReject(str(at), one, NOW, ("type",), record_altered=False) for at, one in enumerate(records, 1)
    ]
    monkeypatch.setattr("crm_sync.sources.replay.read_open_rejects", lambda *_, **__: iter([batch]))
    source = ReplaySource(lambda: None, entity)
    request = make_request(entity, earlier_labels={"number": {"Customer Number": "N1"}})
    pages = [(page.records, set(page.missing), page.cursor) for page in source.read_pages(request, {})]
    assert pages == [(1, set(), "1"), (2, {"number"}, "3"), (1, set(), "4")]
    assert source.labels == request.earlier_labels


def test_replay_of_a_key_by_label_that_no_run_has_found_is_an_error(monkeypatch):
    entity = entity_of({"label": "Customer Number"}, primary_key=("number",))
    monkeypatch.setattr("crm_sync.sources.replay.read_open_rejects", lambda *_, **__: iter(()))
    with pytest.raises(UnexpectedResponseError, match="no run has found out yet which field has the label"):
        list(ReplaySource(lambda: None, entity).read_pages(make_request(entity), {}))


def test_read_that_asks_for_the_fields_again_keeps_to_its_own():
    labels = [ALL, {**ALL, "N1": "Other", "N2": "Customer Number"}]

    def answer(request):
        if request.path == "/describe":
            return {"fields": [{"name": name, "label": label} for name, label in labels.pop(0).items()]}
        return StaleFieldsError("N2 is gone") if labels else [{"Id": 1, "N1": "a"}]

    entity = entity_of({"label": "Customer Number"})
    source = RestListSource(AnsweringClient(answer), entity)
    list(source.read_pages(make_request(entity), {}))
    assert source.labels == {"number": {"Customer Number": "N1"}}
