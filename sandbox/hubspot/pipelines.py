"""The account's pipelines and stages; the default deal pipeline's dates are epoch 0, as HubSpot's are."""

from __future__ import annotations

from typing import Any

EPOCH = "1970-01-01T00:00:00Z"
MADE_AT = "2024-03-01T09:00:00.000Z"


def _pipeline(
    pipeline_id: str, label: str, order: int, stages: list[dict[str, Any]], at: str
) -> dict[str, Any]:
    return {
        "id": pipeline_id,
        "label": label,
        "displayOrder": order,
        "archived": False,
        "createdAt": at,
        "updatedAt": at,
        "stages": [
            {**stage, "displayOrder": number, "archived": False, "createdAt": at, "updatedAt": at}
            for number, stage in enumerate(stages)
        ],
    }


def _deal_stage(stage_id: str, label: str, probability: str) -> dict[str, Any]:
    closed = "true" if probability in ("0.0", "1.0") else "false"
    return {"id": stage_id, "label": label, "metadata": {"isClosed": closed, "probability": probability}}


def _ticket_stage(stage_id: str, label: str, state: str) -> dict[str, Any]:
    return {
        "id": stage_id,
        "label": label,
        "metadata": {"ticketState": state, "isClosed": "true" if state == "CLOSED" else "false"},
    }


_DEFAULT_DEAL_STAGES = [
    _deal_stage("appointmentscheduled", "Appointment Scheduled", "0.2"),
    _deal_stage("qualifiedtobuy", "Qualified To Buy", "0.4"),
    _deal_stage("presentationscheduled", "Presentation Scheduled", "0.6"),
    _deal_stage("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    _deal_stage("contractsent", "Contract Sent", "0.9"),
    _deal_stage("closedwon", "Closed Won", "1.0"),
    _deal_stage("closedlost", "Closed Lost", "0.0"),
]
_CUSTOM_DEAL_STAGES = [_deal_stage("8812346", "Measured", "0.3"), _deal_stage("8812347", "Installed", "1.0")]
_TICKET_STAGES = [
    _ticket_stage("1", "New", "OPEN"),
    _ticket_stage("2", "Waiting on contact", "OPEN"),
    _ticket_stage("3", "Waiting on us", "OPEN"),
    _ticket_stage("4", "Closed", "CLOSED"),
]
PIPELINES: dict[str, list[dict[str, Any]]] = {
    "deals": [
        _pipeline("default", "Sales Pipeline", 0, _DEFAULT_DEAL_STAGES, EPOCH),
        _pipeline("8812345", "Installations", 1, _CUSTOM_DEAL_STAGES, MADE_AT),
    ],
    "tickets": [_pipeline("0", "Support Pipeline", 0, _TICKET_STAGES, EPOCH)],
}
