"""Words about capped lists that do not fit: one sentence each."""

from __future__ import annotations

import pytest

from crm_sync.config.models import EntityConfig

PASS = {"name": "all", "path": "/x", "paged": False, "params": {"f": "{field_1}", "v": "{value_1}"}}
READ = {
    "strategy": "partitioned",
    "passes": [PASS],
    "paging": {"style": "offset"},
    "partition": {"cap": 5, "by": [{"name": "phone"}]},
}
PART = READ["partition"]
OFF = {"status": [404], "because": "x"}
SUBSETS = {"path": "/g", "records_path": "g"}


def build(**read):
    return EntityConfig.model_validate(
        {
            "crm_source": "demo",
            "sync_type": "things",
            "table_schema": "demo",
            "primary_key": ["id"],
            "fields": {"id": {}},
            "read": {**READ, **read},
        }
    )


def test_words_that_fit_load():
    assert build().read.reads_whole


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"strategy": "rest_list"}, "strategy: partitioned and its words"),
        ({"partition": None}, "strategy: partitioned and its words"),
        ({"end_on_repeat": True}, "no filter by time, windows, event_cursor or end_on_repeat"),
        ({"modified_filter": {"place": "param", "name": "s", "format": "iso"}}, "no filter by time"),
        ({"passes": [{**PASS, "paged": True}]}, "paged: false and no feature_off"),
        (
            {"passes": [{**PASS, "feature_off": OFF}]},
            "paged: false and no feat",
        ),
        ({"passes": [{**PASS, "params": {"f": "{field_1}"}}]}, "the slot {value_1} of read.partition"),
        ({"partition": {**PART, "by": [{"name": "a"}, {"name": "a"}]}}, "each field once"),
        ({"partition": {**PART, "wildcard": "1"}}, "characters other than the wildcard '1'"),
        ({"partition": {**PART, "by": []}}, "at least 1"),
        ({"partition": {**PART, "cap": 0}}, "greater than or equal to 1"),
        (
            {"partition": {**PART, "subsets": {**SUBSETS, "method": "POST"}}},
            "subsets.only_reads",
        ),
    ],
)
def test_words_that_do_not_fit_are_one_sentence(read, said):
    with pytest.raises(ValueError, match=said.replace("{", r"\{").replace("}", r"\}")):
        build(**read)
