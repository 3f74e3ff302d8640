"""email, phone and url; the fast lanes against the libraries."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.fields.base import FieldContext
from crm_sync.fields.contact_values import EmailValidator, PhoneValidator, UrlValidator
from tests.unit.fields.fields_support import read_value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ann.Lee+crm@Example.COM ", "ann.lee+crm@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("a@b.test", "a@b.test"),
        ("x@sub.example.co.uk", "x@sub.example.co.uk"),
        ("jörg@exämple.de", "jörg@exämple.de"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
    ids=lambda value: value[:12],
)
def test_email_address_is_lower_case(text: str, expected: str) -> None:
    assert read_value(EmailValidator(), text).value == expected


@pytest.mark.parametrize(
    "text",
    [
        "not-an-email",
        "a@b",
        "a@@b.com",
        "a b@example.com",
        "a@example..com",
        ".a@example.com",
        "a@-example.com",
        "a@example.com, b@example.com",
        "Ann <a@example.com>",
        "a@192.168.1.1",
        "a" * 65 + "@example.com",
        "@example.com",
        "a@",
        "a@xn--.com",
    ],
    ids=lambda value: value[:20],
)
def test_email_other_text_is_refused(text: str) -> None:
    verdict = read_value(EmailValidator(), text)
    assert verdict.value is None
    assert verdict.error is not None
    assert verdict.error.startswith("not a valid email")


@settings(max_examples=20)
@given(
    st.from_regex(
        r"[a-z0-9_+-]{1,6}(\.[a-z0-9_+-]{1,4}){0,2}@([a-z0-9-]{1,8}\.){1,3}[a-z]{2,6}", fullmatch=True
    )
)
def test_email_fast_lane_takes_nothing_that_the_library_refuses(text: str) -> None:
    verdict = read_value(EmailValidator(), text)
    assert verdict.value == EmailValidator().judge(text).value


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("(212) 555-0123", "US", "+12125550123"),
        ("212.555.0123", "US", "+12125550123"),
        ("1-212-555-0123", "US", "+12125550123"),
        ("+1 212 555 0123", "DE", "+12125550123"),
        ("+49 151 12345678", "US", "+4915112345678"),
        ("0151 12345678", "DE", "+4915112345678"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("tel:+12125550123", "US", "+12125550123"),
    ],
)
def test_phone_number_becomes_e164(text: str, region: str, expected: str) -> None:
    verdict = read_value(PhoneValidator(FieldContext(default_region=region)), text)
    assert (verdict.value, verdict.warning) == (expected, None)


@pytest.mark.parametrize(
    "text",
    [
        "call me",
        "123",
        "212-555-0123 x12",
        "Ann 212-555-0123",
        "212-555-0123 / 212-555-9999",
        "+999 123",
        "21255501 am",
        "2125550 AMY",
        "n/a",
    ],
)
def test_phone_other_text_is_kept_with_a_warning(text: str) -> None:
    verdict = read_value(PhoneValidator(), f" {text} ")
    assert verdict.value == text
    assert verdict.error is None
    assert verdict.warning == "not a phone number for region US, kept as it is"


@settings(max_examples=30)
@given(st.from_regex(r"(\+1[ .-]?)?\(?[2-9][0-9]{2}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}", fullmatch=True))
def test_phone_fast_lane_agrees_with_the_library(text: str) -> None:
    number = phonenumbers.parse(text, "US")
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert read_value(PhoneValidator(), text).value == expected


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "www.example.com/path?q=1#x",
        "HTTPS://Example.com:8443/A b",
        "http://user:pw@example.com",
        "ftp://10.0.0.1/file",
        "http://localhost:8080/x",
        "http://[::1]/",
        "//cdn.example.com/x.js",
        "münchen.de",
        "my_host.example.com",
    ],
)
def test_url_with_a_host_is_kept_as_it_is(text: str) -> None:
    assert read_value(UrlValidator(), f" {text} ").value == text


@pytest.mark.parametrize(
    "text",
    [
        "n/a",
        "none",
        "Sample Inc.",
        "http://",
        "http:///path",
        "a@example.com",
        "mailto:a@b.com",
        "1.50",
        "a..b",
        "/x",
    ],
)
def test_url_without_a_host_is_refused(text: str) -> None:
    assert read_value(UrlValidator(), text).error == "not a valid url: no host name in it"
