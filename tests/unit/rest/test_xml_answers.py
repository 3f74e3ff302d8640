"""XML answers: shape, namespaces, nulls, and what is refused."""

from __future__ import annotations

import pytest

from crm_sync.rest.xml_answers import decode_xml

SOAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://schemas.example/envelope" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><e:Body>
 <return kind="x"><name> A &amp; B </name><size>1</size><gone i:nil="true"/><none/></return>
 <return><name>C</name><name>D</name></return>
</e:Body></e:Envelope>"""


def test_document_becomes_objects_lists_and_texts():
    assert decode_xml(SOAP) == {
        "Envelope": {
            "Body": {
                "return": [
                    {"@kind": "x", "name": " A & B ", "size": "1", "gone": None, "none": ""},
                    {"name": ["C", "D"]},
                ]
            }
        }
    }


def test_list_within_a_repeated_element_stays_a_list_of_its_own():
    assert decode_xml(b"<r><a><b>1</b><b>2</b></a><a><b>3</b></a></r>") == {
        "r": {"a": [{"b": ["1", "2"]}, {"b": "3"}]}
    }


def test_text_beside_children_and_attributes_without_text_are_kept():
    assert decode_xml(b'<r>x<a t="1"/><b t="2">y</b></r>') == {
        "r": {"#text": "x", "a": {"@t": "1"}, "b": "y"}
    }


def test_charset_of_the_answer_counts_more_than_the_documents_own():
    body = '<?xml version="1.0" encoding="UTF-8"?><r>ü</r>'.encode("latin-1")
    assert decode_xml(body, "iso-8859-1") == {"r": "ü"}
    assert decode_xml("<r>ü</r>".encode(), "us-ascii") == {"r": "ü"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no complete XML"),
        (SOAP[:-5], "no complete XML"),
        (b"<r>\xff</r>", "no complete XML"),
        (b"<html><br></html>", "no complete XML"),
        (b'{"a": 1}', "no complete XML"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', "document type"),
        (b"<r>&a;</r>", "no complete XML"),
        (b"<a>" * 200 + b"</a>" * 200, "100 levels"),
    ],
    ids=["nothing", "cut", "bytes", "html", "json", "doctype", "entity", "deep"],
)
def test_what_is_no_whole_document_is_refused(body, said):
    with pytest.raises(ValueError, match=said):
        decode_xml(body)


def test_charset_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="no complete XML"):
        decode_xml(b"<r>x</r>", "x-unheard-of")
