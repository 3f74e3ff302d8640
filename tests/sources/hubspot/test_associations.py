"""Links: whole per parent, over inner pages, with partial answers and never with a failure as "no links"."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from crm_sync.exceptions import SourceUnavailableError

PATH = "*/associations/*/batch/read"


@pytest.fixture
def account(open_account):
    counts = {"contacts": 400, "companies": 450, "deals": 80, "line_items": 100, "tickets": 30, "calls": 50}
    return open_account(counts=counts, many_links=430)


def give_parents(kit, *, since_seen=None):
    def read(object_type, since):
        if since_seen is not None:
            since_seen.append(since)
        ids = sorted(kit.stored_ids(object_type), key=int)
        for start in range(0, len(ids), 150):
            yield ids[start : start + 150]

    return read


def stored_links(kit, pairs) -> Counter:
    links = Counter()
    for pair in pairs:
        key = (pair.from_type, pair.to_type)
        for parent in map(int, kit.stored_ids(pair.from_type)):
            if not kit.fake.store.is_visible(pair.from_type, parent):
                continue
            for target, types in kit.fake.store.links.of(key, parent).items():
                if kit.fake.store.is_visible(pair.to_type, target):
                    links.update(
                        (*key, str(parent), str(target), t.category, t.type_id, t.label) for t in types
                    )
    return links


def read_links(result) -> Counter:
    return Counter(
        (
            r["from_object_type"],
            r["to_object_type"],
            r["from_object_id"],
            r["to_object_id"],
            r["category"],
            r["type_id"],
            r["label"],
        )
        for r in result.records
    )


def test_all_links_of_all_pairs_arrive_once(account):
    entity = account.entity("associations")
    result = account.read(entity, parents=give_parents(account))
    assert read_links(result) == stored_links(account, entity.read.pairs)
    assert max(Counter((r["from_object_type"], r["from_object_id"]) for r in result.records).values()) > 400
    assert result.is_whole


def test_each_parent_lies_in_one_page_with_all_its_links(account):
    result = account.read("associations", parents=give_parents(account), page_size=50)
    seen = Counter()
    for page in result.pages:
        seen.update(page.parents.rows())
    expected = {
        (pair.from_type, parent, pair.to_type)
        for pair in account.entity("associations").read.pairs
        for parent in account.stored_ids(pair.from_type)
    }
    assert seen == Counter(expected)


def test_parents_without_links_are_named_without_a_record(open_account):
    kit = open_account(counts={"contacts": 30})
    result = kit.read("associations", parents=give_parents(kit))
    assert result.records == []
    assert sum(page.parents.height for page in result.pages) == 30


def test_links_of_parents_without_a_table_are_not_taken_as_gone(account):
    everything, give = account.read("associations", parents=give_parents(account)), give_parents(account)
    assert (everything.is_whole, everything.scope, everything.notes) == (True, None, [])
    unknown = ("deals", "calls")
    result = account.read("associations", parents=lambda one, at: None if one in unknown else give(one, at))
    assert {link["from_object_type"] for link in result.records} == {"contacts", "tickets"}
    assert (result.scope.parent_column, result.scope.parents) == ("from_object_type", ("contacts", "tickets"))
    (note,) = result.notes
    assert "no table of deals, calls" in note


def test_delta_asks_for_parents_since_the_bound(account):
    seen = []
    since = datetime(2026, 1, 1, tzinfo=UTC)
    account.read("associations", since=since, parents=give_parents(account, since_seen=seen))
    assert set(seen) == {since}


@pytest.mark.parametrize("stop_after", [1, 4, 9])
def test_aborted_read_resumes_with_the_next_parents(account, stop_after):
    parents = give_parents(account)
    first = account.read("associations", parents=parents, page_size=60, stop_after=stop_after)
    second = account.read("associations", parents=parents, page_size=60, cursors=first.cursors)
    pairs = account.entity("associations").read.pairs
    assert read_links(first) + read_links(second) == stored_links(account, pairs)


@pytest.mark.parametrize("kind", ["partial", "html_200", "unavailable", "rate_limited", "connection_reset"])
def test_passing_fault_loses_no_link(account, kind):
    account.fake.faults.add(kind, PATH, times=2, skip=1)
    entity = account.entity("associations")
    result = account.read(entity, parents=give_parents(account), page_size=100)
    assert read_links(result) == stored_links(account, entity.read.pairs)


def test_lasting_partial_answer_is_an_error_not_zero_links(account):
    account.fake.faults.add("partial", PATH, times=None)
    with pytest.raises(SourceUnavailableError, match="OBJECT_NOT_FOUND"):
        account.read("associations", parents=give_parents(account))


def test_parents_out_of_order_are_refused(account):
    with pytest.raises(ValueError, match="must ascend"):
        account.read("associations", parents=lambda _type, _since: iter([["2", "1"]]))


def test_at_most_a_thousand_inputs_go_into_one_call(open_account):
    kit = open_account(counts={"contacts": 2_400})
    kit.read("associations", parents=give_parents(kit), page_size=10_000)
    assert len(kit.fake.requests.entries(PATH)) == 3
    assert {entry.status for entry in kit.fake.requests.entries(PATH)} <= {200, 207}
