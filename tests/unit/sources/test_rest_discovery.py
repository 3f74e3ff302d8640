"""Fields from the account: what fills {fields}, what is left out, and what is said about it."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import PaginationLoopError, StaleFieldsError, UnexpectedResponseError
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.probes import probe_lists
from tests.unit.sources.rest_list_support import NOW, AnsweringClient, make_entity, make_request, run

PASS = {"name": "all", "path": "/query", "records_path": "", "params": {"q": "{fields}"}, "paged": False}
WORDS = {
    "passes": [PASS],
    "discover": {"path": "/describe/{team}", "skip": {"type": ["address"]}, "mapped_only_extra": "fields"},
    "fields": {
        "id": {"source": "Id"},
        "at": {"source": "Changed"},
        "name": {"source": ["Name", "Label"]},
        "owner": {"source": "Owner.Name"},
    },
}
ALL = ("Id", "Changed", "Name", "Label", "Owner")


def account(*names, records=(), **extras):
    """An account with these fields; a name that ends in ! is an address."""
    fields = [
        {"name": name.rstrip("!"), "type": "address" if name.endswith("!") else "text"} for name in names
    ]

    def answer(request):
        return {"fields": fields} if request.path.startswith("/describe") else list(records)

    return AnsweringClient(answer, {"team": "t", **extras})


def asked(client) -> list[str]:
    return [request.params["q"] for request in client.requests if request.path == "/query"]


def test_mapped_fields_come_first_and_others_behind_them_without_the_skipped():
    client = account(*ALL, "Zeta__c", "Alpha__c", "Home!")
    run(client, **WORDS)
    assert client.requests[0].path == "/describe/t"
    assert asked(client) == ["Id,Changed,Name,Label,Owner.Name,Alpha__c,Zeta__c"]


def test_extra_of_the_connection_leaves_unmapped_fields_out():
    client = account(*ALL, "Alpha__c", fields="mapped")
    run(client, **WORDS)
    assert asked(client) == ["Id,Changed,Name,Label,Owner.Name"]


def test_hidden_field_is_left_out_and_its_column_keeps_its_values():
    entity = make_entity(**WORDS)
    source = RestListSource(account("Id", "Label", "Owner", "Changes", records=[{"Id": 1}]), entity)
    (page,) = source.read_pages(make_request(entity), {})
    assert page.missing == {"at"}
    assert source.describe()["missing_fields"] == ["Changed", "Name"]
    (note,) = source.notes
    assert note.startswith("the account has no fields Changed (now Changes?), Name, or hides them")


def test_field_with_a_dot_in_its_name_is_there_and_no_extra_field():
    fields = {**WORDS["fields"], "page": {"source": r"Web\.Page"}}
    entity = make_entity(**{**WORDS, "fields": fields})
    source = RestListSource(account(*ALL, "Web.Page"), entity)
    list(source.read_pages(make_request(entity), {}))
    assert (source.notes, "missing_fields" in source.describe()) == ([], False)


def test_field_that_is_back_names_the_full_that_fills_its_rows():
    entity = make_entity(**WORDS)
    source = RestListSource(account(*ALL), entity)
    list(source.read_pages(make_request(entity, previous={"missing_fields": ["Changed"]}), {}))
    assert source.notes == [
        "Changed is there again: run a `full` to fill the rows that do not change meanwhile."
    ]
    assert "missing_fields" not in source.describe()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("Changed", "Name"), "no field for id, or hides it from the key; without it things can't be synced"),
        ((), "lists no field at 'fields'"),
        (("",), "has the text '' at 'name', expected its name"),
    ],
    ids=["key", "none", "unnamed"],
)
def test_account_without_the_key_or_without_fields_is_an_error(names, said):
    client = account(*names)
    with pytest.raises(UnexpectedResponseError, match=said):
        run(client, **WORDS)
    assert asked(client) == []


def test_account_that_hides_a_required_column_is_an_error():
    client = account("Id", "Changed", "Name", "Label")
    fields = {**WORDS["fields"], "owner": {"source": "Owner.Name", "required": True}}
    with pytest.raises(UnexpectedResponseError, match="no field for owner, or hides it"):
        run(client, **{**WORDS, "fields": fields})
    assert asked(client) == []


def test_names_that_are_too_long_leave_out_unmapped_fields_only():
    client = account(*ALL, "Alpha__c", "Beta__c")
    words = {**WORDS, "discover": {**WORDS["discover"], "most_bytes": 44}}
    source = run(client, **words)[2]
    assert asked(client) == ["Id,Changed,Name,Label,Owner.Name,Alpha__c"]
    (note,) = source.notes
    assert note.startswith("1 fields without a column are not read: their names make the list longer than 44")


def vanishing(second):
    """An account whose field Name vanishes before it is asked for; `second` is what describe says then."""
    described = [ALL, second]

    def answer(request):
        if request.path.startswith("/describe"):
            names = described.pop(0) if len(described) > 1 else described[0]
            return {"fields": [{"name": name} for name in names]}
        return StaleFieldsError("no such column") if "Name,Label" in request.params["q"] else [{"Id": 1}]

    return AnsweringClient(answer, {"team": "t"})


def test_field_that_vanishes_meanwhile_is_left_out_after_a_second_look():
    client = vanishing(("Id", "Changed", "Label", "Owner"))
    records, _, source = run(client, **WORDS)
    assert records == [{"Id": 1}]
    assert asked(client)[-1] == "Id,Changed,Label,Owner.Name"
    assert source.describe()["missing_fields"] == ["Name"]


def test_field_that_the_account_still_names_is_an_error():
    client = vanishing(ALL)
    with pytest.raises(StaleFieldsError):
        run(client, **WORDS)
    assert len(asked(client)) == 1, "the same question again would have the same answer"


def test_connection_check_asks_for_the_fields_that_are_there():
    client, entity = account("Id", "Changed", "Owner"), make_entity(**WORDS)
    assert probe_lists(client, entity, entity.read, {}) == "may be read"
    assert asked(client) == ["Id,Changed,Owner.Name"]


def test_clock_is_read_from_the_list_of_fields_which_serves_the_read_as_well():
    client, entity = account("Id", "Changed", "Owner"), make_entity(**WORDS)
    source = RestListSource(client, entity)
    assert source.read_clock() == NOW
    list(source.read_pages(make_request(entity), {}))
    assert [request.path for request in client.requests] == ["/describe/t", "/query"]
    list(source.read_pages(make_request(entity), {}))
    assert len(client.requests) == 4


def test_keys_that_are_no_data_are_dropped():
    records, _, _ = run(
        AnsweringClient(lambda _: [{"id": 1, "attributes": {"url": "/x"}}]),
        passes=[{**PASS, "params": {}}],
        drop=["attributes"],
    )
    assert records == [{"id": 1}]


def test_records_of_other_kinds_are_left_out():
    found = [{"id": 1, "type": "source"}, {"id": 2, "type": "filter"}, {"id": 3}, {"id": 4, "type": "source"}]
    found[3]["old"] = True
    client = AnsweringClient(lambda _: [{"old": False, **record} for record in found])
    records, _, source = run(
        client, passes=[{**PASS, "params": {}}], keep={"type": ["source", "recipient"], "old": ["false"]}
    )
    assert [record["id"] for record in records] == [1]
    assert source.is_whole


PAGED = {"next_path": "meta.next", "next_param": "cursor", "only": {"own": ["True"]}, "cost": {"tokens": 3}}


def paged_account(*pages):
    """An account whose fields come in pages; a token is the number of the next one."""

    def answer(request):
        if request.path != "/describe":
            return []
        at = int(request.params.get("cursor", 0))
        more = {"meta": {"next": str(at + 1)}} if at + 1 < len(pages) else {"meta": None}
        return {"fields": [{"name": name, "own": name.isupper()} for name in pages[at]], **more}

    return AnsweringClient(answer)


def paged_words(**words):
    fields = {name.lower(): {"source": name} for name in ("ID", "B")}
    return {
        "passes": [PASS],
        "fields": {"id": fields["id"], "b": fields["b"]},
        "discover": {"path": "/describe", **PAGED, **words},
    }


def test_fields_in_pages_are_listed_to_the_end_and_each_page_costs():
    client = paged_account(("ID", "x"), ("B",), ("C",))
    _, _, source = run(client, **paged_words())
    assert asked(client) == ["ID,B,C"], "fields that are not meant are none"
    listed = [request for request in client.requests if request.path == "/describe"]
    assert [request.params.get("cursor") for request in listed] == [None, "1", "2"]
    assert {request.rate_classes for request in listed} == {("default", "tokens", "tokens", "tokens")}
    assert "missing_fields" not in source.describe()


def test_page_that_leads_back_is_an_error():
    client = AnsweringClient(
        lambda _request: {"fields": [{"name": "ID", "own": True}], "meta": {"next": "again"}}
    )
    with pytest.raises(PaginationLoopError, match="does not end"):
        run(client, **paged_words())


def test_account_that_has_none_of_the_meant_fields_is_no_error():
    client = paged_account(("x", "y"))
    _, _, source = run(
        client,
        **{
            **paged_words(),
            "fields": {"id": {"source": "own"}},
            "discover": {"path": "/describe", **PAGED, "prefix": "custom."},
        },
    )
    assert "missing_fields" not in source.describe()


def test_account_that_lists_no_field_at_all_is_one():
    with pytest.raises(UnexpectedResponseError, match="lists no field"):
        run(paged_account(()), **paged_words())
