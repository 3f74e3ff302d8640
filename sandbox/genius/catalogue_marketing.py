"""Marketing: sources, their types, and prospects' sources."""

from __future__ import annotations

from sandbox.genius.table import Table, table

TABLES: tuple[Table, ...] = (
    table(
        "marketing_source_type",
        "marketing_source_types",
        "id",
        """
        id int!, label varchar(255), description text, is_active tinyint(1)!, list_order int,
        created_at datetime!, updated_at datetime
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "marketing_source",
        "marketing_sources",
        "id",
        """
        id int!, type_id int!, label varchar(255), description text, start_date date, end_date date,
        add_user_id int!, add_date datetime, is_active tinyint(1)!,
        is_allow_lead_modification tinyint(1)!, updated_at datetime!
        """,
        cursor="updated_at",
        created="add_date",
    ),
    table(
        "marketsharp_source",
        "marketsharp_sources",
        "id",
        """
        id int!, marketsharp_id varchar(256)!, source_name varchar(128)!, inactive tinyint!,
        created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "marketsharp_marketing_source_map",
        "marketsharp_marketing_source_maps",
        "marketsharp_id",
        """
        marketsharp_id varchar(128)!, marketing_source_id int, created_at datetime!,
        updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "prospect_source",
        "prospect_sources",
        "id",
        """
        id int!, prospect_id int!, marketing_source_id int!, source_date datetime, notes text,
        add_user_id int!, add_date datetime!, source_user_id int, updated_at datetime
        """,
        cursor="updated_at",
        created="add_date",
        has_index=False,
    ),
    table(
        "third_party_source_type",
        "third_party_source_types",
        "id",
        """
        id int!, label varchar(50)!
        """,
    ),
    table(
        "third_party_source",
        "third_party_sources",
        "id",
        """
        id int!, third_party_source_type_id int!, third_party_id varchar(64)!
        """,
    ),
)
