"""Makes the fields of calls, form submissions and conversations."""

from __future__ import annotations

from datetime import tzinfo
from random import Random
from typing import Any

from sandbox.callrail.builders import PREMIUM, person, phone, pick
from sandbox.callrail.store import Fields, Record, Store
from sandbox.callrail.times import find_zone, with_offset
from sandbox.frame import made_up
from sandbox.frame.times import MINUTE_MS

_SOURCES = ("Google Organic", "Google Ads", "Direct", "Bing Organic", "Facebook", "Offline")
_APP, _API = "https://app.callrail.com", "https://api.callrail.com/v3"
_MOODS = ("positive", "neutral", "negative")
_LEADS = ("good_lead", "not_a_lead", "not_scored", None)


def build_call(store: Store, rng: Random, record_id: str, account: str, at_ms: int, quirk: float) -> Fields:
    """A call with every field there is; which of them an answer shows is decided elsewhere."""
    tracker, company = _pick_tracker(store, rng, account)
    zone = find_zone(company["time_zone"])
    answered, talked_s = rng.random() < 0.8, rng.randrange(5, 1800)
    is_voicemail = answered and rng.random() < 0.2
    first, last = person(rng)
    name = "Zoë 🔥 Example" if quirk < 0.01 else f"{first} {last}"
    caller = "anonymous" if quirk < 0.02 else phone(rng)
    city, state, zip_code = rng.choice(made_up.CITIES)
    recording = f"{_API}/a/{account}/calls/{record_id}/recording.json"
    value = f"{rng.randrange(100, 9000)}.{rng.randrange(100):02d}" if rng.random() < 0.3 else None
    tracked = tracker["tracking_numbers"]
    total = rng.randrange(1, 6)
    return {
        "id": record_id,
        "answered": answered,
        "business_phone_number": tracker["destination_number"],
        "customer_city": city,
        "customer_country": "US",
        "customer_name": name,
        "customer_phone_number": caller,
        "customer_state": state,
        "direction": "outbound" if rng.random() < 0.1 else "inbound",
        "duration": None if quirk < 0.005 else (talked_s if answered else rng.randrange(5)),
        "recording": recording if answered else None,
        "recording_duration": None if not answered else (str(talked_s) if quirk > 0.95 else talked_s),
        "recording_player": f"{_APP}/calls/{record_id}/recording" if answered else None,
        "start_time": with_offset(at_ms, zone),
        "tracking_phone_number": tracked if isinstance(tracked, str) else tracked[0],
        "voicemail": is_voicemail,
        "company_id": company["id"],
        "company_name": company["name"],
        "company_time_zone": company["time_zone"],
        "tracker_id": tracker["id"],
        "person_id": f"PER{rng.getrandbits(128):032x}",
        "created_at": with_offset(at_ms + 2_000, zone),
        "zip_code": zip_code,
        "call_type": "voicemail" if is_voicemail else ("inbound" if answered else "abandoned"),
        "first_call": total == 1,
        "prior_calls": total - 1,
        "total_calls": total,
        "lead_status": rng.choice(_LEADS),
        "value": value,
        "note": made_up.sentence(rng) if rng.random() < 0.2 else None,
        "tags": rng.sample(("estimate", "callback", "warranty"), rng.randrange(3)),
        "agent_email": "agent@example.test" if rng.random() < 0.3 else None,
        **_marketing(rng, quirk),
        "device_type": rng.choice(("Mobile", "Desktop", None)),
        "keypad_entries": rng.choice((None, "1", "1 2")),
        "timeline_url": f"{_APP}/analytics/a/{account}/timeline/{record_id}",
        "milestones": _milestones(rng, at_ms, zone),
        "call_highlights": ["estimate"] if rng.random() < 0.1 else [],
        "keywords_spotted": [{"name": "Roof", "color": "#ffff00", "phrases": ["roof"]}]
        if rng.random() < 0.1
        else [],
        "speaker_percent": {"agent": 60, "customer": 40} if answered and rng.random() < 0.2 else None,
        "waveforms": [f"https://media.example.test/{record_id}.png"] if answered else None,
        **_said(store, rng, account, has_talked=answered),
        **dict.fromkeys(("utma", "utmb", "utmc", "utmv", "utmz")),
        **dict.fromkeys(("good_lead_call_id", "good_lead_call_time")),
        "formatted_call_type": "Inbound",
        "formatted_customer_location": f"{city}, {state}",
        "formatted_business_phone_number": _pretty(tracker["destination_number"]),
        "formatted_customer_name": name,
        "formatted_customer_name_or_phone_number": name,
        "formatted_customer_phone_number": _pretty(caller),
        "formatted_duration": f"{talked_s // 60}m {talked_s % 60}s",
        "formatted_tracking_phone_number": _pretty(tracked if isinstance(tracked, str) else tracked[0]),
        "formatted_tracking_source": tracker["name"],
        "formatted_value": "--" if value is None else f"${value}",
    }


