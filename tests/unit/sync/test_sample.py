"""How a sample is asked for, what it proves, and which sources can be asked for single records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_sync.config.loader import load_source
from crm_sync.constants import Mask, SyncMode
from crm_sync.exceptions import FatalSourceError, OptionsError, QuotaExhaustedError
from crm_sync.sources.base import ReadRequest, build_page
from crm_sync.sources.by_keys import KEYS, KeyedSource, explain_unasked
from crm_sync.storage.proofs import Method, Proof, Verdict
from crm_sync.sync.sample import Sample, SampleSize, bound_share, judge_sample

CONFIGS = Path(__file__).parents[3] / "dags" / "configs"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
PROOF = Proof("acme", "things", Method.SAMPLE, Verdict.EQUAL, NOW)


def load(name: str):
    crm_source, sync_type = name.split(".")
    return load_source(CONFIGS, crm_source).entities[sync_type]


def test_size_is_a_number_of_rows_or_a_share_of_them():
    assert SampleSize.parse("500") == SampleSize(rows=500)
    assert SampleSize.parse(" 2.5 % ", seed="a") == SampleSize(share=0.025, seed="a")
    assert (SampleSize(rows=500).count(30), SampleSize(share=0.025).count(90)) == (30, 3)


@pytest.mark.parametrize("text", ["0", "-3", "many", "1.5", "0%", "101%", "", "%", "100001", "nan%"])
def test_other_sizes_are_refused_in_one_sentence(text: str):
    with pytest.raises(
        OptionsError, match=r"expected a number of rows up to 100,000 such as 500, or a share"
    ):
        SampleSize.parse(text)
    with pytest.raises(OptionsError, match="200,000 rows is read record by record"):
        SampleSize(share=0.2).count(1_000_000)


@pytest.mark.parametrize(
    ("found", "rows", "share"),
    # the last two by the tables of Clopper and Pearson: one-sided limits of 5 %
    [(0, 500, 1 - 0.05 ** (1 / 500)), (0, 1, 0.95), (10, 10, 1.0), (1, 20, 0.2161), (3, 500, 0.01543)],
)
def test_bound_is_the_share_at_which_so_few_would_be_a_chance_of_one_in_twenty(found, rows, share):
    assert bound_share(found, rows) == pytest.approx(share, rel=2e-3)


def judge(proof: Proof, counted: Proof, *, size: int = 500, of: int = 200_000, compared: int = 500) -> Proof:
    sample = Sample("s", ("id",), b"", [("1",)] * size, of)
    return judge_sample(proof, sample, counted, compared=compared)


def test_sample_is_equal_only_where_the_counts_are_equal_too():
    counted = replace(PROOF, source_count=9, table_count=9)
    proof = judge(PROOF, counted)
    assert proof.verdict is Verdict.EQUAL
    assert proof.reason == (
        "500 of 200,000 rows were compared alike: with 95 % certainty fewer than 0.6 % differ. "
        "Source and table both count 9."
    )
    other = replace(counted, verdict=Verdict.NOT_PROVABLE, source_count=10)
    proof = judge(PROOF, other)
    assert proof.verdict is Verdict.NOT_PROVABLE
    assert "finds no record that the table lacks, and the source counts 10 records where" in proof.reason
    proof = judge(PROOF, replace(other, source_count=None))
    assert (proof.verdict, "does not say how many" in proof.reason) == (Verdict.NOT_PROVABLE, True)


def test_sample_says_how_many_differ_and_never_more_than_was_compared():
    differs = replace(PROOF, verdict=Verdict.DIFFERENT, differences=3, reason="Why.")
    assert judge(differs, PROOF).reason == (
        "500 of 200,000 rows were compared, and 3 of them differ: "
        "with 95 % certainty fewer than 1.6 % differ. Why."
    )
    doubtful = replace(PROOF, verdict=Verdict.NOT_PROVABLE, reason="It ended early.")
    assert judge(doubtful, PROOF).reason == "500 of 200,000 rows were compared. It ended early."
    nothing = judge(PROOF, PROOF, compared=0)
    assert (nothing.verdict, nothing.reason) == (
        Verdict.NOT_PROVABLE,
        "0 of 200,000 rows were compared.",
    )
    counted = replace(PROOF, source_count=500)
    assert "these are all rows of the table" in judge(PROOF, counted, of=500).reason


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("hubspot.contacts", None),
        ("genius.jobs", None),
        ("pipedrive.deals", "gives lists and no single records"),
        ("csv.zip_codes", "gives lists and no single records"),
    ],
)
def test_sample_is_possible_where_single_records_can_be_asked_for(name: str, why: str | None):
    reason = explain_unasked(load(name))
    assert reason is None if why is None else why in reason


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("hubspot.contacts", {"source": "other"}, "its key is not the id at 'id'"),
        ("hubspot.contacts", {"mask": Mask.SHA256}, "its key is masked"),
        ("genius.jobs", {"type": "string"}, "its key is no whole number"),
    ],
)
def test_sample_is_refused_where_the_key_is_another_text_there(name, change, why):
    entity = load(name)
    (key,) = entity.primary_key
    fields = {**entity.fields, key: entity.fields[key].model_copy(update=change)}
    assert why in (explain_unasked(entity.model_copy(update={"fields": fields})) or "")


class KeyedFake:
    """Has every record but those with an even key; its quota ends after some batches."""

    def __init__(self, *, batches: int = 99) -> None:
        self.left = batches
        self.asked: list[str] = []

    def read_keys(self, _request, batches):
        for batch in batches:
            if not self.left:
                raise QuotaExhaustedError("the quota of the day is used up")
            self.left -= 1
            self.asked += [key for (key,) in batch]
            found = [{"id": key} for (key,) in batch if int(key) % 2]
            yield build_page(found, cursor_key="other", cursor=None)


def read(source: KeyedSource, cursors: dict[str, int | None]):
    request = ReadRequest(source.entity, SyncMode.FULL, None, NOW, 100)
    return [(page.records, page.cursor_key, page.cursor) for page in source.read_pages(request, cursors)]


def test_keyed_source_reads_the_keys_that_are_left_and_sweeps_nothing():
    fake, entity = KeyedFake(), load("hubspot.contacts")
    source = KeyedSource(fake, entity, [(str(number),) for number in range(250)])
    assert read(source, {}) == [(50, KEYS, 100), (50, KEYS, 200), (25, KEYS, None)]
    assert (source.is_whole, source.sweep_scope, source.incomplete_reason) == (False, None, None)
    fake.asked.clear()
    assert read(source, {KEYS: 200}) == [(25, KEYS, None)]
    assert (fake.asked[0], len(fake.asked)) == ("200", 50)
    assert read(source, {KEYS: None}) == []


def test_keyed_source_says_that_a_quota_left_some_unread_and_refuses_lists():
    entity = load("hubspot.contacts")
    source = KeyedSource(KeyedFake(batches=1), entity, [(str(number),) for number in range(150)])
    assert read(source, {}) == [(50, KEYS, 100)]
    assert source.incomplete_reason == "the quota of the day is used up"
    with pytest.raises(FatalSourceError, match="no single records"):
        read(KeyedSource(object(), entity, [("1",)]), {})
