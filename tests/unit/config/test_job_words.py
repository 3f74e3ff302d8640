"""Words of jobs that don't go together, or name what is nowhere, are refused in one sentence."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import ConfigError
from tests.unit.config.test_names import load

PAGING = {"style": "cursor", "next_path": "next", "param": "from"}
POLL = {"path": "/jobs/{job}", "state_path": "s", "states": {"running": ["r"], "done": ["d"]}}
RESULTS = {"path": "/jobs/{job}/rows", "paging": PAGING}
JOB = {"start": {"path": "/jobs"}, "poll": POLL, "results": RESULTS}
READ = {
    "strategy": "job",
    "values": {"what": "things"},
    "passes": [{"name": "all", "path": "/{what}"}],
    "paging": PAGING,
    "job": JOB,
    "parents": None,
    "side_by_side": None,
}


def test_words_of_a_job_load(tmp_path):
    load(tmp_path, **READ)


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        ({"strategy": "rest_list"}, "'read.job': expected strategy: job and its words together"),
        ({"job": None}, "'read.job': expected strategy: job and its words together"),
        ({"end_on_repeat": True}, "'read.job': expected neither event_cursor nor end_on_repeat"),
        ({"job": {**JOB, "start": {"path": "/{wht}"}}}, "'read.job.start.path': expected placeholders"),
        ({"job": {**JOB, "poll": {**POLL, "path": "/{token}"}}}, "'read.job.poll.path': expected place"),
        ({"job": {**JOB, "count": {"path": "/{job}", "count_path": "n"}}}, "'read.job.count.path'"),
        ({"job": {**JOB, "above_extra": "nme"}}, "'read.job.above_extra': expected an extra of rest.extras"),
        ({"job": {**JOB, "abort": {"path": "/", "method": "DELETE", "body": {"content": {}}}}},
         "expected method: POST or PATCH beside it"),
        ({"job": {**JOB, "results": {**RESULTS, "paging": {**PAGING, "param": ""}}}}, "the slot {after}"),
        ({"job": {**JOB, "narrow": "("}}, "'read.job.narrow'"),
        ({"job": {**JOB, "final": "("}}, "'read.job.final'"),
        ({"job": {**JOB, "gone_text": "("}}, "'read.job.gone_text'"),
        ({"job": {**JOB, "poll": {**POLL, "price": {"name": "c", "of": "b", "per": 1, "each": 1}}}},
         "'read.job.poll.price.of': expected one of figures"),
        ({"job": {**JOB, "poll": {**POLL, "give_up_extra": "nme"}}},
         "'read.job.poll.give_up_extra': expected an extra of rest.extras"),
        ({"answer": {"rows": {"repeats_names": True}}}, "header_path': expected where the names are"),
        ({"passes": [{"name": "all", "path": "/", "params": {"s": "{since}"}}]},
         "'read.job.start': expected the slot {since} as in the passes"),
        ({"job": {**JOB, "start": {"path": "/jobs", "params": {"s": "{before}"}}}},
         "'read.job.start': expected the slot {before} as in the passes"),
    ],
)  # fmt: skip
def test_wrong_word_is_one_sentence(tmp_path, read, sentence):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **{**READ, **read})
    assert sentence in str(caught.value)
