"""Check 28: after a run the table equals what the oracle makes of the source's bytes and the YAML."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from crm_sync.config.models import EntityConfig
from tests.conformance.kinds import CONFIGS
from tests.oracle.compare import Left, fits, key_of, look_at
from tests.oracle.files import read_file
from tests.oracle.json_values import read_json
from tests.oracle.records import judge
from tests.oracle.rows import read_rows
from tests.oracle.settings import Entity, read_entity
from tests.oracle.table import Expected, expect
from tests.oracle.told import Reading


def assert_oracle(pipeline: Any, run: Any) -> None:
    """Fail unless table and rejected records are what the oracle says."""
    entity = read_entity(CONFIGS, run.entity.crm_source, run.entity.sync_type)
    for name, path in pipeline.account.find_labelled(run.entity).items():
        entity.columns[name] = replace(entity.columns[name], sources=(path,))
    if hasattr(pipeline.account, "zone_of"):
        # the connection says it, and no YAML does
        entity = replace(entity, zone=pipeline.account.zone_of(run.entity))
    expected = expect(read_source(pipeline.account, run.entity, entity), entity)
    differences = list_differences(expected, look_at(pipeline.warehouse, entity, run), entity)
    assert not differences, "\n".join(differences[:8])


def read_source(account: Any, config: EntityConfig, entity: Entity) -> Reading:
    """Read what the source has now: a file's bytes, a table's rows, or records as the API writes them."""
    if entity.is_snapshot:
        content, name = account.read_bytes(config)
        return read_file(content, entity, name)
    records = list(
        account.list_sent(config) if hasattr(account, "list_sent") else account.list_records(config)
    )
    if entity.kind == "sql_table":
        return read_rows(records, entity)
    texts = [json.dumps(record, default=_write) for record in records]
    return Reading([judge(read_json(text), entity, f"record {at}") for at, text in enumerate(texts, start=1)])


def list_differences(expected: Expected, left: Left, entity: Entity) -> list[str]:
    """Compare rows and rejects; a lost row stays, marked, and what only lists carry may be missing."""
    rows = {key_of(row, entity): row for row in left.rows}
    found = [f"{key} is not in the table" for key in expected.rows.keys() - rows.keys()]
    for key, row in rows.items():
        told = expected.rows.get(key)
        if told is None:
            if row["sync_deleted_at"] is None and entity.read.get("missing_rows") != "keep":
                found.append(f"{key} is in the table and should not be")
            continue
        for name, choices in told.columns.items():
            if name in entity.columns and not entity.columns[name].compared:
                continue
            awaited = name in entity.columns and entity.columns[name].keep_when_missing and row[name] is None
            if (
                not fits(row[name], choices)
                and not awaited
                and not (name in entity.columns and entity.columns[name].masked)
            ):
                found.append(f"{key}.{name} is {row[name]!r}, should be {choices}")
        if (row["sync_deleted_at"] is not None) != told.gone:
            found.append(
                f"{key}: sync_deleted_at is {row['sync_deleted_at']}, gone at the source: {told.gone}"
            )
    rules = {rule for _, _, rule in left.rejected}
    found += [
        f"{one.place} is in no rejected record"
        for one, wanted in expected.rejected
        if not rules & set(wanted)
    ]
    return found


def _write(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime, time, timedelta)):
        return str(value)
    raise TypeError(type(value))
