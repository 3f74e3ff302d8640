"""A table beside its source: counts and proofs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from crm_sync.insight.proofs import Proof, list_proofs
from crm_sync.insight.tables import estimate_rows
from crm_sync.web.answers import compare as answers
from crm_sync.web.guard import ViewerDep
from crm_sync.web.reach import NoAnswerError, ReachDep

router = APIRouter()
HIDDEN = "***"
_SHOWN = frozenset({"kind", "record_id", "column"})
"""What of an example everybody may see; sensitive keys were hidden when it was stored."""


@router.get("/compare/{crm_source}/{sync_type}")
def read_comparison(
    viewer: ViewerDep, reach: ReachDep, crm_source: str, sync_type: str
) -> answers.Comparison:
    """Give the latest counts of source and table, and the proofs that they are equal."""
    source, entity = reach.find(viewer, crm_source, sync_type)
    problem, rows, proofs = None, None, list[Proof]()
    try:
        with reach.ask(source) as connect:
            rows = estimate_rows(connect, [entity]).get(entity.table)
            proofs = list_proofs(connect, crm_source, sync_type)
    except NoAnswerError as error:
        problem = str(error)
    counted = _find_counted(proofs)
    may_edit = viewer.may_edit(crm_source)
    return answers.Comparison(
        problem=problem,
        table_rows=rows if counted is None else counted.table_count,
        table_rows_estimated=counted is None,
        source_rows=None if counted is None else counted.source_count,
        difference=_find_difference(counted),
        counted_at=None if counted is None else counted.ended_at,
        proofs=[
            answers.Proof(
                **{
                    **asdict(one),
                    "examples": [_hide(example, may_edit=may_edit) for example in one.examples or ()],
                }
            )
            for one in proofs
        ],
    )


def _find_counted(proofs: Iterable[Proof]) -> Proof | None:
    """Give the latest one that counted both sides as a whole; the counts of a slice are of the slice."""
    whole = (one for one in proofs if one.method != "slice")
    return next((one for one in whole if None not in (one.source_count, one.table_count, one.ended_at)), None)


def _find_difference(counted: Proof | None) -> int | None:
    if counted is None or counted.table_count is None or counted.source_count is None:
        return None
    return None if counted.verdict == "equal" else counted.table_count - counted.source_count


def _hide(example: Mapping[str, Any], *, may_edit: bool) -> dict[str, Any]:
    shown = example.keys() if may_edit else _SHOWN
    return {name: value if name in shown or value is None else HIDDEN for name, value in example.items()}
