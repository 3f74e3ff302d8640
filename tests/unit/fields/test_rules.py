"""What a rule's SQL means: the same in every version of Polars that the package runs on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from crm_sync.config.models import RuleConfig
from crm_sync.fields.rules import find_breaches, rule_frame
from tests.unit.fields.fields_support import make_entity

ENTITY = make_entity(
    {
        "whole": {"type": "integer"},
        "amount": {"type": "decimal"},
        "word": {"type": "string"},
        "day": {"type": "date"},
        "at": {"type": "datetime"},
        "ok": {"type": "boolean"},
    }
)
FRAME = pl.DataFrame(
    {
        "id": ["1", "2", "3", "4"],
        "whole": [1, None, -3, 2**53 + 1],
        "amount": ["1.0", "2.5", None, "-0.1"],
        "word": ["a", "A@b.c", "", None],
        "day": [date(2020, 1, 1), None, date(1, 1, 1), date(9999, 12, 31)],
        "at": [
            datetime(2024, 1, 1, 12, tzinfo=UTC),
            None,
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, tzinfo=UTC),
        ],
        "ok": [True, False, None, True],
    },
    schema_overrides={"at": pl.Datetime("us", "UTC")},
)


@pytest.mark.parametrize(
    ("check", "breaches"),
    [
        ("whole >= 0", [2]),
        ("whole / 2 = 0.5", [2, 3]),  # an integer is not cut
        ("whole / 0 is null", [0, 2, 3]),
        ("whole = 9007199254740993", [0, 2]),
        ("whole > 1.5", [0, 2]),
        ("whole = amount", [3]),
        ("whole is distinct from amount", [0]),
        ("whole in (1, 7)", [2, 3]),
        ("whole + 1 > 0", [2]),
        ("abs(whole) = 3", [0, 3]),
        ("amount = 2.5", [0, 3]),
        ("amount between -0.1 and 1", [1]),
        ("round(amount) = 2", [0, 3]),
        ("amount / 2 > 0", [3]),
        ("word like '%@%'", [0, 2]),
        ("word ilike 'a%'", [2]),
        ("word ~ '^[a-z]+$'", [1, 2]),
        ("length(word) between 1 and 3", [1, 2]),
        ("lower(word) = 'a'", [1, 2]),
        ("word || 'x' = 'ax'", [1, 2]),
        ("coalesce(word, 'z') = 'z'", [0, 1, 2]),
        ("word is not null and word <> ''", [2, 3]),
        ("word > 'B'", [1, 2]),
        ("day >= date '2020-01-01'", [2]),
        ("extract(year from day) >= 2020", [2]),
        ("at > day", [3]),
        ("ok or amount > 2", []),
        ("not ok", [0, 3]),
        ("ok is not true", [0, 3]),
        ("case when amount > 0 then true else ok end", []),
    ],
)
def test_rule_finds_the_same_rows_in_every_polars(check: str, breaches: list[int]) -> None:
    rule = RuleConfig(name="own_rule", check=check, message="m")
    assert find_breaches(rule_frame(FRAME, ENTITY), rule).to_list() == breaches
