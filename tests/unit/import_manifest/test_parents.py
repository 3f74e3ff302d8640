"""Lists of parents and of constants that can't be said, and those that the connection names."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import option, pages, selector, stream
from tests.unit.import_manifest.convert_support import convert_one, refuse, retrieve
from tests.unit.import_manifest.test_lists import TEAMS, parent

POSITION = {"type": "CursorPagination", "cursor_value": "{{ response.next }}"}
KINDS = {"type": "ListPartitionRouter", "cursor_field": "kind"}
TEAM_PATH = "/teams/{{ stream_slice.team }}/things"


def teams(**words):
    return stream("teams", retriever=retrieve("/teams", **words))


def change(kind, **words):
    return {**TEAMS, "transformations": [{"type": kind, **words}]}


def add(*path):
    return change("AddFields", fields=[{"path": list(path), "value": "{{ record.a }}"}])


@pytest.mark.parametrize(
    ("router", "reason"),
    [
        ({"type": "SubstreamPartitionRouter"}, "parents from several lists: 0"),
        (
            {
                "type": "SubstreamPartitionRouter",
                "parent_stream_configs": parent(TEAMS)["parent_stream_configs"] * 2,
            },
            "parents from several lists: 2",
        ),
        (
            parent(stream("teams", retriever={"type": "CustomRetriever", "class_name": "own.R"})),
            "own Python code that lists parents: own.R",
        ),
        (parent({"name": "teams"}), "own Python code that lists parents"),
        (parent(stream("teams", retriever={})), "a stream without a requester or a selector"),
        (parent(TEAMS, parent_key="{{ config.key }}"), "the key of a parent that has to be worked out"),
        (
            parent(teams(asks={"url_base": "https://b.example"}, partition_router=parent(TEAMS, "org")), "x"),
            "another host: https://api.example.com",
        ),
        (parent(teams(decoder={"type": "XmlDecoder"})), "a list of parents in another format"),
        (
            parent(teams(partition_router={**KINDS, "values": ["a"]})),
            "parents that are listed by another router: ListPartitionRouter",
        ),
        (
            parent(teams(partition_router={"type": "CustomPartitionRouter", "class_name": "own.P"})),
            "parents that are listed by another router: own.P",
        ),
        (
            parent(teams(paginator=pages(POSITION, option("X-At", "header")))),
            "a list of parents with positions in headers",
        ),
        (parent(add("id")), "a key of parents that is made of other values: id"),
        (parent(add("about", "id"), parent_key="about/id"), "a key of parents that is made of other values"),
        (parent(add("about"), parent_key="about/id"), "a key of parents that is made of other values"),
        (parent(change("KeysToLower")), "a change of parents: KeysToLower"),
        ([parent(TEAMS), parent(TEAMS)], "parents of two kinds at once"),
        ({"type": "OtherRouter"}, "a router of partitions (OtherRouter)"),
        ({**KINDS, "values": []}, "an empty list of values"),
        ({**KINDS, "values": ["a", "{{ config.b }}"]}, "a list of values that the config has a part in"),
        ({**KINDS, "values": "{{ config.a or record.b }}-x"}, "a list of values that has to be worked out"),
        ({**KINDS, "values": "{{ record.kinds }}"}, "a list of values that has to be worked out"),
        ([parent(TEAMS), {**KINDS, "values": "{{ config.kinds }}"}], "parents of two kinds at once"),
    ],
)
def test_partitions_that_cant_be_said_are_the_reason(router, reason):
    assert refuse(partition_router=router).startswith(reason)


def test_parents_elsewhere_than_their_children_are_the_reason():
    other = teams(asks={"url_base": "https://b.example"})
    assert refuse(path=TEAM_PATH, partition_router=parent(other)) == "another host: https://b.example"


@pytest.mark.parametrize(
    "one",
    [
        add("size"),
        add("about", "size"),
        change("RemoveFields", field_pointers=[["noise"]]),
        change("AddFields", fields=["unusual"]),
    ],
)
def test_change_of_parents_beside_their_key_means_nothing(one):
    result = convert_one(path=TEAM_PATH, partition_router=parent(one))
    assert result.read["parents"]["id_path"] == "id"
    assert result.doubts == []


def test_parents_that_the_manifest_lists_by_time_are_all_listed():
    cursor = {"type": "DatetimeBasedCursor", "cursor_field": "at"}
    one = parent({**TEAMS, "incremental_sync": cursor}, incremental_dependency=True)
    result = convert_one(path=TEAM_PATH, partition_router=one)
    assert result.doubts == ["all parents are listed in each run, and in the manifest those that changed"]


def test_key_of_a_grandparent_goes_where_its_option_says_and_no_name_is_given_twice():
    inner = parent(TEAMS, "unit", request_option=option("of"))
    boards = stream("boards", retriever=retrieve("/boards", partition_router=inner))
    parents = convert_one(path="/x/{{ stream_slice.unit }}", partition_router=parent(boards, "unit")).read[
        "parents"
    ]
    assert (parents["name"], parents["of"]["name"]) == ("unit_2", "unit")
    assert parents["params"] == {"of": "{unit}"}


def test_values_that_the_config_lists_are_pinned_by_an_extra():
    one = {**KINDS, "values": "{{ config['kinds'] }}", "request_option": option("kind")}
    result = convert_one(partition_router=one)
    assert result.read["parents"] == {"name": "kind", "pinned_by": "kinds"}
    assert result.one["params"] == {"kind": "{kind}"}
    assert result.doubts == ["give the connection the extra kinds, the values with commas between them"]


def test_page_size_is_the_smaller_one_of_parents_and_children():
    def paged(size):
        return pages({"type": "OffsetIncrement", "page_size": size}, option("at"), "size")

    router = parent(teams(paginator=paged(20)))
    assert convert_one(path=TEAM_PATH, paginator=paged(50), partition_router=router).entity["page_size"] == 20
    assert convert_one(path=TEAM_PATH, paginator=paged(10), partition_router=router).entity["page_size"] == 10


def test_constants_without_an_option_are_named_by_texts_and_braces_stay_braces():
    asks = {"request_parameters": {"q": "kind:{{ stream_partition['kind'] }}"}}
    result = convert_one(asks=asks, partition_router={**KINDS, "values": ["a", "{b}"]})
    assert [one["params"]["q"] for one in result.read["passes"]] == ["kind:a", "kind:{{b}}"]


def test_selector_of_parents_is_read_as_any_other():
    one = teams()
    one["retriever"]["record_selector"] = selector("a", "*", "b")
    result = convert_one(path=TEAM_PATH, partition_router=parent(one))
    assert result.read["parents"]["records_path"] == "a.*.b"
