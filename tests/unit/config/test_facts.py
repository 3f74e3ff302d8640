"""What the YAML means in sentences: how a delta reads, what finds deletions, which limits hold."""

from __future__ import annotations

import pytest

from crm_sync.config.facts import (
    list_deletion_facts,
    list_delta_facts,
    list_facts,
    list_limits,
    show_rhythm,
    show_span,
)
from crm_sync.config.loader import list_sources
from tests.shipped import CONFIGS, read_shipped


@pytest.mark.parametrize(
    ("crm_source", "entity", "delta", "gone"),
    [
        (
            "hubspot",
            "contacts",
            "A delta searches for the records that changed since the last run and looks back 15 minutes.",
            "Gone at the source when `archived` is true. Compared with the whole source every 7 days.",
        ),
        (
            "hubspot",
            "owners",
            "Read whole, never as a delta.",
            "Gone at the source when `archived` is true. Each read marks the rows that are gone.",
        ),
        (
            "genius",
            "job_financings",
            "Read whole, never as a delta.",
            "Each read marks the rows that are gone.",
        ),
        (
            "callrail",
            "calls",
            (
                "A delta reads the latest days again and looks back 7 days. "
                "The source keeps records for 730 days."
            ),
            "Rows that the source no longer shows are kept.",
        ),
    ],
)
def test_entity_facts_say_how_it_is_read_and_what_finds_deletions(crm_source, entity, delta, gone):
    found = read_shipped(crm_source).entities[entity]
    assert " ".join(list_delta_facts(found)) == delta
    assert " ".join(list_deletion_facts(found)) == gone


@pytest.mark.parametrize("crm_source", list_sources(CONFIGS))
def test_every_entity_has_facts_that_are_sentences(crm_source: str):
    for entity in read_shipped(crm_source).entities.values():
        facts = list(list_facts(entity))
        assert len(facts) >= 3
        assert [fact for fact in facts if not fact.endswith(".")] == []


def test_limits_of_an_api_are_listed_by_class():
    source = read_shipped("hubspot")
    assert list(list_limits(source))[:2] == [
        "`default`: 190 requests in 10 s, 625,000 a day",
        "`search`: 5 requests in 1 s",
    ]
    assert list(list_limits(read_shipped("csv"))) == []


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(604800, "7 days"), (86400, "1 day"), (5400, "90 minutes"), (61, "61 seconds"), (0, "0 seconds")],
)
def test_span_is_shown_in_its_largest_whole_unit(seconds: int, shown: str):
    assert show_span(seconds) == shown


def test_rhythm_of_one_unit_names_no_number():
    assert (show_rhythm(86400), show_rhythm(21600)) == ("every day", "every 6 hours")
