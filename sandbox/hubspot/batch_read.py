"""`POST /crm/v3/objects/{type}/batch/read`: records by id, with 207 when some are missing."""

from __future__ import annotations

from typing import Any

from sandbox.frame.messages import Request, Response, json_response
from sandbox.hubspot.account import Account, read_flag
from sandbox.hubspot.errors import validation_error
from sandbox.hubspot.list_objects import find_record
from sandbox.hubspot.projection import Projection
from sandbox.hubspot.times import to_iso

MOST = 100
MOST_WITH_HISTORY = 50


def batch_read(account: Account, request: Request, type_name: str) -> Response:
    """The records found; an id that was merged away answers with the survivor, under the survivor's id."""
    store = account.type_store(type_name)
    body = request.json_object()
    history = body.get("propertiesWithHistory") or []
    values = read_inputs(body, most=MOST_WITH_HISTORY if history else MOST)
    archived = read_flag(request, "archived")
    projection = Projection(
        store, body.get("properties") or [], history=history, portal_id=account.config.portal_id
    )
    found: dict[int, dict[str, Any]] = {}
    missing = []
    for value in dict.fromkeys(values):
        record = find_record(store, value, body.get("idProperty"))
        if record is None or (record.archived_ms is not None) != archived:
            missing.append(value)
        else:
            found[record.id] = projection.show(record)
    now = to_iso(account.clock.now_ms())
    answer = {"status": "COMPLETE", "results": list(found.values()), "startedAt": now, "completedAt": now}
    if not missing:
        return json_response(200, answer)
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {store.object_type.name} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "context": {"ids": missing},
    }
    return json_response(207, {**answer, "numErrors": 1, "errors": [error]})


def read_inputs(body: dict[str, Any], *, most: int) -> list[str]:
    """The ids of a batch body.

    Raises:
        ApiError: 400, no list of ids, or more than `most`.
    """
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(one, dict) and "id" in one for one in inputs):
        message = 'Invalid input JSON: some required fields were not set: ["inputs[].id"]'
        raise validation_error(message)
    if len(inputs) > most:
        message = f"The maximum number of inputs supported in a batch request is {most}, got {len(inputs)}"
        raise validation_error(message, code="BATCH_TOO_LARGE", inputs=[str(len(inputs))])
    return [str(one["id"]) for one in inputs]
