"""People: prospects and leads."""

from __future__ import annotations

from sandbox.genius.table import Table, table

TABLES: tuple[Table, ...] = (
    table(
        "prospect",
        "prospects",
        "id",
        """
        id int!, division_id int!, user_id int, first_name varchar(100), last_name varchar(100),
        alt_first_name varchar(100), alt_last_name varchar(100), address1 varchar(255),
        address2 varchar(255), city varchar(100), county varchar(100), state varchar(2),
        zip varchar(20), year_built smallint, phone1 varchar(20), phone2 varchar(20),
        email varchar(254), notes text, add_user_id int!, add_date datetime,
        marketsharp_id varchar(100), leap_customer_id varchar(100), third_party_source_id int,
        is_address_valid smallint!, updated_at datetime!
        """,
        cursor="updated_at",
        created="add_date",
    ),
    table(
        "lead",
        "leads",
        "lead_id",
        """
        lead_id int!, contact int!, division int!, first_name varchar(50), last_name varchar(50),
        address1 varchar(50), address2 varchar(50), city varchar(50), state varchar(2), zip varchar(7),
        cdyne_county varchar(25), is_valid_address tinyint!, email varchar(100), phone1 varchar(12),
        type1 smallint!, phone2 varchar(12), type2 smallint!, phone3 varchar(12), type3 smallint!,
        phone4 varchar(12), type4 smallint!, source smallint!, source_notes varchar(64),
        sourced_on datetime, job_type smallint!, rating smallint, year_built varchar(4),
        is_year_built_verified tinyint!, is_zillow tinyint!, is_express_consent tinyint!,
        express_consent_set_by int, express_consent_set_on datetime, express_consent_source smallint,
        express_consent_upload_file_id int, is_express_consent_being_reviewed tinyint!,
        express_consent_being_reviewed_by int, notes text, status smallint, substatus smallint,
        substatus_reason int, alternate_id int, added_by int!, added_on datetime, viewed_on datetime,
        is_estimate_set tinyint!, estimate_set_by int, estimate_set_on datetime, dead_on datetime,
        dead_by int, dead_note varchar(100), is_credit_request smallint, credit_request_by int,
        credit_request_on datetime, credit_request_reason text, credit_request_status smallint,
        credit_request_update_on datetime, credit_request_update_by int, credit_request_note text,
        lead_cost double!, import_source varchar(100), call_screen_viewed_on datetime,
        call_screen_viewed_by int, copied_to_id int, copied_to_on datetime, copied_from_id int,
        copied_from_on datetime, cwp_client int!, cwp_referral int, rc_paid_to int, rc_paid_on datetime,
        with_dm smallint!, voicemail_file varchar(124), agent_id varchar(48), agent_name varchar(124),
        invalid_address tinyint!, is_valid_email tinyint!, is_high_potential tinyint!,
        is_mobile_lead tinyint!, is_dnc tinyint, is_dummy tinyint!, lead_central_estimate_date datetime,
        do_not_call_before datetime, is_estimate_confirmed tinyint, estimate_confirmed_by int,
        estimate_confirmed_on datetime, added_by_latitude decimal(9,7),
        added_by_longitude decimal(10,7), is_carpentry_followup tinyint!, carpentry_followup_notes text,
        marketing_source int, prospect_id int, added_by_supervisor int, salesrabbit_lead_id int,
        third_party_source_id int, updated_at datetime
        """,
        cursor="updated_at",
        created="added_on",
    ),
)
