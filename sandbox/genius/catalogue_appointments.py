"""Appointments, their types, outcomes and services, and quotes."""

from __future__ import annotations

from sandbox.genius.table import Table, table

TABLES: tuple[Table, ...] = (
    table(
        "appointment_type",
        "appointment_types",
        "id",
        """
        id int!, label varchar(50), is_active tinyint(1)!
        """,
    ),
    table(
        "appointment_outcome_type",
        "appointment_outcome_types",
        "id",
        """
        id int!, label varchar(50), sort_idx smallint unsigned!, is_active tinyint(1)!,
        created_at datetime!, updated_at datetime!
        """,
        created="created_at",
    ),
    table(
        "appointment_outcome",
        "appointment_outcomes",
        "id",
        """
        id int!, type_id smallint unsigned!, label varchar(50), is_active tinyint(1)!,
        created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "appointment",
        "appointments",
        "id",
        """
        id int!, prospect_id int!, prospect_source_id int, user_id int, type_id int!, date date,
        time time, duration time, address1 varchar(255), address2 varchar(255), city varchar(100),
        state varchar(2), zip varchar(20), email varchar(254), notes text, add_user_id int!,
        add_date datetime!, assign_date datetime, confirm_user_id int, confirm_date datetime,
        confirm_with varchar(100), spouses_present tinyint!, is_complete tinyint!,
        complete_outcome_id int, complete_user_id int, complete_date datetime,
        marketsharp_id varchar(100), marketsharp_appt_type varchar(100), leap_estimate_id varchar(100),
        third_party_source_id int, marketing_task_id int!, updated_at datetime!
        """,
        cursor="updated_at",
        created="add_date",
    ),
    table(
        "appointment_to_service",
        "appointment_services",
        "appointment_id service_id",
        """
        appointment_id int!, service_id smallint!, created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "quote",
        "quotes",
        "id",
        """
        id int!, prospect_id int!, appointment_id int!, job_id int, client_cid int,
        service_id smallint!, label varchar(255), description text, amount decimal(10,2)!,
        expire_date date, status_id int!, contract_file_id int, estimate_file_id int, add_user_id int!,
        add_date datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="add_date",
        has_index=False,
    ),
)
