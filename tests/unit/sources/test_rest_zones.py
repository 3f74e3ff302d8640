"""The zone of a source's times, where only the connection knows it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.zones import set_zone
from crm_sync.sync.transform import transform_chunk
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, make_request

PASS = {"name": "all", "path": "/things", "records_path": "", "paged": False}


def read(zone, *records):
    entity = make_entity(passes=[PASS], zone_extra="where")
    client = AnsweringClient(lambda _: list(records), {"where": zone} if zone else {})
    client.connection_id = "crm_default"
    source = RestListSource(client, set_zone(client, entity, entity.read))
    return entity, b"".join(page.lines for page in source.read_pages(make_request(entity), {}))


def test_records_carry_the_zone_and_their_times_are_read_by_it():
    entity, lines = read("America/Denver", {"id": "a", "at": "2026-07-01T12:00:00", "more": 1})
    chunk = transform_chunk(lines, entity)
    assert chunk.typed["at"].to_list() == [datetime(2026, 7, 1, 18, tzinfo=UTC)]
    assert chunk.typed["extra"].to_list() == ['{"more":1}']


def test_a_later_line_says_the_zone_where_the_first_can_not_be_read():
    entity = make_entity(passes=[PASS], zone_extra="where")
    lines = b'{"id": \n{"id": "a", "at": "2026-07-01T12:00:00", "_time_zone": "America/Denver"}\n'
    assert transform_chunk(lines, entity).typed["at"].to_list()[1] == datetime(2026, 7, 1, 18, tzinfo=UTC)


def test_a_key_of_that_name_is_a_value_like_any_other_without_the_word():
    lines = b'{"id": "a", "at": "2026-07-01T12:00:00", "_time_zone": "America/Denver"}\n'
    chunk = transform_chunk(lines, make_entity(passes=[PASS]))
    assert chunk.typed["at"].to_list() == [datetime(2026, 7, 1, 12, tzinfo=UTC)]
    assert "America/Denver" in chunk.typed["extra"][0]


@pytest.mark.parametrize(("zone", "got"), [("", "nothing"), ("Denver", "'Denver'")])
def test_no_zone_is_assumed(zone, got):
    with pytest.raises(ConfigError, match=f"extra.where.*got {got}"):
        read(zone)
