"""Properties of the activities beside calls and of a custom object, written as in `catalogue_people`."""

from __future__ import annotations

_ENGAGEMENT = """
hs_timestamp datetime created 1
hubspot_owner_id enumeration owner 0.9
hubspot_team_id enumeration pick:368001,368002,368003 0.6
hs_attachment_ids string id_list 0.1
hs_created_by_user_id number pick:9500001,9500002,9500003 0.9
"""
EMAILS = (
    _ENGAGEMENT
    + """
hs_email_subject string text 0.95
hs_email_text string text 0.9
hs_email_html string html 0.9
hs_email_direction enumeration pick:EMAIL,INCOMING_EMAIL,FORWARDED_EMAIL 1
hs_email_status enumeration pick:SENT,BOUNCED,SCHEDULED 0.9
hs_email_from_email string email 0.95
hs_email_from_firstname string first_name 0.9
hs_email_from_lastname string last_name 0.9
hs_email_to_email string email_list 0.95
hs_email_cc_email string email_list 0.2
hs_email_thread_id string long_number 0.8
hs_email_message_id string long_number 0.8
"""
)
MEETINGS = (
    _ENGAGEMENT
    + """
hs_meeting_title string text 0.95
hs_meeting_body string html 0.6
hs_internal_meeting_notes string text 0.3
hs_meeting_start_time datetime created 1
hs_meeting_end_time datetime inserted 0.95
hs_meeting_outcome enumeration pick:SCHEDULED,COMPLETED,RESCHEDULED,NO_SHOW,CANCELED 0.9
hs_meeting_location string street 0.5
hs_meeting_external_url string website 0.3
hs_activity_type enumeration pick:Discovery~call,Follow~up,Service 0.4
"""
)
NOTES = (
    _ENGAGEMENT
    + """
hs_note_body string html 0.98
hs_body_preview string text 0.9
"""
)
TASKS = (
    _ENGAGEMENT
    + """
hs_task_subject string text 0.98
hs_task_body string html 0.5
hs_task_status enumeration pick:NOT_STARTED,IN_PROGRESS,COMPLETED,DEFERRED 1
hs_task_priority enumeration pick:LOW,MEDIUM,HIGH 0.6
hs_task_type enumeration pick:TODO,CALL,EMAIL 0.9
hs_task_completion_date datetime since_created 0.5
hs_task_is_completed bool bool 0.9
"""
)
COMMUNICATIONS = (
    _ENGAGEMENT
    + """
hs_communication_channel_type enumeration pick:SMS,WHATS_APP,LINKEDIN_MESSAGE 1
hs_communication_body string text 0.95
"""
)
ROOF_INSPECTIONS = """
inspection_name string text 0.98
inspection_date date date 0.9
inspection_score number int:0,100 0.9
inspector enumeration owner 0.8
inspection_remarks string text 0.5
"""