def build_form(store: Store, rng: Random, record_id: str, account: str, at_ms: int, quirk: float) -> Fields:
    """A form submission; the names in `form_data` are the customer's."""
    company = pick(store, "companies", account, rng).fields
    zone = find_zone(company["time_zone"])
    first, last = person(rng)
    name, email = f"{first} {last}", f"{first}.{last}.{rng.randrange(10**6)}@example.test".lower()
    number = phone(rng)
    marketing = _marketing(rng, quirk)
    return {
        "id": record_id,
        "company_id": company["id"],
        "person_id": f"PER{rng.getrandbits(128):032x}",
        "form_data": {
            "name": name,
            "email": email,
            "message": made_up.sentence(rng),
            "E-mail (again)": email,
        },
        "form_url": "https://north.example.test/contact",
        "landing_page_url": marketing["landing_page_url"],
        "referrer": "https://www.example.test/",
        "referring_url": marketing["referring_url"],
        "submitted_at": with_offset(at_ms, zone),
        "first_form": rng.random() < 0.7,
        "customer_phone_number": number,
        "customer_name": name,
        "customer_email": email,
        "formatted_customer_phone_number": _pretty(number),
        "formatted_customer_name": name,
        "source": marketing["source"],
        "keywords": marketing["keywords"],
        "campaign": marketing["campaign"],
        "medium": marketing["medium"],
        "lead_status": rng.choice(_LEADS),
        "value": f"{rng.randrange(9000)}.00" if rng.random() < 0.2 else None,
        "note": made_up.sentence(rng) if rng.random() < 0.2 else None,
        "tags": ["estimate"] if rng.random() < 0.3 else [],
        "form_name": "Contact",
        "timeline_url": f"{_APP}/analytics/a/{account}/timeline/{record_id}",
        "milestones": _milestones(rng, at_ms, zone),
        **{key: value for key, value in marketing.items() if key.startswith("utm_")},
    }


def build_conversation(
    store: Store, rng: Random, record_id: str, account: str, at_ms: int, _quirk: float
) -> Fields:
    """An SMS conversation with the tail of its messages, which have no ids."""
    tracker, company = _pick_tracker(store, rng, account)
    zone = find_zone(company["time_zone"])
    name, customer, tracked = " ".join(person(rng)), phone(rng), tracker["tracking_numbers"]
    number = tracked if isinstance(tracked, str) else tracked[0]
    return {
        "id": record_id,
        "company_id": company["id"],
        "company_name": company["name"],
        "initial_tracker_id": tracker["id"],
        "current_tracker_id": tracker["id"],
        "customer_name": name,
        "customer_phone_number": customer,
        "initial_tracking_number": number,
        "current_tracking_number": number,
        "last_message_at": with_offset(at_ms, zone),
        "state": "archived" if rng.random() < 0.2 else "active",
        "company_time_zone": company["time_zone"],
        "formatted_customer_phone_number": _pretty(customer),
        "formatted_initial_tracking_number": _pretty(number),
        "formatted_current_tracking_number": _pretty(number),
        "formatted_customer_name": name,
        "recent_messages": [
            make_message("incoming", made_up.sentence(rng), with_offset(at_ms - MINUTE_MS, zone)),
            make_message("outgoing", made_up.sentence(rng), with_offset(at_ms, zone)),
        ],
        "lead_status": rng.choice(_LEADS),
        "source": rng.choice(_SOURCES),
    }


def make_message(direction: str, content: str, created_at: str) -> dict[str, Any]:
    """One message of a conversation."""
    return {
        "direction": direction,
        "content": content,
        "created_at": created_at,
        "type": "sms",
        "media_urls": [],
    }


def _pick_tracker(store: Store, rng: Random, account: str) -> tuple[Fields, Fields]:
    tracker: Record = pick(store, "trackers", account, rng)
    return tracker.fields, store.get("companies", str(tracker.company_id)).fields


def _marketing(rng: Random, quirk: float) -> Fields:
    source = rng.choice(_SOURCES)
    is_paid = source == "Google Ads"
    page = "https://north.example.test/" + ("?" + "x" * 2_500 if 0.02 < quirk < 0.03 else "")
    referrer = None if source == "Direct" else "www.example.test"
    return {
        "source": source,
        "source_name": f"{source} listing",
        "campaign": "Storm season" if is_paid else None,
        "medium": "CPC" if is_paid else "organic",
        "keywords": "roof repair" if is_paid else None,
        "landing_page_url": page,
        "last_requested_url": page,
        "referring_url": None if referrer is None else f"https://{referrer}/search",
        "referrer_domain": referrer,
        "utm_source": "google" if is_paid else None,
        "utm_medium": "cpc" if is_paid else None,
        "utm_campaign": "storm" if is_paid else None,
        "utm_term": "roof" if is_paid else None,
        "utm_content": "ad-1" if is_paid else None,
        "gclid": f"gclid-{rng.randrange(10**9)}" if is_paid else None,
        "fbclid": f"fbclid-{rng.randrange(10**9)}" if source == "Facebook" else None,
        "msclkid": f"msclkid-{rng.randrange(10**9)}" if source == "Bing Organic" else None,
        "ga": f"GA1.2.{rng.randrange(10**9)}",
    }


def _said(store: Store, rng: Random, account: str, *, has_talked: bool) -> Fields:
    """What the plan decides about: null, never an error, in an account without the feature."""
    if not has_talked or PREMIUM not in store.get("accounts", account).fields["features"]:
        return dict.fromkeys(("call_summary", "transcription", "sentiment"))
    text = made_up.sentence(rng, words=20)
    return {"call_summary": text, "transcription": f"Agent: {text}", "sentiment": rng.choice(_MOODS)}


def _milestones(rng: Random, at_ms: int, zone: tzinfo) -> Fields:
    moment = with_offset(at_ms - MINUTE_MS, zone)
    return {"first_touch": {"event_date": moment, "source": rng.choice(_SOURCES), "medium": "organic"}}


def _pretty(number: str | None) -> str | None:
    if number is None or not number.startswith("+1"):
        return number
    return f"{number[2:5]}-{number[5:8]}-{number[8:]}"
