"""Single records, the log of a task's statuses, divisions, location readings, the key's own profile."""

from __future__ import annotations

from sandbox.arrivy.errors import not_found
from sandbox.arrivy.lists import Account, read_page
from sandbox.arrivy.record_parts import OWNER_ID
from sandbox.arrivy.store import Record
from sandbox.frame.messages import Request, Response, json_response

_NOUNS = {
    "tasks": "Task",
    "bookings": "Booking",
    "entities": "Entity",
    "customers": "Customer",
    "groups": "Group",
    "statuses": "Status",
}


def show_profile(_account: Account, _request: Request) -> Response:
    """Who the key belongs to; cheap, and so the proof of a connection."""
    return json_response(
        200,
        {
            "id": OWNER_ID,
            "fullname": "Sandbox Admin",
            "email": "admin@example.com",
            "company_name": "Example Exteriors",
            "permission": "ADMIN",
        },
    )


def show_record(account: Account, _request: Request, record_id: str, *, kind: str) -> Response:
    """One record by id."""
    return json_response(200, _find(account, kind, record_id).fields)


def list_task_statuses(account: Account, request: Request, record_id: str) -> Response:
    """What happened to a task, newest last; here only its creation and its present status."""
    fields = _find(account, "tasks", record_id).fields
    moments = {"NOTSTARTED": fields.get("created"), fields["status"]: fields.get("updated")}
    events = [
        {"id": number, "type": code, "time": at, "notes": None}
        for number, (code, at) in enumerate(moments.items(), start=1)
    ]
    page, items = read_page(request, most=account.config.most_items, default=100)
    return json_response(200, events[(page - 1) * items : page * items])


def list_readings(account: Account, _request: Request, record_id: str) -> Response:
    """The latest place of a crew member."""
    reading = _find(account, "entities", record_id).fields.get("lastreading")
    return json_response(200, [reading] if reading else [])


def list_crews(account: Account, _request: Request) -> Response:
    """Divisions with their members; not in the vendor's pages."""
    members = [record.fields for record in account.store.tables["entities"]]
    crews = [
        {"id": 3300 + number, "name": name, "entities_data": members[number::2]}
        for number, name in enumerate(("North", "South"))
    ]
    return json_response(200, crews)


def _find(account: Account, kind: str, record_id: str) -> Record:
    table = account.store.tables[kind]
    if not record_id.isdecimal() or int(record_id) not in table:
        raise not_found(_NOUNS[kind])
    return table[int(record_id)]
