"""Jobs, their statuses and financings."""

from __future__ import annotations

from sandbox.genius.table import Table, table

TABLES: tuple[Table, ...] = (
    table(
        "job",
        "jobs",
        "id",
        """
        id int!, client_cid int, prospect_id int!, division_id int!, user_id int,
        production_user_id int, project_coordinator_user_id int, production_month int,
        subcontractor_id int, subcontractor_status_id smallint, subcontractor_confirmed tinyint!,
        status int!, is_in_progress tinyint!, ready_status smallint, prep_status_id smallint,
        prep_status_set_date datetime, prep_status_is_reset tinyint!, prep_status_notes text,
        prep_issue_id varchar(32), service_id smallint!, is_lead_pb tinyint!,
        contract_number varchar(50), contract_date date, contract_amount decimal(11,2)!,
        contract_amount_difference text, contract_hours int!, contract_file_id int,
        job_value decimal(11,2)!, deposit_amount decimal(11,2)!, deposit_type_id smallint,
        is_financing tinyint!, sales_tax_rate decimal(7,5)!, is_sales_tax_exempt tinyint!,
        commission_payout decimal(11,2)!, accrued_commission_payout decimal(11,2)!, sold_user_id int,
        sold_date date, start_request_date date, deadline_date date, ready_date date, jsa_sent smallint,
        start_date date, end_date date, add_user_id int!, add_date datetime!, cancel_date date,
        cancel_user_id int, cancel_reason_id smallint, is_refund tinyint!, refund_date date,
        refund_user_id int, finish_date date, is_earned_not_paid tinyint!, materials_arrival_date date,
        measure_date date, measure_time time, measure_user_id int, time_format smallint,
        materials_estimated_arrival_date date, materials_ordered datetime, install_date date,
        install_time time, install_time_format smallint, price_level varchar(32),
        price_level_goal smallint, price_level_commission decimal(3,1),
        price_level_commission_reduction smallint, is_reviewed tinyint!, reviewed_by int,
        pp_id_updated tinyint!, hoa tinyint, hoa_approved tinyint, materials_ordered_old smallint,
        start_month_old smallint, cogs_report_month varchar(50), is_cogs_report_month_updated tinyint!,
        forecast_month varchar(50), coc_sent_on datetime, coc_sent_by int,
        company_cam_link varchar(256), pm_finished_on date, estimate_job_duration smallint,
        payment_not_finalized_reason int, reasons_other varchar(255), payment_type int,
        payment_amount decimal(11,2), is_payment_finalized tinyint, is_company_cam tinyint,
        is_five_star_review tinyint, projected_end_date date, is_company_cam_images_correct tinyint,
        post_pm_closeout_date date, pre_pm_closeout_date date, actual_install_date datetime,
        in_progress_substatus_id int, is_loan_document_uptodate tinyint,
        is_labor_adjustment_correct tinyint, is_change_order_correct tinyint,
        is_coc_pdf_attached tinyint!, updated_at datetime!
        """,
        cursor="updated_at",
        created="add_date",
    ),
    table(
        "job_status",
        "job_statuses",
        "id",
        """
        id int!, label varchar(50), is_system tinyint!
        """,
    ),
    table(
        "job_financing",
        "job_financings",
        "job_id",
        """
        job_id int!, term_id int, financed_amount decimal(9,2)!, max_financed_amount decimal(9,2)!,
        bid_rate decimal(5,3), commission_reduction decimal(5,3), signed_on datetime,
        cancellation_period_expires_on datetime, app_submission_date datetime,
        is_joint_application tinyint!, applicant varchar(50), co_applicant varchar(50),
        status smallint!, approved_on datetime, loan_expiration_date datetime, denied_on datetime,
        denied_by int, why_book text, would_book smallint, is_financing_factor smallint, satisfied text,
        docs_completed datetime, active_stipulation_notes text, is_active_stipulations_cleared tinyint!,
        legal_app_name varchar(100)
        """,
    ),
)
