"""The agreed log lines, and what they may show."""

from __future__ import annotations

import logging
import re

import pytest

from crm_sync.log_messages import LimitedLog, format_completion, log_findings, show_value
from tests.unit.fields.fields_support import make_entity, transform

KEPT = "not a phone number for region US, kept as it is"
LOG = logging.getLogger("crm_sync.test")


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_log_validation_warning_has_the_agreed_format(caplog: pytest.LogCaptureFixture) -> None:
    LimitedLog(LOG).validation_warning("email", "bad", 123, "not a valid email")
    assert lines_of(caplog) == [
        "Validation warning for field 'email' with value 'bad' (Record: id=123): not a valid email"
    ]
    assert caplog.records[0].levelname == "WARNING"


def test_log_parse_failure_has_the_agreed_format(caplog: pytest.LogCaptureFixture) -> None:
    LimitedLog(LOG).parse_failure("datetime", "v", "f", "hubspot", 123)
    assert lines_of(caplog) == ["Failed to parse datetime value: 'v' in field 'f' for hubspot 123"]


def test_log_completion_has_the_agreed_format() -> None:
    line = format_completion("hubspot", "contacts", created=1, updated=2, failed=3)
    assert line == "Completed hubspot contacts sync: 1 created, 2 updated, 3 failed"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("a\nb\x1b[31m\x00", "a\\nb\\x1b[31m\\x00"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("é 😀", "é 😀"),
        (None, ""),
        (5, "5"),
    ],
    ids=["80", "81", "control", "direction", "letters", "null", "number"],
)
def test_log_value_is_cut_and_escaped(value: object, shown: str) -> None:
    assert show_value(value) == shown


def test_log_hidden_value_is_stars() -> None:
    assert show_value("secret", is_hidden=True) == "***"


def test_log_limit_is_followed_by_one_count(caplog: pytest.LogCaptureFixture) -> None:
    log = LimitedLog(LOG, limit=2)
    for _ in range(1005):
        log.validation_warning("f", "v", 1, "e")
    log.close()
    log.close()
    assert len(caplog.records) == 3
    assert lines_of(caplog)[-1].startswith("1,003 more warnings about values were left out")


def test_log_under_the_limit_has_no_count(caplog: pytest.LogCaptureFixture) -> None:
    log = LimitedLog(LOG)
    log.validation_warning("f", "v", 1, "e")
    log.close()
    assert len(caplog.records) == 1


def test_log_findings_choose_the_line_by_rule(caplog: pytest.LogCaptureFixture) -> None:
    entity = make_entity({"at": {"type": "datetime"}, "phone": {"type": "phone"}})
    log_findings(
        LimitedLog(LOG), entity, transform(entity, {"id": "1", "at": "x", "phone": "y"}, "{").findings
    )
    assert lines_of(caplog) == [
        "Failed to parse datetime value: 'x' in field 'at' for hubspot 1",
        f"Validation warning for field 'phone' with value 'y' (Record: id=1): {KEPT}",
        "Validation warning for field '' with value '' (Record: id=unknown): the line is not valid JSON",
    ]


def test_log_findings_beyond_the_limit_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    entity = make_entity()
    log = LimitedLog(LOG)
    findings = transform(entity, *["{"] * 130).findings
    log_findings(log, entity, findings)
    log_findings(log, entity, findings)
    log.close()
    assert len(caplog.records) == 101
    assert re.match(r"160 more", lines_of(caplog)[-1])


def test_log_findings_never_show_a_sensitive_value_or_key(caplog: pytest.LogCaptureFixture) -> None:
    entity = make_entity({"id": {"sensitive": True}, "pin": {"type": "integer", "sensitive": True}})
    log_findings(
        LimitedLog(LOG), entity, transform(entity, {"id": "secret-id", "pin": "secret-pin"}).findings
    )
    assert lines_of(caplog) == ["Failed to parse integer value: '***' in field 'pin' for hubspot ***"]
