"""Values that break naive readers, in both forms of answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

FORMS = [pytest.param({}, id="json"), pytest.param({"format": "atom+xml"}, id="atom")]


@pytest.fixture(params=FORMS)
def read(request, account):
    """Change one record and give its row."""

    def change_and_read(kind, fields, **more):
        one = account.store_ids(kind)[0]
        account.fake.changes.update(kind, one, fields, **more)
        result = account.read(kind, client=account.make_client(**request.param))
        return result.rows[one], result

    return change_and_read


def test_money_beyond_a_double_keeps_its_digits(read):
    row, _ = read("product_interests", {"priceQuoted": "12345678901234567890.1234"})
    assert row["price_quoted"] == "12345678901234567890.1234"


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-07-05T15:04:05.123", datetime(2026, 7, 5, 19, 4, 5, 123_000, tzinfo=UTC)),
        ("2026-01-05T15:04:05", datetime(2026, 1, 5, 20, 4, 5, tzinfo=UTC)),
        # left out in spring: by the offset before; twice in autumn: the first time
        ("2025-03-09T02:30:00", datetime(2025, 3, 9, 7, 30, tzinfo=UTC)),
        ("2025-11-02T01:30:00", datetime(2025, 11, 2, 5, 30, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_the_companys_clock(read, wall, utc):
    row, _ = read("leads", {"lastUpdate": wall, "createdDate": wall})
    assert (row["api_last_update"], row["api_created_date"]) == (utc, utc)


def test_times_in_the_hour_that_comes_twice_are_known_as_such(read):
    row, _ = read("leads", {"lastUpdate": "2025-11-02T01:30:00"})
    assert row["_ambiguous"]


def test_times_whose_name_ends_in_utc_are_utc(read):
    row, _ = read("inquiry_statuses", {"lastUpdateUtc": "2026-01-05T15:04:05"})
    assert row["last_update_utc"] == datetime(2026, 1, 5, 15, 4, 5, tzinfo=UTC)


def test_first_and_last_day_of_the_calendar_survive(read):
    row, _ = read("jobs", {"startDate": "0001-01-01T00:00:00", "completedDate": "9999-12-31T23:59:59"})
    assert (row["start_date"].year, row["completed_date"].year) == (1, 9999)


@pytest.mark.parametrize(
    "text",
    [
        "\N{RIGHT-TO-LEFT OVERRIDE}\N{HEBREW LETTER SHIN} \N{FIRE}\N{HOUSE BUILDING}",
        "x" * 200_000,
        " blanks around \r\n\t",
        "\x01\x0b\x1f\ufffe\uffff and &#x1F; and \U000f0001",
        "]]> <b>&amp;</b>",
    ],
    ids=["astral", "long", "blanks", "forbidden", "markup"],
)
def test_texts_arrive_letter_by_letter(read, text):
    row, _ = read("inquiries", {"note": text})
    assert row["note"] == text


def test_a_nul_is_replaced_and_reported(read):
    row, result = read("inquiries", {"note": "before\x00after"})
    assert row["note"] == "before\ufffdafter"
    assert "replaced_characters" in set(result.chunk.findings["rule"])


def test_empty_texts_are_null_as_missing_values_are(read):
    row, result = read("addresses", {"latitude": "", "longitude": "39.75", "line2": None, "zip4": ""})
    assert (row["latitude"], row["longitude"]) == (None, "39.75")
    assert (row["line2"], row["zip4"]) == (None, None)
    assert "latitude" not in set(result.chunk.findings["field"])


def test_a_telephone_that_is_a_sentence_stays_one(read):
    row, _ = read("contact_phones", {"homePhone": "(303) 555-0111", "workPhone": "ask for Pat"})
    assert (row["home_phone"], row["work_phone"]) == ("+13035550111", "ask for Pat")


def test_a_number_of_twenty_digits_in_a_key_rejects_its_record_and_no_other(read):
    long = 12_345_678_901_234_567_890
    _, result = read("activity_results", {"id": long, "name": "Long"})
    findings = result.chunk.findings
    rejected = findings.filter(findings["action"] == "reject")
    assert rejected["value"].to_list() == [str(long)]
    assert len(result.rows) == len(result.records)


def test_a_property_that_nobody_mapped_goes_to_extra(read):
    row, _ = read("companies", {"fax": "+15550100199", "employees": 12})
    assert "+15550100199" in row["extra"]
    assert "_time_zone" not in row["extra"]


def test_a_company_id_may_be_a_number(read):
    row, _ = read("leads", {"companyId": 1234})
    assert row["company_id"] == "1234"
