"""Organisation: division groups, regions, divisions, titles, users."""

from __future__ import annotations

from sandbox.genius.table import Table, table

TABLES: tuple[Table, ...] = (
    table(
        "division_group",
        "division_groups",
        "id",
        """
        id smallint!, group_label varchar(64), region int!, default_time_zone_name varchar(64)!,
        intern_payroll_start int, painter_payroll_start int, is_active tinyint(1)!,
        cc_profile_id varchar(32), mes_profile_id varchar(25), mes_profile_key varchar(50),
        docusign_acct_id varchar(50), paysimple_username varchar(20), paysimple_secret varchar(150),
        hub_account_id int, created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "division_region",
        "division_regions",
        "id",
        """
        id smallint!, name varchar(64), is_active tinyint(1)!
        """,
    ),
    table(
        "division",
        "divisions",
        "id",
        """
        id int!, group_id smallint, region_id smallint, label varchar(255), abbreviation varchar(50),
        is_utility tinyint(1)!, is_corp tinyint(1)!, is_omniscient tinyint(1)!, is_inactive tinyint!,
        account_scheduler_id int, created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "user_title",
        "user_titles",
        "id",
        """
        id smallint!, title varchar(100), abbreviation varchar(10), roles varchar(256),
        type_id smallint!, section_id smallint, sort smallint!, pay_component_group_id smallint,
        is_active tinyint(1)!, is_unique_per_division tinyint(1)!, created_at datetime!,
        updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "users_userassociations",
        "user_associations",
        "id",
        """
        id int!, primary_user_id int, created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
    table(
        "user_data",
        "users",
        "user_id",
        """
        user_id int!, division_id int!, title_id smallint, manager_user_id int, first_name varchar(100),
        first_name_alt varchar(100), last_name varchar(100), email varchar(254),
        personal_email varchar(254), birth_date date, gender_id int, marital_status_id int,
        time_zone_name varchar(50)!, hired_on datetime, start_date datetime, add_user_id int,
        add_datetime datetime, is_inactive tinyint(1)!, inactive_on datetime,
        inactive_reason_id smallint, inactive_reason_other varchar(255),
        inactive_transfer_division_id int, user_associations_id int, updated_at datetime!
        """,
        cursor="updated_at",
        created="add_datetime",
    ),
    table(
        "service",
        "services",
        "id",
        """
        id smallint!, label varchar(100), is_active tinyint(1)!, is_lead_required tinyint(1)!,
        order_number smallint!, created_at datetime!, updated_at datetime!
        """,
        cursor="updated_at",
        created="created_at",
    ),
)
