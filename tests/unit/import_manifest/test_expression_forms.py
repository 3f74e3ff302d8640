"""Rarer forms of Jinja: defaults of defaults, moments, and values that are nothing."""

from __future__ import annotations

import pytest

from crm_sync.import_manifest.expressions import Lookup, parse_text
from crm_sync.import_manifest.findings import NotSaidError


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("{{ none }}", ()),
        ("a{{ none }}b", ("a", "b")),
        ("{{ {} }}", ()),
        ("{{ config['a'] | default }}", (Lookup("config", ("a",)),)),
        ("{{ config.get('a', 'first') or 'second' }}", (Lookup("config", ("a",), "first"),)),
        (
            "{{ config['a'] or config['b'] or 'last' }}",
            (Lookup("config", ("a",), Lookup("config", ("b",), "last")),),
        ),
    ],
)
def test_value_and_what_stands_for_it(text, pieces):
    assert parse_text(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'always' or config['a'] }}",
        "{{ config['a'].strftime('%Y') }}",
        "{{ now_utc().strftime(config['format']) }}",
        "{{ format_datetime('2020-01-01', '%Y') }}",
        "{{ format_datetime(now_utc()) }}",
        "{{ {'a': 1} }}",
        "{{ 'a'.b }}",
        "{% filter upper %}a{% endfilter %}",
    ],
)
def test_what_has_to_be_worked_out_is_refused(text):
    with pytest.raises(NotSaidError):
        parse_text(text)
