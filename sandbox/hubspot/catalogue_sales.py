"""Properties of deals, products, line items, calls and quotes, written as in `catalogue_people`."""

from __future__ import annotations

DEALS = """
dealname string deal_name 0.999
pipeline enumeration pick:default,default,default,8812345 1
dealstage enumeration deal_stage 1
dealtype enumeration pick:newbusiness,existingbusiness 0.7
amount number money:200,60000 0.85
amount_in_home_currency number money:200,60000 0.8
deal_currency_code enumeration pick:USD,USD,USD,CAD 0.9
hs_exchange_rate number pick:1,1.0,0.734512 0.9
closedate datetime since_created 0.85
hs_closed_amount number money:0,60000 0.6
hs_is_closed bool bool 1
hs_is_closed_won bool bool 1
closed_lost_reason string text 0.15
closed_won_reason string text 0.15
hs_deal_stage_probability number pick:0.2,0.4,0.6,0.8,0.9,1.0,0 0.98
hs_forecast_amount number money:200,60000 0.6
hs_forecast_probability number pick:0.25,0.5,0.75 0.4
hs_manual_forecast_category enumeration pick:OMIT,PIPELINE,BEST_CASE,COMMIT 0.4
hs_projected_amount number decimal:200,60000 0.8
hs_acv number money:0,20000 0.3
hs_arr number money:0,20000 0.3
hs_mrr number money:0,2000 0.3
hs_tcv number money:0,60000 0.3
days_to_close number int:0,200 0.8
description string text 0.5
hs_next_step string text 0.3
hs_priority enumeration pick:low,medium,high 0.5
hubspot_owner_id enumeration owner 0.9
hubspot_owner_assigneddate datetime since_created 0.9
hubspot_team_id enumeration pick:368001,368002,368003 0.6
num_associated_contacts number none 0
num_notes number int:0,12 0.8
hs_analytics_source enumeration pick:ORGANIC_SEARCH,PAID_SEARCH,DIRECT_TRAFFIC,OFFLINE 0.8
hs_analytics_source_data_1 string pick:google,CRM_UI,IMPORT 0.7
hs_analytics_source_data_2 string pick:roof_repair,spring_campaign,userId:9500001 0.5
hs_created_by_user_id number pick:9500001,9500002,9500003 0.9
hs_updated_by_user_id number pick:9500001,9500002,9500003 0.9
notes_last_contacted datetime since_created 0.5
notes_last_updated datetime since_created 0.6
hs_merged_object_ids enumeration none 0
hs_createdate datetime inserted 1
hs_v2_date_entered_appointmentscheduled datetime since_created 0.9
hs_v2_date_entered_closedwon datetime since_created 0.3
custom_financing_partner string pick:Example~Bank,Sample~Credit 0.2
"""

PRODUCTS = """
name string product_name 0.995
description string text 0.8
price number money:5,900 0.98
hs_sku string sku 0.9
hs_cost_of_goods_sold number money:2,500 0.8
hs_product_type enumeration pick:inventory,non_inventory,service 0.8
hs_recurring_billing_period string pick:P12M,P24M,P1M 0.2
recurringbillingfrequency enumeration pick:annually,monthly,quarterly 0.2
tax number decimal:0,50 0.4
hs_url string website 0.4
hs_images string image_list 0.4
hs_folder enumeration pick:3300001,3300002 0.5
hs_pricing_model enumeration pick:flat,flat,volume,graduated,stairstep 0.5
hs_tier_ranges json tier_ranges 0.1
hs_tier_prices json tier_prices 0.1
custom_color enumeration multi:black,brown,white,gray 0.4
"""

LINE_ITEMS = """
name string product_name 0.99
description string text 0.4
hs_sku string sku 0.8
hs_product_id number none 0
quantity number pick:1,2,3,10,2.5,40 0.99
price number money:5,900 0.98
amount number money:5,9000 0.95
discount number money:0,50 0.3
hs_discount_percentage number pick:5,10,12.5,15 0.3
hs_total_discount number money:0,90 0.5
hs_pre_discount_amount number money:5,9000 0.8
tax number decimal:0,50 0.3
hs_cost_of_goods_sold number money:2,500 0.6
hs_margin number money:1,400 0.6
hs_line_item_currency_code enumeration pick:USD,USD,CAD 0.9
recurringbillingfrequency enumeration pick:annually,monthly,quarterly 0.2
hs_recurring_billing_period string pick:P12M,P24M,P1M 0.2
hs_recurring_billing_start_date date date 0.2
hs_recurring_billing_end_date date date 0.1
hs_recurring_billing_number_of_payments number int:1,36 0.2
hs_acv number money:0,20000 0.3
hs_arr number money:0,20000 0.3
hs_mrr number money:0,2000 0.3
hs_tcv number money:0,60000 0.3
hs_position_on_quote number int:0,12 0.8
hubspot_owner_id enumeration owner 0.05
custom_installed bool bool 0.2
"""

CALLS = """
hs_timestamp datetime created 0.999
hs_call_title string text 0.9
hs_call_body string html 0.7
hs_body_preview string text 0.7
hs_body_preview_html string html 0.7
hs_call_direction enumeration pick:INBOUND,OUTBOUND 0.95
hs_call_status enumeration pick:COMPLETED,COMPLETED,BUSY,NO_ANSWER,CANCELED,FAILED,missed,QUEUED 0.95
hs_call_disposition enumeration disposition 0.8
hs_call_duration number int:0,3600000 0.9
hs_call_from_number string phone 0.95
hs_call_to_number string phone 0.95
hs_call_recording_url string recording 0.4
hs_call_video_recording_url string recording 0.02
hs_call_has_transcript bool bool 0.7
hs_call_has_voicemail bool bool 0.4
hs_call_source enumeration pick:INTEGRATIONS_PLATFORM,SIDEBAR 0.7
hs_call_external_id string long_number 0.5
hs_call_external_account_id string long_number 0.3
hs_call_app_id number pick:210001,210002 0.5
hs_call_callee_object_id number long_number 0.6
hs_call_callee_object_type enumeration pick:CONTACT,COMPANY 0.6
hs_activity_type enumeration pick:Discovery~call,Follow~up,Service 0.4
hubspot_owner_id enumeration owner 0.9
hubspot_team_id enumeration pick:368001,368002,368003 0.6
hs_attachment_ids string id_list 0.1
hs_engagement_source string pick:CRM_UI,INTEGRATION 0.7
hs_created_by_user_id number pick:9500001,9500002,9500003 0.9
hs_gdpr_deleted bool bool 0.05
custom_call_score number int:0,100 0.3
"""

QUOTES = """
hs_title string deal_name 0.99
hs_status enumeration pick:DRAFT,APPROVAL_NOT_NEEDED,PENDING_APPROVAL,APPROVED,REJECTED 1
hs_quote_number string long_number 0.9
hs_quote_amount number money:200,60000 0.95
hs_currency enumeration pick:USD,USD,CAD 0.98
hs_expiration_date datetime since_created 0.95
hs_language enumeration pick:en,fr,es 0.9
hs_terms string text 0.4
hs_comments string text 0.3
hs_public_url_key string sku 0.8
hs_pdf_download_link string recording 0.5
hs_payment_status enumeration pick:PENDING,PROCESSING,PAID 0.3
hs_esign_enabled bool bool 0.9
hubspot_owner_id enumeration owner 0.9
hubspot_team_id enumeration pick:368001,368002,368003 0.5
custom_discount_reason string text 0.2
"""
