"""OData answers: JSON and Atom give the same objects, and whatever is not whole is none."""

from __future__ import annotations

import pytest

from crm_sync.rest.odata_answers import decode_odata

FEED = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" '
    'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
    '<id>http://crm.example/Things</id><link rel="self" href="Things"/>{inside}</feed>'
)
ENTRY = (
    '<entry><id>x</id><content type="application/xml"><m:properties>{inside}</m:properties></content></entry>'
)


def atom(*properties, link="", charset="utf-8"):
    entries = "".join(ENTRY.replace("{inside}", one) for one in properties)
    return decode_odata(FEED.replace("{inside}", entries + link).encode(), charset)


@pytest.mark.parametrize(
    "body",
    [b'{"d": [{"id": "a"}]}', b'{"d": {"results": [{"id": "a"}]}}', b'\xef\xbb\xbf {"d": [{"id": "a"}]}'],
)
def test_both_forms_of_json_are_lists(body):
    assert decode_odata(body) == {"results": [{"id": "a"}], "next": None}


def test_links_and_metadata_are_no_values():
    body = (
        b'{"d": {"results": [{"__metadata": {"uri": "x"}, "id": 1, "To": {"__deferred": {"uri": "y"}},'
        b' "In": {"__metadata": {}, "a": null}}], "__next": "http://crm.example/Things?$skiptoken=1"}}'
    )
    data = decode_odata(body)
    assert data["results"] == [{"id": 1, "In": {"a": None}}]
    assert data["next"] == "http://crm.example/Things?$skiptoken=1"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("/Date(1767625445000)/", "2026-01-05T15:04:05"),
        ("/Date(1767625445123)/", "2026-01-05T15:04:05.123"),
        ("/Date(-62135596800000)/", "0001-01-01T00:00:00"),
        ("/Date(253402300799999)/", "9999-12-31T23:59:59.999"),
        ("/Date(1767625445000+0120)/", "2026-01-05T17:04:05+02:00"),
        ("/Date(1767625445000-300)/", "2026-01-05T10:04:05-05:00"),
        ("/Date(999999999999999)/", "/Date(999999999999999)/"),
        ("/Date(soon)/", "/Date(soon)/"),
        ("see /Date(1)/", "see /Date(1)/"),
    ],
)
def test_times_are_written_as_in_atom(sent, read):
    (record,) = decode_odata(f'{{"d": [{{"at": "{sent}"}}]}}'.encode())["results"]
    assert record["at"] == read


def test_atom_gives_what_json_has():
    (record,) = atom(
        '<d:id>a</d:id><d:none m:null="true"/><d:empty></d:empty><d:flag m:type="Edm.Boolean">true</d:flag>'
        '<d:count m:type="Edm.Int32">-12</d:count><d:long m:type="Edm.Int64">9007199254740993</d:long>'
        '<d:money m:type="Edm.Decimal">1.10</d:money><d:nothing m:type="Edm.Decimal" m:null="true"/>'
        '<d:at m:type="Edm.DateTime">2026-01-05T15:04:05.1230000</d:at>'
        '<d:pre xml:space="preserve"> x </d:pre>'
        '<d:in m:type="Example.Place"><d:city>Salem</d:city></d:in>'
    )["results"]
    assert record == {
        "id": "a",
        "none": None,
        "empty": "",
        "flag": True,
        "count": -12,
        "long": "9007199254740993",
        "money": "1.10",
        "nothing": None,
        "at": "2026-01-05T15:04:05.1230000",
        "pre": " x ",
        "in": {"city": "Salem"},
    }


def test_a_feed_may_have_no_entry_or_one_or_more_and_names_its_next_page():
    assert atom() == {"results": [], "next": None}
    assert [len(atom(*["<d:id>a</d:id>"] * count)["results"]) for count in (1, 2)] == [1, 2]
    link = '<link rel="next" href="http://crm.example/Things?a=1&amp;b=2"/>'
    assert atom(link=link)["next"] == "http://crm.example/Things?a=1&b=2"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("a\x0bb", "a\x0bb"),
        ("a&#x1F;b", "a\x1fb"),
        ("a&#31;b&#0;", "a\x1fb\x00"),
        ("&#xD83D;", "\ud83d"),
        ("\uffff&#xFFFE;", "\uffff\ufffe"),
        ("&#xE9;&#10;&#x1F525;", "\xe9\n\U0001f525"),
        ("&amp;#x1F;", "&#x1F;"),
        ("\x01\U000f0000", "\x01\U000f0000"),
        ("<![CDATA[&#x1F; <b>]]>", "&#x1F; <b>"),
    ],
)
def test_only_characters_that_xml_forbids_are_carried_around_it(sent, read):
    (record,) = atom(f"<d:note>{sent}</d:note>")["results"]
    assert record["note"] == read


@pytest.mark.parametrize(
    "body",
    [
        b'{"d": {"results": [{"id": "a"}',
        b'{"d": {"results": [{"id": "a"}<?xml version="1.0"?><error/>',
        b'{"d": {"id": "a"}}',
        b'{"d": null}',
        b'{"error": {"message": {"value": "no"}}}',
        b'{"value": []}',
        b"[]",
        b"",
        b"<html><body>Log in</body></html>",
        b'<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><code/></error>',
        FEED.replace("{inside}", "<entry><id>x</id></entry>").encode(),
        FEED.replace("{inside}", ENTRY).encode()[:-30],
        FEED.replace("</feed>", "<error>broken off</error>").encode(),
        b"<feed/>",
    ],
)
def test_anything_but_a_whole_list_is_none(body):
    with pytest.raises(ValueError, match=r"."):
        decode_odata(body)
