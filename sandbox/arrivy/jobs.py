"""Made-up tasks and bookings, the same for the same seed."""

from __future__ import annotations

from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.people import STATUS_TYPES
from sandbox.arrivy.record_parts import OWNER_ID, address, make_ids, make_times, position, time_fields
from sandbox.arrivy.store import Fields, Record
from sandbox.arrivy.times import to_naive, to_original
from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS, HOUR_MS, MINUTE_MS

_TITLES = ("Window measure", "Install", "Inspection", "Repair", "Warranty visit", "Delivery", "")
_BOOKING_STATUSES = ("pending", "confirmed", "in_progress", "completed", "cancelled")
_OPEN, _DONE = ("NOTSTARTED", "CONFIRMED", "PREPARING"), ("COMPLETE", "COMPLETE", "COMPLETE", "CANCELLED")
_CUSTOMER_FIELDS = (
    "id",
    "first_name",
    "last_name",
    "company_name",
    "email",
    "phone",
    "mobile_number",
    "address_line_1",
    "address_line_2",
    "city",
    "state",
    "country",
    "zipcode",
    "exact_location",
    "notes",
)
_TITLE_BY_CODE = dict(STATUS_TYPES[:12])


class Cast(NamedTuple):
    """Who a job may be for and by."""

    customers: list[Record]
    entities: list[Record]
    groups: list[Record]


def generate_tasks(config: ArrivyConfig, anchor_ms: int, cast: Cast) -> list[Record]:
    """Jobs: most have a date, some wait for one, a few never had any."""
    rng = Random(f"{config.seed}:tasks")
    zone = ZoneInfo(config.time_zone)
    records = []
    for number, (record_id, (created_ms, updated_ms)) in enumerate(
        zip(
            make_ids("tasks", config.count_of("tasks"), rng),
            make_times(config, "tasks", anchor_ms, rng),
            strict=True,
        )
    ):
        plan = plan_fields(
            rng, _choose_start(rng, created_ms, anchor_ms, config.planned_days), created_ms, zone
        )
        is_over = plan["start_datetime"] is not None and plan["start_datetime"] < to_naive(anchor_ms)
        status = rng.choice(_DONE if is_over else _OPEN)
        title = _TITLE_BY_CODE[status]
        if rng.random() < 0.03:
            status, title = rng.choice(
                (("CUSTOM", "Demo Sold"), ("ENROUTE", "En Route"), ("STARTED", "Started"))
            )
        fields: Fields = {
            "id": record_id,
            "url_safe_id": f"aghzYW{number:08x}",
            "external_id": f"APT-{number}" if rng.random() < 0.8 else None,
            "title": rng.choice(_TITLES),
            "details": rng.choice((None, "", made_up.sentence(rng))),
            "status": status,
            "status_title": title,
            **plan,
            **_customer_fields(rng, cast),
            **_crew_fields(rng, cast),
            **_more_task_fields(rng, number),
            **time_fields(config, created_ms, updated_ms),
        }
        records.append(Record(_as_old_record(fields) if config.quirks and number % 40 == 39 else fields))
    return records


def generate_bookings(config: ArrivyConfig, anchor_ms: int, cast: Cast) -> list[Record]:
    """Appointments that customers asked for."""
    rng = Random(f"{config.seed}:bookings")
    zone = ZoneInfo(config.time_zone)
    records = []
    for number, (record_id, (created_ms, updated_ms)) in enumerate(
        zip(
            make_ids("bookings", config.count_of("bookings"), rng),
            make_times(config, "bookings", anchor_ms, rng),
            strict=True,
        )
    ):
        start_ms = _choose_start(rng, created_ms, anchor_ms, config.planned_days)
        plan = plan_fields(rng, start_ms, created_ms, zone)
        fields: Fields = {
            "id": record_id,
            "url_safe_id": f"Ym9va2{number:08x}",
            "external_id": None,
            "title": rng.choice(("Estimate visit", "Call back", "Service")),
            "description": rng.choice((None, made_up.sentence(rng))),
            "details": rng.choice((None, "")),
            "status": rng.choice(_BOOKING_STATUSES),
            "status_id": rng.randrange(1, 6),
            "task_type": "ESTIMATE",
            **plan,
            "actual_start_datetime": plan["start_datetime"],
            "actual_end_datetime": None,
            "duration_estimate": rng.choice((30, 60, 90)),
            "timezone": config.time_zone,
            "is_recurring": False,
            "is_all_day": rng.random() < 0.05,
            **_customer_fields(rng, cast),
            **address(rng),
            "exact_location": position(rng),
            "entity_ids": [rng.choice(cast.entities).id] if cast.entities else [],
            "crew_ids": [],
            "template_id": None,
            "group_id": rng.choice(cast.groups).id if cast.groups else None,
            "extra_fields": None,
            "custom_fields": {"source": rng.choice(("web", "phone"))},
            **time_fields(config, created_ms, updated_ms),
        }
        records.append(Record(fields))
    return records


