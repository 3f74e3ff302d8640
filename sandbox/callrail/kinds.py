"""The eight lists: path, envelope key, what comes only when asked for, what can be sorted and filtered.

Source: CallRail's published API v3 reference and clients that read it live, read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass, field


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class Kind:
    """One list below an account; accounts themselves are the list above."""

    name: str
    path: str
    """Last segment without `.json`."""
    key: str
    """Name of the array in the envelope."""
    prefix: str = ""
    """Of ids; empty: ids of their own shape."""
    optional: frozenset[str] = frozenset()
    """Fields that an answer only has when `fields` names them."""
    dated_by: str | None = None
    """Field that `start_date` and `end_date` are about; None: such parameters are ignored."""
    sorts: frozenset[str] = frozenset()
    """Fields that `sort` takes; empty: the parameter is ignored."""
    filters: dict[str, str] = field(default_factory=dict)
    """Query parameter to the field that has to be equal."""
    searched: tuple[str, ...] = ()
    """Fields that `search` looks into; empty: the parameter is ignored."""


_UTM = "utm_source utm_medium utm_campaign utm_term utm_content "
_KINDS = (
    Kind(
        "accounts",
        "a",
        "accounts",
        "ACC",
        optional=_names("numeric_id"),
        sorts=_names("name id"),
        searched=("name",),
    ),
    Kind(
        "companies",
        "companies",
        "companies",
        "COM",
        optional=_names("verified_caller_ids"),
        sorts=_names("name created_at"),
        filters={"status": "status"},
        searched=("name",),
    ),
    Kind(
        "calls",
        "calls",
        "calls",
        "CAL",
        optional=_names(
            _UTM
            + """
            company_id company_name tracker_id person_id created_at zip_code call_type first_call
            prior_calls total_calls lead_status value note tags agent_email source source_name
            campaign medium keywords landing_page_url last_requested_url referring_url
            referrer_domain gclid fbclid msclkid ga device_type keypad_entries milestones
            timeline_url call_highlights keywords_spotted speaker_percent waveforms call_summary
            transcription sentiment company_time_zone utma utmb utmc utmv utmz good_lead_call_id
            good_lead_call_time formatted_call_type formatted_customer_location
            formatted_business_phone_number formatted_customer_name
            formatted_customer_name_or_phone_number formatted_customer_phone_number
            formatted_duration formatted_tracking_phone_number formatted_tracking_source
            formatted_value
            """
        ),
        dated_by="start_time",
        sorts=_names("start_time customer_name customer_phone_number duration source"),
        filters={
            "company_id": "company_id",
            "tracker_id": "tracker_id",
            "direction": "direction",
            "device": "device_type",
            "call_type": "call_type",
            "lead_status": "lead_status",
        },
        searched=("customer_name", "customer_phone_number", "tracking_phone_number", "note", "source"),
    ),
    Kind(
        "trackers",
        "trackers",
        "trackers",
        "TRK",
        optional=_names("campaign_name swap_targets"),
        filters={"status": "status", "type": "type"},
        searched=("name",),
    ),
    Kind(
        "form_submissions",
        "form_submissions",
        "form_submissions",
        "FRM",
        optional=_names(_UTM + "lead_status note tags value form_name timeline_url milestones"),
        dated_by="submitted_at",
        sorts=_names("submitted_at form_url created_at"),
        filters={"company_id": "company_id", "lead_status": "lead_status"},
    ),
    Kind(
        "text_messages",
        "text-messages",
        "conversations",
        optional=_names("lead_status source company_name"),
        dated_by="last_message_at",
        filters={"company_id": "company_id"},
        searched=("customer_name", "customer_phone_number"),
    ),
    Kind(
        "tags",
        "tags",
        "tags",
        filters={"company_id": "company_id", "status": "status", "tag_level": "tag_level"},
    ),
    Kind("users", "users", "users", "USR", searched=("name", "email")),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
NESTED_BY_PATH: dict[str, Kind] = {kind.path: kind for kind in _KINDS if kind.name != "accounts"}
EVENTS = ("calls", "form_submissions", "text_messages")
