"""What `discover` makes of an account's fields: names, types, and YAML that loads whatever people wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
import yaml

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.fields.told_types import find_type
from crm_sync.sources.base import Page, build_page
from crm_sync.sources.told_fields import ToldField, ToldFields
from crm_sync.sync.survey.entity_survey import NewField, Survey, survey_entity
from crm_sync.sync.survey.guesses import guess_type
from crm_sync.sync.survey.names import name_column
from crm_sync.sync.survey.yaml_text import write_yaml

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def make_entity(**fields: str) -> EntityConfig:
    return EntityConfig.model_validate(
        {
            "crm_source": "shop",
            "sync_type": "orders",
            "table_schema": "shop",
            "read": {
                "strategy": "rest_list",
                "passes": [{"name": "all", "path": "/orders"}],
                "paging": {"style": "offset"},
            },
            "primary_key": ["id"],
            "fields": {
                "id": {"type": "integer"},
                **{name: {"source": path} for name, path in fields.items()},
            },
        }
    )


class FakeSource:
    """Gives its pages, to a delta only those of `lately`."""

    incomplete_reason: str | None = None

    def __init__(self, pages: list[Page], *, reads_whole: bool = True, lately: list[Page] = ()) -> None:
        self.pages, self.reads_whole, self.lately = pages, reads_whole, lately
        self.is_closed = False

    def read_pages(self, request, cursors):
        yield from self.pages if request.since is None else self.lately

    def close(self):
        self.is_closed = True


class FakeDoor:
    def __init__(self, source: FakeSource | None, told: ToldFields | None = None) -> None:
        self.source, self.told = source, told

    def list_fields(self, _entity):
        return self.told

    def open(self, _entity):
        return self.source


def survey(door: FakeDoor, **fields: str) -> Survey:
    return survey_entity(door, make_entity(**fields), NOW)


def pages(*records: dict) -> list[Page]:
    return [build_page(records, cursor_key="all", cursor=None)]


@pytest.mark.parametrize(
    ("path", "label", "taken", "expected"),
    [
        (("hasDNCPhone",), "", (), "has_dnc_phone"),
        (("Amount__c",), "", (), "amount_c"),
        (("Größe (m²)",), "", (), "grosse_m2"),
        (("2024 total",), "", (), "field_2024_total"),
        (("order",), "", (), "order_value"),
        (("user",), "", (), "user_value"),
        (("ctid",), "", (), "ctid_value"),
        (("extra",), "", (), "extra_value"),
        (("sync_history_id",), "", (), "sync_history_id_value"),
        (("address", "city"), "", ("city",), "address_city"),
        (("city",), "", ("city", "city_2"), "city_3"),
        (("9f2c" * 10,), "Lead score", (), "lead_score"),
        (("屋根",), "Roof", (), "roof"),
        (("屋根",), "", ("field",), "field_2"),
        (("x" * 90,), "", (), "x" * 55),
    ],
)
def test_name_of_a_column_is_snake_case_free_and_no_word_of_sql(path, label, taken, expected):
    name = name_column(path, label, taken)
    assert name == expected
    make_entity(**{name: "x"})


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("DATE_TIME", "datetime"), ("Edm.Int32", "integer"), ("varchar(20)", "string"), ("bool", "boolean"),
        ("currency", "decimal"), ("textarea", "text"), ("phone_number", "phone"), ("flux", None),
    ],
)  # fmt: skip
def test_type_of_a_column_follows_the_accounts_word(word, expected):
    assert find_type(word, {}) == expected
    assert find_type(word, {word: FieldType.JSON}) == "json"


@pytest.mark.parametrize(
    ("values", "are_texts", "expected"),
    [
        ([None, ""], False, None),
        ([1, 2], False, "integer"),
        ([1, 2.5], False, "number"),
        ([True, False], False, "boolean"),
        ([{"a": 1}, None], False, "json"),
        ([{"a": 1}, "x"], False, "string"),
        (["2026-01-05", "2026-02-30"], False, "string"),
        (["2026-01-05"], False, "date"),
        (["2026-01-05T10:00:00Z"], False, "datetime"),
        (["a@example.com"], False, "email"),
        (["https://example.com/a"], False, "url"),
        (["17"], False, "string"),
        (["17", "-4"], True, "integer"),
        (["17.50", "4"], True, "number"),
        (["017"], True, "string"),
        (["12345678901234567"], True, "string"),
        (["true", "FALSE"], True, "boolean"),
    ],
)
def test_guess_loses_no_value(values, are_texts, expected):
    assert guess_type(values, make_entity(), are_texts=are_texts) == expected


def test_sample_of_the_newest_records_gives_what_no_column_takes():
    source = FakeSource(
        pages({"id": 1}),
        reads_whole=False,
        lately=pages({"id": 2, "a": {"b": 1, "c": "x"}, "d.e": 7}, {"id": 3, "d.e": None}),
    )
    found = survey(FakeDoor(source), a_b="a.b", gone="not.there")
    assert [(one.name, one.source, one.type) for one in found.fields] == [
        ("c", "a.c", "string"),
        ("d_e", r"d\.e", "integer"),
    ]
    assert (found.sampled, found.is_asked, found.missing) == (2, False, {"gone": "not.there"})
    assert source.is_closed


def test_sample_without_recent_records_is_the_first_page():
    found = survey(FakeDoor(FakeSource(pages({"id": 1, "a": True}), reads_whole=False)))
    assert [(one.name, one.type, one.is_guessed) for one in found.fields] == [("a", "boolean", True)]


def test_source_without_records_says_that_nothing_is_known():
    found = survey(FakeDoor(FakeSource([])))
    assert write_yaml(found) == (
        "# shop.orders: the account lists no fields, and no record came to guess from.\n"
    )


def test_quota_that_is_used_up_is_no_empty_answer():
    source = FakeSource([])
    source.incomplete_reason = "the quota is used up"
    with pytest.raises(UnexpectedResponseError, match="the quota is used up"):
        survey(FakeDoor(source))
    assert source.is_closed


def test_records_that_came_as_a_frame_have_their_columns_and_untyped_texts():
    frame = pl.DataFrame({"id": ["1"], "Total": ["17.5"], "_line": [2], "_fault": [None]})
    page = Page(None, frame, 1, None, "file", None, missing=frozenset({"gone"}))
    found = survey(FakeDoor(FakeSource([page])), gone="Gone")
    assert [(one.name, one.source, one.type) for one in found.fields] == [("total", "Total", "number")]
    assert found.missing == {"gone": "Gone"}


def test_field_that_the_account_gives_no_type_is_guessed_from_its_values():
    told = ToldFields((ToldField("a", FieldType.DATE, "date"), ToldField("b", None, "flux", "The B")))
    found = survey(FakeDoor(FakeSource(pages({"id": 1, "b": 4, "c": 5})), told))
    assert [(one.name, one.type, one.is_guessed) for one in found.fields] == [
        ("a", "date", False),
        ("b", "integer", True),
    ]


def test_account_that_lists_only_some_fields_is_sampled_for_the_others():
    told = ToldFields((ToldField("own.a", FieldType.DATE),), is_whole=False)
    found = survey(FakeDoor(FakeSource(pages({"id": 1, "own": {"a": "2026-01-01"}, "c": 5})), told))
    assert [(one.name, one.source) for one in found.fields] == [("a", "own.a"), ("c", "c")]


def test_account_that_lists_everything_is_asked_for_no_record():
    told = ToldFields((ToldField("a", FieldType.DATE),), {"x": "X"}, notes=("2 more.",))
    found = survey(FakeDoor(None, told))
    assert (found.sampled, found.missing, found.notes) == (None, {"x": "X"}, ("2 more.",))


def test_yaml_is_loadable_whatever_the_account_calls_its_fields():
    fields = tuple(
        NewField(name, source, FieldType.STRING, "type\n  x: y", label)
        for name, source, label in [
            ("no", "NO", "Label # with\nid: {type: json}"),
            ("a", "a: b #c", ""),
            ("b", "'\"{}[]\\", "x" * 200),
            ("c", "*x", "\u2028line"),
            ("same", "same", "same"),
        ]
    )
    text = write_yaml(Survey("shop", "orders", fields, {"d": "x\ny"}, is_asked=True, sampled=None))
    loaded = yaml.safe_load(f"fields:\n{text}")["fields"]
    assert {name: one.get("source", name) for name, one in loaded.items()} == {
        one.name: one.source for one in fields
    }
    assert all(FieldConfig.model_validate(one) for one in loaded.values())
    assert "# d is in the YAML and the account lacks x y." in text.splitlines()


def test_yaml_says_what_is_guessed_stale_and_perhaps_personal():
    fields = (
        NewField("a", "A", FieldType.STRING, is_guessed=True, has_values=False),
        NewField("b", "B", FieldType.INTEGER, is_guessed=True, is_stale=True, looks_personal=True),
    )
    head, plain, odd = write_yaml(
        Survey("shop", "orders", fields, {}, is_asked=False, sampled=7)
    ).splitlines()
    assert "2 field(s) without a column, guessed from 7 record(s). Paste what you want below" in head
    assert plain == "  a: {source: A, type: string}  # no value to guess from"
    assert odd.startswith("  b: {source: B, type: integer}  # guessed; changes without a new modified time: ")
    assert odd.endswith("; personal? `sensitive: true` keeps it out of logs, `mask` out of the table")


def test_entity_whose_fields_all_have_columns_says_so():
    text = write_yaml(Survey("shop", "orders", (), {}, is_asked=True, sampled=None, notes=("One more.",)))
    assert text == "# shop.orders: every field has a column.\n# One more.\n"
    text = write_yaml(Survey("shop", "orders", (), {}, is_asked=False, sampled=9))
    assert text == "# shop.orders: every field has a column, as far as 9 record(s) show.\n"