def plan_fields(rng: Random, start_ms: int | None, created_ms: int, zone: ZoneInfo) -> Fields:
    """The fields about when: a planned start, only a due date, or nothing at all."""
    names = ("start_datetime", "end_datetime")
    minutes = rng.choice((60, 90, 120, 240))
    fields: Fields = {"duration": minutes, "unscheduled": start_ms is None, "due_datetime": None}
    if start_ms is None:
        fields |= dict.fromkeys([*names, *(f"{name}_original_iso_str" for name in names)])
        if rng.random() < 0.6:
            fields["due_datetime"] = to_naive(created_ms // DAY_MS * DAY_MS + 14 * DAY_MS)
        elif rng.random() < 0.5:
            # without any date, and not counted as unscheduled either
            fields["unscheduled"] = False
        return fields
    for name, at_ms in zip(names, (start_ms, start_ms + minutes * MINUTE_MS), strict=True):
        fields[name] = to_naive(at_ms)
        fields[f"{name}_original_iso_str"] = to_original(at_ms, zone)
        fields[f"{name}_timezone"] = zone.key
    return fields


def _choose_start(rng: Random, created_ms: int, anchor_ms: int, planned_days: int) -> int | None:
    draw = rng.random()
    if draw < 0.08:
        return None
    hour = rng.randrange(14, 24) * HOUR_MS
    if draw < 0.2:
        # maintenance planned long ahead
        return anchor_ms // DAY_MS * DAY_MS + rng.randrange(planned_days) * DAY_MS + hour
    return created_ms // DAY_MS * DAY_MS + rng.randrange(1, 45) * DAY_MS + hour


def _customer_fields(rng: Random, cast: Cast) -> Fields:
    customer = rng.choice(cast.customers).fields if cast.customers else {}
    fields: Fields = {f"customer_{name}": customer.get(name) for name in _CUSTOMER_FIELDS}
    names = [customer[name] for name in ("first_name", "last_name") if customer.get(name)]
    fields["customer_name"] = " ".join(names) or None
    return fields


def _crew_fields(rng: Random, cast: Cast) -> Fields:
    crew = rng.sample(cast.entities, min(len(cast.entities), rng.randrange(3)))
    return {
        "group_id": rng.choice(cast.groups).id if cast.groups else None,
        "entity_ids": [member.id for member in crew],
        "crew_ids": [],
        "worker_ids": [],
        "resource_ids": [],
        "number_of_workers_required": len(crew) or None,
    }


def _more_task_fields(rng: Random, number: int) -> Fields:
    is_rated = rng.random() < 0.1
    return {
        "template": rng.choice((None, "Standard install")),
        "template_id": rng.choice((None, 4811_0000_0000_0001)),
        "template_type": "TASK",
        "self_scheduling": rng.random() < 0.1,
        "enable_time_window_display": rng.random() < 0.5,
        "time_window_start": rng.choice((None, 60, 120)),
        "document_ids": [],
        "file_ids": [],
        "items": [],
        "files": [{"id": number + 1, "name": "plan.pdf"}] if rng.random() < 0.1 else [],
        "forms": [],
        "routes": [],
        "entity_routes": None,
        "additional_addresses": [],
        "current_destination": None,
        "entity_confirmation_statuses": {},
        "skill_details": [],
        "mileage": {"total": round(rng.uniform(1, 90), 1)} if rng.random() < 0.2 else None,
        "extra_fields": rng.choice(
            (None, {}, {"notes": "gate code"}, {"sold_by": rng.choice(made_up.FIRST_NAMES)})
        ),
        "template_extra_fields": None,
        "notifications": {"email": True, "sms": True},
        "rating": rng.choice((1, 3.5, 4, 5)) if is_rated else None,
        "rating_text": made_up.sentence(rng) if is_rated else None,
        "inbound_sms_count": rng.randrange(3),
        "outbound_sms_count": rng.randrange(6),
        "inbound_email_count": 0,
        "outbound_email_count": rng.randrange(4),
        "linked_internal_ref": None,
        "linked_external_ref": None,
        "is_linked": False,
        "owner": OWNER_ID,
        "created_by": OWNER_ID,
        "created_by_user": "Sandbox Admin",
        "updated_by": OWNER_ID,
    }


def _as_old_record(fields: Fields) -> Fields:
    """What tasks of the first years look like: few keys, and extra fields as JSON text."""
    kept = (
        "id",
        "title",
        "status",
        "status_title",
        "start_datetime",
        "end_datetime",
        "due_datetime",
        "unscheduled",
    )
    times = [name for name in fields if name.startswith(("created", "updated")) and "_by" not in name]
    old = {name: fields[name] for name in (*kept, "entity_ids", *times)}
    return {**old, "extra_fields": '{"legacy": "text", "amount": 12345678901234567890.5}'}
