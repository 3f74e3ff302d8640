"""What rows of SalesPro's lake become on their way into staging, written a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from crm_sync.config.models import EntityConfig
from sandbox.salespro.catalogue import TABLES
from sandbox.salespro.store import Row
from tests.conformance.salespro_forms import list_form_lines, read_form


def shape(entity: EntityConfig, row: Row) -> Iterator[dict[str, Any]]:
    """Give the records that a row of the lake becomes: with its digest, its form's answers, or its lines."""
    if entity.sync_type == "lead_result_line_items":
        for line in list_form_lines(row["lead_results"]):
            yield {"estimate_id": row["estimate_id"], **line}
        return
    record: dict[str, Any] = {path: row[path] for path in _list_asked(entity) if path in row}
    if entity.sync_type == "user_activities":
        text = "\x1f".join(record[name] or "" for name in TABLES["user_activities"].columns)
        record["_row_hash"] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if entity.form is not None:
        numbers = {str(one.source) for one in entity.fields.values() if one.type == "decimal"}
        record |= read_form(row["lead_results"], entity.form.model_dump(), numbers)
    yield record


def _list_asked(entity: EntityConfig) -> list[str]:
    """The lake's columns that the query names: others of the table never come."""
    return [str(one.source or name) for name, one in entity.fields.items() if str(one.source)[:1] != "_"]
