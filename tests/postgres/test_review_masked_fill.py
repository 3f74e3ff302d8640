"""A field that is mapped with a mask: the plain value must leave `extra`, where it lay until then."""

from __future__ import annotations

import pytest

from tests.postgres.upsert_support import ensure, make_entity, write

pytestmark = pytest.mark.postgres
FIELDS = {"id": {"type": "object_id"}, "name": {"type": "string"}}
PLAIN = {"modified_column": None, "deleted": None}


@pytest.mark.parametrize("mask", ["drop", "sha256"])
def test_masked_column_leaves_no_plain_value_in_extra(warehouse, mask):
    entity = make_entity(fields=FIELDS, **PLAIN)
    write(
        warehouse,
        entity,
        [
            {"id": "1", "name": "a", "extra": '{"ssn": "123-45-6789", "other": 1}'},
            {"id": "2", "name": "b", "extra": '{"ssn": "987-65-4321"}'},
            {"id": "3", "name": "c", "extra": '{"other": 3}'},
        ],
    )
    ensure(warehouse, make_entity(fields={**FIELDS, "ssn": {"type": "string", "mask": mask}}, **PLAIN))
    rows = warehouse.fetch_all("select id, extra from crm.deals order by id")
    assert rows == [("1", {"other": 1}), ("2", None), ("3", {"other": 3})]
    (filled,) = warehouse.fetch_one("select count(*)::int from crm.deals where length(ssn) = 64")
    assert filled == (2 if mask == "sha256" else 0)
