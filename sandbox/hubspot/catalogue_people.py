"""Properties of contacts, companies and tickets: name, HubSpot type, how values are made up.

The third column's language is described in `columns`; a line ends with the share of records with a value.
"""

from __future__ import annotations

CONTACTS = """
email string email 0.94
hs_additional_emails string email_list 0.05
firstname string first_name 0.97
lastname string last_name 0.95
salutation string pick:Mr.,Ms.,Dr. 0.3
jobtitle string job_title 0.5
company string company 0.6
associatedcompanyid number none 0
phone phone_number phone 0.85
mobilephone phone_number phone 0.4
fax phone_number phone 0.05
website string website 0.3
address string street 0.75
city string city 0.8
state string state 0.8
zip string zip 0.8
country string pick:United~States,US,USA,Canada 0.7
industry string trade 0.3
lifecyclestage enumeration pick:subscriber,lead,marketingqualifiedlead,opportunity,customer 0.95
hs_lead_status enumeration pick:NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,CONNECTED,BAD_TIMING 0.6
hubspot_owner_id enumeration owner 0.8
hubspot_owner_assigneddate datetime since_created 0.8
hubspot_team_id enumeration pick:368001,368002,368003 0.5
hs_analytics_source enumeration pick:ORGANIC_SEARCH,PAID_SEARCH,DIRECT_TRAFFIC,OFFLINE,REFERRALS 0.9
hs_analytics_source_data_1 string pick:google,CRM_UI,example.com,facebook,IMPORT 0.8
hs_analytics_source_data_2 string pick:roof_repair,spring_campaign,userId:9500001,landing_page 0.6
hs_latest_source enumeration pick:ORGANIC_SEARCH,PAID_SEARCH,DIRECT_TRAFFIC,OFFLINE,REFERRALS 0.9
hs_latest_source_timestamp datetime since_created 0.85
hs_email_optout bool bool 0.7
hs_marketable_status enumeration pick:true,false 0.95
first_conversion_date datetime since_created 0.4
recent_conversion_date datetime since_created 0.4
num_conversion_events number int:0,6 0.9
num_associated_deals number none 0
recent_deal_amount number money:500,45000 0.25
total_revenue number money:500,90000 0.2
notes_last_contacted datetime since_created 0.6
notes_last_updated datetime since_created 0.7
hs_merged_object_ids enumeration none 0
hs_calculated_merged_vids enumeration none 0
hs_lastmodifieddate datetime none 0
custom_roof_type enumeration multi:asphalt,metal,tile,slate 0.4
custom_last_inspection date date 0.3
custom_roof_area number decimal:40,600 0.4
custom_has_pets bool bool 0.3
custom_notes string text 0.3
"""

COMPANIES = """
name string company 0.98
domain string domain 0.85
hs_additional_domains enumeration domain_list 0.05
website string website 0.7
phone phone_number phone 0.7
address string street 0.7
address2 string pick:Suite~1,Suite~200,Floor~3 0.15
city string city 0.8
state string state 0.8
zip string zip 0.8
country string pick:United~States,US,Canada 0.8
timezone string pick:US/Eastern,US/Central,US/Mountain,US/Pacific 0.5
industry enumeration pick:CONSTRUCTION,REAL_ESTATE,INSURANCE,BUILDING_MATERIALS,RENEWABLES_ENVIRONMENT 0.6
type enumeration pick:PROSPECT,PARTNER,RESELLER,VENDOR,OTHER 0.6
description string text 0.4
numberofemployees number int:1,5000 0.6
annualrevenue number int:50000,90000000 0.5
founded_year string int:1950,2025 0.4
is_public bool bool 0.5
lifecyclestage enumeration pick:lead,opportunity,customer 0.8
hs_lead_status enumeration pick:NEW,OPEN,IN_PROGRESS,CONNECTED 0.4
hubspot_owner_id enumeration owner 0.8
hs_parent_company_id number none 0
hs_num_child_companies number int:0,3 0.9
num_associated_contacts number none 0
num_associated_deals number none 0
hs_num_open_deals number int:0,4 0.9
total_revenue number money:1000,900000 0.3
total_money_raised string int:10000,9000000 0.1
recent_deal_amount number money:500,45000 0.3
recent_deal_close_date datetime since_created 0.3
linkedin_company_page string profile:linkedin.example.com/company 0.4
facebook_company_page string profile:facebook.example.com 0.4
twitterhandle string handle 0.3
web_technologies enumeration multi:wordpress,google_analytics,hubspot,recaptcha 0.4
hs_analytics_source enumeration pick:ORGANIC_SEARCH,PAID_SEARCH,DIRECT_TRAFFIC,OFFLINE 0.8
notes_last_contacted datetime since_created 0.5
notes_last_updated datetime since_created 0.6
hs_merged_object_ids enumeration none 0
custom_service_area enumeration multi:north,south,east,west 0.4
"""

TICKETS = """
subject string text 0.98
content string text 0.85
hs_ticket_id number own_id 1
hs_pipeline enumeration pick:0 1
hs_pipeline_stage enumeration pick:1,2,3,4 1
hs_ticket_priority enumeration pick:LOW,MEDIUM,HIGH,URGENT 0.8
hs_ticket_category enumeration multi:PRODUCT_ISSUE,BILLING_ISSUE,FEATURE_REQUEST,GENERAL_INQUIRY 0.6
source_type enumeration pick:EMAIL,FORM,CHAT,PHONE 0.9
hubspot_owner_id enumeration owner 0.8
hubspot_team_id enumeration pick:368001,368002,368003 0.5
closed_date datetime since_created 0.5
first_agent_reply_date datetime since_created 0.6
time_to_close number int:60000,900000000 0.5
time_to_first_agent_reply number int:1000,90000000 0.6
hs_resolution string text 0.4
hs_lastactivitydate datetime since_created 0.7
hs_lastcontacted datetime since_created 0.5
hs_nextactivitydate datetime since_created 0.2
hs_num_times_contacted number int:0,9 0.9
hs_merged_object_ids enumeration none 0
custom_warranty_claim bool bool 0.3
"""
