"""The table that the SQL benchmark reads: 20 columns of usual types, made by the server itself, made up."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import FieldType

CRM_SOURCE, SYNC_TYPE, TABLE = "benchshop", "orders", "orders"
ZONE = "America/Los_Angeles"
COLUMNS: dict[str, tuple[str, FieldType, str]] = {
    "id": ("int", FieldType.INTEGER, "seq"),
    "job_id": ("int", FieldType.INTEGER, "seq % 90000"),
    "number": ("varchar(20)", FieldType.STRING, "concat(seq % 7, 'A')"),
    "status_id": ("smallint", FieldType.INTEGER, "seq % 5"),
    "type_id": ("smallint", FieldType.INTEGER, "seq % 9"),
    "effective_date": ("date", FieldType.DATE, "date_add('2020-01-01', interval seq % 1500 day)"),
    "total_amount": ("decimal(9,2)", FieldType.DECIMAL, "(seq * 7919 % 2000000) / 100 - 5000"),
    "add_user_id": ("int", FieldType.INTEGER, "if(seq % 3, seq % 200, null)"),
    "add_date": ("datetime", FieldType.DATETIME, "date_add('2021-01-01', interval seq * 31 second)"),
    "sold_date": (
        "datetime",
        FieldType.DATETIME,
        "if(seq % 4, date_add('2021-03-01', interval seq * 31 second), null)",
    ),
    "is_signed": ("tinyint(1)", FieldType.BOOLEAN, "seq % 2"),
    "signer_name": ("varchar(100)", FieldType.STRING, "concat('Ädä Example ', seq)"),
    "signer_email": ("varchar(100)", FieldType.EMAIL, "concat('signer', seq, '@example.test')"),
    "signer_phone": ("varchar(20)", FieldType.PHONE, "concat('(415) 555-01', lpad(seq % 100, 2, '0'))"),
    "note": (
        "varchar(255)",
        FieldType.TEXT,
        "if(seq % 5, concat('A note of some length about order ', seq), null)",
    ),
    "contract_amount": ("decimal(11,2)", FieldType.DECIMAL, "(seq * 104729 % 90000000) / 100"),
    "tax_rate": ("decimal(7,5)", FieldType.DECIMAL, "(seq % 10000) / 100000"),
    "cancel_date": ("date", FieldType.DATE, "if(seq % 10, null, '2024-02-29')"),
    "posted_at": ("timestamp", FieldType.DATETIME, "date_add('2022-01-01', interval seq second)"),
    "updated_at": ("datetime", FieldType.DATETIME, "date_add('2023-01-01', interval seq * 17 second)"),
}
"""Column to its MySQL type, our type, and how its value follows from the row's number."""


def list_statements(rows: int) -> list[str]:
    """Give the SQL that makes and fills the table, with an index on cursor and key."""
    columns = ", ".join(f"`{name}` {kind} null" for name, (kind, _, _) in COLUMNS.items())
    values = ", ".join(value for _, _, value in COLUMNS.values())
    return [
        f"create table {TABLE} ({columns}, primary key (id), key (updated_at, id)) character set utf8mb4",
        f"insert into {TABLE} select {values} from seq_1_to_{rows}",
    ]


def touch_statement(rows: int) -> str:
    """Give the SQL that changes every so-manieth row now, on the source's wall clock."""
    return (
        f"update {TABLE} set note = concat(coalesce(note, ''), '.'), "
        f"updated_at = convert_tz(utc_timestamp(), '+00:00', '-08:00') where id <= {rows}"
    )


def load_orders() -> tuple[SourceConfig, EntityConfig]:
    """Give the table's configuration as its YAML would."""
    entity = EntityConfig.model_validate(
        {
            "crm_source": CRM_SOURCE,
            "sync_type": SYNC_TYPE,
            "table_schema": CRM_SOURCE,
            "read": {"strategy": "sql_table", "table": TABLE, "cursor": "updated_at"},
            "primary_key": ["id"],
            "modified_column": "updated_at",
            "source_time_zone": ZONE,
            "fields": {name: {"type": kind} for name, (_, kind, _) in COLUMNS.items()},
        }
    )
    source = SourceConfig.model_validate(
        {
            "crm_source": CRM_SOURCE,
            "kind": "database",
            "connection_id": f"{CRM_SOURCE}_default",
            "table_schema": CRM_SOURCE,
            "entities": {SYNC_TYPE: entity},
        }
    )
    return source, entity
