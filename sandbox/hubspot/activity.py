"""Random business between two demo runs: mostly updates, some new records, an archive, a restore."""

from __future__ import annotations

from random import Random

from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.hubspot.changes import Changes

_BUSY_TYPES = (
    "contacts",
    "contacts",
    "contacts",
    "companies",
    "deals",
    "deals",
    "tickets",
    "line_items",
    "calls",
)
_EDITS = {
    "contacts": ("lifecyclestage", ("lead", "opportunity", "customer")),
    "companies": ("hs_lead_status", ("NEW", "OPEN", "CONNECTED")),
    "deals": ("dealstage", ("qualifiedtobuy", "contractsent", "closedwon")),
    "tickets": ("hs_pipeline_stage", ("2", "3", "4")),
    "line_items": ("quantity", ("1", "2", "5")),
    "calls": ("hs_call_status", ("COMPLETED", "NO_ANSWER")),
}
_NAME_PROPERTY = {"companies": "name", "deals": "dealname", "tickets": "subject", "line_items": "name"}


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`, in time order."""
    store = changes.store
    types = [name for name in _BUSY_TYPES if store.types[name].live_ids]
    if not types:
        return
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        type_name = rng.choice(types)
        type_store = store.types[type_name]
        draw = rng.random()
        if number == 1 and type_store.live_ids:
            changes.archive(type_name, rng.choice(type_store.live_ids), at_ms=at_ms)
        elif number == 2 and type_store.archived_ids:
            # Whether HubSpot moves the modified date here is unknown; half of the runs show either.
            changes.restore(
                type_name, rng.choice(type_store.archived_ids), at_ms=at_ms, moves_modified=draw < 0.5
            )
        elif draw < 0.15:
            changes.create(type_name, _new_properties(type_name, rng), at_ms=at_ms)
        else:
            prop, values = _EDITS[type_name]
            changes.update(
                type_name, rng.choice(type_store.live_ids), {prop: rng.choice(values)}, at_ms=at_ms
            )


def _new_properties(type_name: str, rng: Random) -> dict[str, str | None]:
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    if type_name == "contacts":
        email = f"{first}.{last}.{rng.randrange(10**9)}@example.com".lower()
        return {
            "firstname": first,
            "lastname": last,
            "email": email,
            "phone": made_up.phone_numbers(rng, 1)[0],
        }
    if type_name == "calls":
        return {"hs_timestamp": "2026-01-05T10:00:00.000Z", "hs_call_title": made_up.sentence(rng)}
    return {_NAME_PROPERTY[type_name]: f"{last} {rng.choice(made_up.TRADES)}"}
