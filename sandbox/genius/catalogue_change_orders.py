"""Change orders, their items and lookups, and integration fields."""

from __future__ import annotations

from sandbox.genius.table import Table, table

TABLES: tuple[Table, ...] = (
    table(
        "job_change_order",
        "job_change_orders",
        "id",
        """
        id int!, job_id int!, number varchar(20)!, status_id smallint!, type_id smallint!,
        adjustment_change_order_id int, effective_date date!, total_amount decimal(9,2)!,
        add_user_id int, add_date datetime!, sold_user_id int, sold_date datetime, cancel_user_id int,
        cancel_date datetime, reason_id smallint, envelope_id varchar(64),
        total_contract_amount decimal(9,2)!, total_pre_change_orders_amount decimal(9,2)!,
        signer_name varchar(100), signer_email varchar(100), financing_note varchar(255),
        updated_at datetime!
        """,
        cursor="updated_at",
        created="add_date",
    ),
    table(
        "job_change_order_item",
        "job_change_order_items",
        "id",
        """
        id int!, change_order_id int!, description varchar(256), amount decimal(8,2)!,
        created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "job_change_order_type",
        "job_change_order_types",
        "id",
        """
        id int!, label varchar(32)
        """,
    ),
    table(
        "job_change_order_status",
        "job_change_order_statuses",
        "id",
        """
        id int!, label varchar(32)!, is_selectable tinyint!
        """,
    ),
    table(
        "job_change_order_reason",
        "job_change_order_reasons",
        "id",
        """
        id int!, label varchar(100), description varchar(255)
        """,
    ),
    table(
        "integration_field",
        "integration_fields",
        "id",
        """
        id int!, definition_id int!, user_id int, division_id int, field_value varchar(128),
        created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "integration_field_definition",
        "integration_field_definitions",
        "id",
        """
        id int!, integration_id int!, label varchar(32)!, key_name varchar(64)!, is_user tinyint(1)!,
        is_division tinyint(1)!, hint varchar(255), input_type varchar(50)
        """,
    ),
)
