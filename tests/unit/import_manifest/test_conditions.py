"""Stop conditions: which say that a list is at its end, and which are left to a doubt."""

from __future__ import annotations

import pytest

from crm_sync.import_manifest.conditions import Stop, read_stops
from crm_sync.import_manifest.expressions import Lookup
from crm_sync.import_manifest.findings import NotSaidError

MORE = Lookup("response", ("more",))
NEXT = Lookup("response", ("next",))
DATA = Lookup("response", ("data",))
SIZE = Lookup("last_page_size")


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("", []),
        ("False", []),
        ("{{ false }}", []),
        ("{{ False or not response.next }}", [Stop("absent", NEXT)]),
        ("{{ response.more == false }}", [Stop("flag", MORE, when=False)]),
        ("{{ response.more != true }}", [Stop("flag", MORE, when=False)]),
        ("{{ response.more == true }}", [Stop("flag", MORE, when=True)]),
        ("{{ response.more is false }}", [Stop("flag", MORE, when=False)]),
        ("{{ response.more is true }}", [Stop("flag", MORE, when=True)]),
        ("{{ response.more is not true }}", [Stop("flag", MORE, when=False)]),
        ("{{ not (response.more == true) }}", [Stop("flag", MORE, when=False)]),
        ("{{ response.next is none }}", [Stop("absent", NEXT)]),
        ("{{ response.next is undefined }}", [Stop("absent", NEXT)]),
        ("{{ response.next is defined }}", [Stop("flag", NEXT, when=True)]),
        ("{{ response.next == '' }}", [Stop("absent", NEXT)]),
        ("{{ response.next == none }}", [Stop("absent", NEXT)]),
        ("{{ response.data == [] }}", [Stop("absent", DATA)]),
        ("{{ 'next' not in response }}", [Stop("absent", NEXT)]),
        (
            "{{ response.page >= response.pages }}",
            [Stop("equal", Lookup("response", ("page",)), Lookup("response", ("pages",)))],
        ),
        ("{{ response.data | length == 0 }}", [Stop("empty", DATA)]),
        ("{{ response.data | count < 1 }}", [Stop("empty", DATA)]),
        ("{{ response.data | length <= 1 }}", [Stop("short", DATA)]),
        ("{{ last_page_size == 0 }}", [Stop("empty", SIZE)]),
        ("{{ last_page_size < 50 }}", [Stop("short", SIZE)]),
        ("{{ last_page_size != 50 }}", [Stop("short", SIZE)]),
    ],
)
def test_reasons_to_stop(text, stops):
    assert read_stops(text) == stops


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "{{ response.a }}{{ response.b }}",
        "{{ response.a if response.b else response.c }}",
        "{{ response.a is string }}",
        "{{ response.page != response.pages }}",
        "{{ response.page < response.pages }}",
        "{{ response.state == 'done' }}",
        "{{ response.count > 0 }}",
        "{{ response.more > true }}",
        "{{ not (response.next is none) }}",
        "{{ response.data | length > 5 }}",
        "{{ last_page_size == 50 }}",
        "{{ response.a or response.b }}{{ 1 }}",
        "{{ response.next.strip() }}",
        "{{ 5 }}",
        "{{ 5 == response.page }}",
    ],
)
def test_condition_of_another_form_is_refused(text):
    with pytest.raises(NotSaidError, match="a stop condition of a form that is not known"):
        read_stops(text)
