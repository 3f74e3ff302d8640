from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.constants import SyncMode
from crm_sync.storage.json_text import clean_json_text, clean_text, dump_json

ODD_TEXT = st.text(
    alphabet=st.sampled_from(["\x00", "\ud83d", "\ude00", "\\", "u", "0", '"', "é", "😀", "\n"])
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("plain é😀", "plain é😀"), ("a\x00b", "a\ufffdb"), ("\ud800", "\ufffd"), ("\udfff!", "\ufffd!")],
    ids=["plain", "NUL", "high", "low"],
)
def test_clean_text_replaces_only_what_is_unfit(text, cleaned):
    assert clean_text(text) == cleaned


@given(ODD_TEXT)
def test_clean_json_text_of_any_string_is_fit_and_else_unchanged(text):
    for literal in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        cleaned, is_altered = clean_json_text(literal)
        value = json.loads(cleaned)
        # A pair that json joins to one character is fit; what remains are halves.
        joined = json.loads(json.dumps(text))
        assert value == clean_text(joined if literal.isascii() else text)
        assert is_altered == (value != (joined if literal.isascii() else text))
        cleaned.encode()


@given(ODD_TEXT)
def test_clean_json_text_of_broken_json_is_a_string_of_it(text):
    cleaned, _ = clean_json_text("{" + text)
    assert json.loads(cleaned) == clean_text("{" + text)


def test_clean_json_text_keeps_number_literals():
    text = '{"n": 1234567890123456789.120, "e": 1e400}'
    assert clean_json_text(text) == (text, False)


def test_dump_json_writes_what_jsonb_takes():
    value = {
        "at": datetime(2025, 1, 2, tzinfo=UTC),
        "day": date(2025, 1, 2),
        "n": Decimal("1.10"),
        "nan": float("nan"),
        "list": (1, {"a\x00": "\ud800"}),
        SyncMode.FULL: SyncMode.DELTA,
        "none": None,
        "yes": True,
        "error": ValueError("x"),
    }
    assert json.loads(dump_json(value)) == {
        "at": "2025-01-02T00:00:00+00:00",
        "day": "2025-01-02",
        "n": "1.10",
        "nan": None,
        "list": [1, {"a\ufffd": "\ufffd"}],
        "full": "delta",
        "none": None,
        "yes": True,
        "error": "x",
    }


def test_dump_json_writes_bytes_as_the_column_has_them():
    assert dump_json({"id": b"A\x00", "list": [b"\xff"]}) == '{"id": "4100", "list": ["ff"]}'
