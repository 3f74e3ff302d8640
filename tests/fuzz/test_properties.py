"""Any text in a column of any type: what transform and validate make of it is what the oracle says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.values import TYPES, check

NEAR_MISSES = st.text("0123456789+-.,:/ TZeEtrueno@\u0660\x00\ufffd\u2003{}[]\"'", max_size=24)
TEXTS = st.lists(st.one_of(st.text(max_size=12), NEAR_MISSES), min_size=1, max_size=20)


@pytest.mark.parametrize("kind", sorted(set(TYPES)))
@settings(max_examples=15)
@given(texts=TEXTS)
def test_any_text_is_the_value_that_the_oracle_tells(kind: str, texts: list[str]):
    case = {
        "column": {"type": kind},
        "words": {},
        "route": "rest",
        "values": [json.dumps(one) for one in texts],
    }
    assert check(case) == []
