"""A look for an emptied table that can't be made changes nothing: save says what is wrong with the table."""

from __future__ import annotations

import pytest
from psycopg2 import errors

from crm_sync.storage.history import emptied_table
from tests.shipped import read_shipped


@pytest.mark.parametrize("error", [errors.InsufficientPrivilege, errors.QueryCanceled])
def test_table_that_cannot_be_looked_at_is_not_called_emptied(monkeypatch, error):
    def refuse(*_args, **_options):
        raise error

    monkeypatch.setattr(emptied_table, "open_transaction", refuse)
    entity = read_shipped("hubspot").entities["contacts"]
    assert not emptied_table.is_emptied(lambda: None, entity)
