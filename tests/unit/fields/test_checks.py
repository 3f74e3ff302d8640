"""What YAML says about fields and rules is checked before anything is fetched."""

from __future__ import annotations

from typing import Any

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.sync.validate import check_rules
from tests.unit.fields.fields_support import ID, make_entity


def rule(check: str, **values: Any) -> dict[str, Any]:
    return {"name": "own_rule", "check": check, "message": "m", **values}


FIELDS = {
    "amount": {"type": "decimal"},
    "email": {"type": "email"},
    "day": {"type": "date"},
    "ok": {"type": "boolean"},
}


@pytest.mark.parametrize(
    "check",
    [
        "amount >= 0",
        "email is not null and email like '%@%'",
        "day >= date '2020-01-01' or ok",
        "length(email) between 3 and 254",
        "amount is null or amount < 1000000000",
        "email not like '%//%' and email <> 'mod(1)'",
        "not (ok and amount > 0.1)",
    ],
)
def test_check_rules_usable_expression_passes(check: str) -> None:
    check_rules(make_entity(FIELDS, rules=[rule(check, field="email")]))


@pytest.mark.parametrize(
    ("entity", "key_path"),
    [
        ({"rules": [rule("amount >")]}, "rules.own_rule.check"),
        ({"rules": [rule("missing > 1")]}, "rules.own_rule.check"),
        ({"rules": [rule("amount")]}, "rules.own_rule.check"),
        ({"rules": [rule("sum(amount) > 1")]}, "rules.own_rule.check"),
        ({"rules": [rule("amount % 2 = 1")]}, "rules.own_rule.check"),
        ({"rules": [rule("amount // 2 = 1")]}, "rules.own_rule.check"),
        ({"rules": [rule("MOD (amount, 2) = 1")]}, "rules.own_rule.check"),
        ({"rules": [rule("div(amount, 2) = 1")]}, "rules.own_rule.check"),
        ({"rules": [rule("email > 5")]}, "rules.own_rule.check"),
        ({"rules": [rule("amount > 0; drop table x")]}, "rules.own_rule.check"),
        ({"rules": [rule("amount > 0", field="nothing")]}, "rules.own_rule.field"),
        ({"rules": [{**rule("amount > 0"), "name": "shape"}]}, "rules"),
        ({"record_function": "no_such_module:f"}, "record_function"),
        ({"record_function": "json:no_such_function"}, "record_function"),
        ({"record_function": "json"}, "record_function"),
        ({"record_function": "json:__name__"}, "record_function"),
        ({"source_time_zone": "Mars/Olympus"}, "source_time_zone"),
        ({"default_region": "XX"}, "default_region"),
    ],
)
def test_check_rules_unusable_entity_names_the_key(entity: dict[str, Any], key_path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_rules(make_entity(FIELDS, **entity))
    assert caught.value.file == "hubspot/contacts.yaml"
    assert caught.value.key_path == key_path


@pytest.mark.parametrize(
    ("field", "key_path"),
    [
        ({"type": "date", "mask": "sha256"}, "fields.x.mask"),
        ({"mask": "drop", "required": True}, "fields.x.mask"),
        ({"type": "integer", "default": "many"}, "fields.x.default"),
        ({"type": "date", "format": "%d.%m.%Y", "default": "2026"}, "fields.x.default"),
        ({"type": "integer", "format": "%d"}, "fields.x.format"),
        ({"type": "json", "format": "%d"}, "fields.x.format"),
        ({"type": "string", "format": "text"}, "fields.x.format"),
        ({"type": "date", "format": "%Q"}, "fields.x.format"),
        ({"type": "date", "format": "%d.%m."}, "fields.x.format"),
        ({"type": "datetime", "format": "%Y-%m-%d %H:%M %Z"}, "fields.x.format"),
        ({"type": "datetime", "format": "%Y-%m-%d %H:%M:%S,%f"}, "fields.x.format"),
        ({"type": "date", "format": "%Y-%m-%d %c"}, "fields.x.format"),
        ({"decimal_mark": ","}, "fields.x.decimal_mark"),
        ({"type": "date", "pivot_year": 30}, "fields.x.pivot_year"),
        ({"type": "date", "format": "%d.%m.%Y", "pivot_year": 30}, "fields.x.pivot_year"),
        ({"type": "integer", "pivot_year": 30}, "fields.x.pivot_year"),
        ({"type": "decimal", "decimal_mark": ",", "default": "1.5"}, "fields.x.default"),
    ],
)
def test_check_rules_unusable_field_names_the_key(field: dict[str, Any], key_path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_rules(make_entity({"x": field}))
    assert caught.value.key_path == key_path


def test_check_rules_usable_fields_pass() -> None:
    check_rules(
        make_entity(
            {
                "id": ID,
                "kind": {"default": "contact"},
                "day": {"type": "date", "format": "%d.%m.%Y", "default": "31.01.2026"},
                "secret": {"mask": "sha256", "required": True},
                "price": {"type": "decimal", "decimal_mark": ",", "default": "1,5"},
                "born": {"type": "date", "format": "%d.%m.%y", "pivot_year": 30},
            },
            source_time_zone="America/New_York",
            default_region="DE",
            record_function="tests.unit.fields.fields_support:make_entity",
        )
    )


def test_check_rules_one_source_path_has_one_decimal_mark() -> None:
    fields = {
        "x": {"type": "decimal", "source": "p", "decimal_mark": ","},
        "y": {"type": "integer", "source": "p"},
    }
    with pytest.raises(ConfigError) as caught:
        check_rules(make_entity(fields))
    assert caught.value.key_path == "fields.y.decimal_mark"
    check_rules(make_entity(fields, decimal_mark=","))
