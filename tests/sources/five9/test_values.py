"""Values of contacts: types, formats, mappings, names, and what is hostile in them."""

from __future__ import annotations

import pytest

from sandbox.five9.fields import UUID_NAME


@pytest.fixture
def one_contact(open_domain):
    """Give a function that writes fields of one contact and gives its record."""
    kit = open_domain()

    def write(**fields):
        named = {name.replace("__", " "): text for name, text in fields.items()}
        kit.fake.changes.update("contacts", kit.first(), named)
        return kit.read("contacts").by_id[kit.first()]

    write.kit = kit
    return write


@pytest.mark.parametrize(
    ("kind", "restrictions", "text", "value"),
    [
        ("NUMBER", (), "42", 42),
        ("NUMBER", (), "42.50", 42.5),
        ("NUMBER", (), "007", "007"),
        ("CURRENCY", (), "-12345678901234567890.12", "-12345678901234567890.12"),
        ("CURRENCY", (), "1,234.50", "1,234.50"),
        ("PERCENT", (), "0.5", 0.5),
        ("BOOLEAN", (), "1", True),
        ("BOOLEAN", (), "No", False),
        ("BOOLEAN", (), "perhaps", "perhaps"),
        ("DATE", (), "2026-02-03", "2026-02-03"),
        ("DATE", (("DateFormat", "dd.MM.yyyy"),), "03.02.2026", "2026-02-03"),
        ("DATE", (("DateFormat", "MM/dd/yyyy"),), "02/03/2026", "2026-02-03"),
        ("DATE", (("DateFormat", "MM/dd/yyyy"),), "13/45/2026", "13/45/2026"),
        ("DATE", (("DateFormat", "MM/dd/yyyy"),), "2026-02-03", "2026-02-03"),
        ("DATE_TIME", (), "2026-02-03 04:05:06.007", "2026-02-03T04:05:06.007000Z"),
        (
            "DATE_TIME",
            (("DateFormat", "MMM dd, yyyy"), ("TimeFormat", "hh:mm a")),
            "Feb 03, 2026 04:05 PM",
            "2026-02-03T16:05:00Z",
        ),
        ("DATE_TIME", (("DateFormat", "GGG ???"),), "2026-02-03 04:05:06", "2026-02-03T04:05:06Z"),
        ("TIME", (), "04:05", "04:05"),
        ("TIME_PERIOD", (), "00:10:00", "00:10:00"),
        ("STRING", (), "  kept  ", "  kept  "),
        ("STRING", (("Multiset", "a;b"),), "a;b", "a;b"),
        ("STRING", (), "   ", None),
        ("STRING", (), "", None),
        ("URL", (), "not a page", "not a page"),
    ],
)
def test_value_is_what_its_field_says(open_domain, kind, restrictions, text, value):
    kit = open_domain()
    kit.fake.changes.add_field("Tested", kind, restrictions=restrictions)
    kit.fake.changes.update("contacts", kit.first(), {"Tested": text})
    found = kit.read("contacts").by_id[kit.first()]["Tested"]
    assert found == value
    assert type(found) is type(value)


def test_amount_keeps_all_its_digits_in_the_staged_line(open_domain):
    kit = open_domain(counts={"contacts": 1})
    kit.fake.changes.update("contacts", kit.first(), {"Total Job Amount": "12345678901234.56"})
    assert b"12345678901234.56" in kit.read("contacts").lines


def test_hostile_texts_come_as_they_are(one_contact):
    texts = {
        "first_name": "<script>&amp; ]]> \" ' --",
        "last_name": "\U0001f600 e\u0301 \u202e\u05d0",
        "street": "line\nbreak\r\nand\ttab",
        "company": "{field_1} [? {value_1} ?] %s",
        "city": "'; drop table five9.contacts; --",
    }
    record = one_contact(**texts)
    assert {name: record[name] for name in texts} == texts


def test_hostile_number_is_escaped_when_it_is_asked_for(open_domain):
    kit = open_domain(counts={"contacts": 40}, cap=10, quirks=False)
    for number, text in zip(
        list(kit.fake.store.contacts), ["<&\"'>1", "&lt;", "<", ">", "&"] * 8, strict=True
    ):
        kit.fake.changes.update("contacts", str(number), {"number1": text})
    assert kit.read(kit.capped()).ids == kit.everybody()


def test_fields_of_the_domain_go_to_extra_under_their_names(open_domain):
    kit = open_domain()
    kit.fake.changes.update("contacts", kit.first(), {"Web.Page": "https://a.example.test", UUID_NAME: "x"})
    record = kit.read("contacts").by_id[kit.first()]
    assert record["Web.Page"] == "https://a.example.test"
    assert record[UUID_NAME] == "x"


def test_first_of_two_fields_with_one_mapping_fills_the_column(open_domain):
    kit = open_domain()
    got = kit.read("contacts")
    assert kit.fake.store.find_field("LastDisposition") == "sys_last_disposition"
    assert {one["Copy of disposition"] for one in got.records} == {None, "a copy"}, "the other one stays"
    assert got.notes == []


def test_field_may_be_renamed_and_is_found_by_its_mapping(open_domain):
    kit = open_domain()
    kit.fake.changes.drop_field("F9_list")
    kit.fake.changes.add_field("any name at all", map_to="LastList")
    kit.fake.changes.update("contacts", kit.first(), {"any name at all": "Here"})
    got = kit.read("contacts")
    assert got.by_id[kit.first()]["any name at all"] == "Here"
    assert not any("LastList" in one for one in got.notes)


def test_zip_keeps_its_zeros(one_contact):
    assert one_contact(zip="00501")["zip"] == "00501"
