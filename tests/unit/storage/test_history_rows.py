from __future__ import annotations

from crm_sync.storage.history.history_rows import Counts


def test_counts_processed_is_what_records_became():
    assert Counts(created=1, updated=2, unchanged=4, failed=8, deleted=16, duplicates=32).processed == 15


def test_counts_add_field_by_field():
    one = Counts(1, 2, 3, 4, 5, 6)
    assert one + one == Counts(2, 4, 6, 8, 10, 12)
