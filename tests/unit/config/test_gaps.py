from __future__ import annotations

import pytest

from crm_sync.config.gaps import describe_gaps
from crm_sync.config.loader import list_sources
from tests.shipped import CONFIGS, read_shipped

CASES = {
    "csv.zip_codes": "Nothing: each run reads everything and compares.",
    "hubspot.contacts": "A change that the source shows more than 15 minutes late",
    "hubspot.associations": "A link that came or went while its parent stayed as it was",
    "callrail.calls": "A change of a record that is older than 7 days, because only later days",
}


@pytest.mark.parametrize(("name", "begin"), CASES.items(), ids=CASES.keys())
def test_gap_is_told_by_how_the_entity_is_read(name, begin):
    crm_source, _, sync_type = name.partition(".")
    assert describe_gaps(read_shipped(crm_source).entities[sync_type]).startswith(begin)


def test_each_entity_has_a_sentence_with_an_end():
    for crm_source in list_sources(CONFIGS):
        for entity in read_shipped(crm_source).entities.values():
            told = describe_gaps(entity)
            assert told[0].isupper(), entity.table
            assert told.endswith("."), entity.table


def test_cure_is_named_by_what_finds_deletions():
    leads = read_shipped("salesrabbit").entities["leads"]
    plain = leads.model_copy(update={"deleted": None})
    assert "a record that is deleted at the source. The comparison" in describe_gaps(plain)
    never = leads.model_copy(update={"reconcile_every": "never"})
    assert describe_gaps(never).endswith("Nothing but a run with `full` finds it.")
    hiding = leads.model_copy(update={"read": leads.read.model_copy(update={"missing_rows": "keep"})})
    assert "because it hides records" in describe_gaps(hiding)
    assert describe_gaps(hiding).endswith("its absence is no deletion.")
