"""Jinja is taken apart by its own parser: places are named, and what has to be worked out is refused."""

from __future__ import annotations

import pytest

from crm_sync.import_manifest.expressions import Lookup, Now, names_config_alone, parse_text
from crm_sync.import_manifest.findings import NotSaidError


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", ("plain",)),
        ("{{ config['a'] }}", (Lookup("config", ("a",)),)),
        ("{{ config.a.b }}", (Lookup("config", ("a", "b")),)),
        ("/x/{{ config['a'] }}/y", ("/x/", Lookup("config", ("a",)), "/y")),
        ("{{ response.get('a', {}).get('b') }}", (Lookup("response", ("a", "b")),)),
        ("{{ config.get('a', 'usual') }}", (Lookup("config", ("a",), "usual"),)),
        ("{{ config['a'] or 7 }}", (Lookup("config", ("a",), 7),)),
        ("{{ config['a'] | default('x', true) }}", (Lookup("config", ("a",), "x"),)),
        ("{{ record['a'] | string }}", (Lookup("record", ("a",)),)),
        ("{{ last_records[-1]['id'] }}", (Lookup("last_records", (-1, "id")),)),
        ("{{ response.a if response.a else '' }}", (Lookup("response", ("a",)),)),
        ("{{ now_utc().strftime('%Y') }}", (Now("%Y"),)),
        ("{{ format_datetime(now_utc(), '%Y') }}", (Now("%Y"),)),
        ("{{ format_datetime(config['a'], '%s') }}", (Lookup("config", ("a",), None, "%s"),)),
        ("{{ 'text' }}", ("text",)),
        ("{{ 3 }}", ("3",)),
    ],
)
def test_text_is_pieces(text, pieces):
    assert parse_text(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "{{ config['a'] + 1 }}",
        "{{ config['a'].split(',')[0] }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ self.__init__.__globals__ }}" + "{{ cycler.__init__() }}",
        "{{ config['a'] if config['b'] else config['c'] }}",
        "{% set x = 1 %}{{ x }}",
        "{% for x in config %}{{ x }}{% endfor %}",
        "{{ config[config['a']] }}",
        "{{ unclosed",
        "{{ lookup('env', 'HOME') }}",
        "{{ a ~ b }}",
    ],
)
def test_what_has_to_be_worked_out_is_refused_and_never_run(text):
    with pytest.raises(NotSaidError):
        parse_text(text)


@pytest.mark.parametrize(
    ("text", "is_alone"),
    [
        ("{{ ','.join(config['a']) }}", True),
        ("{% set x = config.a %}{{ x | upper }}", True),
        ("{{ timestamp(config['a']) * 1000 }}", True),
        ("{{ config['a'] or now_utc() }}", False),
        ("{{ config['a'] ~ stream_slice.b }}", False),
        ("{{ 'no config' }}", False),
    ],
)
def test_value_of_an_account_is_told_from_one_of_a_request(text, is_alone):
    assert names_config_alone(text) is is_alone


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ response.a if response.data else none }}", Lookup("response", ("a",))),
        ("{{ config.a.b if config.a }}", Lookup("config", ("a", "b"))),
    ],
)
def test_choice_between_a_value_and_nothing_is_the_value(text, found):
    assert parse_text(text) == (found,)


def test_choice_that_another_value_decides_is_refused():
    with pytest.raises(NotSaidError):
        parse_text("{{ config.a if config.b else '' }}")
