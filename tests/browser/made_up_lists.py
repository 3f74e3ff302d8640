"""Answers with rejects, budgets and comparisons for states that no short test can bring about."""

from __future__ import annotations

from typing import Any

from crm_sync.web.answers.budgets import Budgets
from crm_sync.web.answers.compare import Comparison
from crm_sync.web.answers.rejected import Rejected
from tests.browser.made_up_answers import NOW, ago, check


def build_rejected(*, may_edit: bool = True, error: str = "is missing") -> dict[str, Any]:
    """Two rejects of one rule."""
    rejects = [
        {
            "id": number,
            "crm_source": "hubspot",
            "sync_type": "contacts",
            "record_id": f"c-{number}",
            "field": "email",
            "rule": "required",
            "error": error,
            "value": None,
            "times_seen": 3,
            "first_seen_at": ago(days=1),
            "last_seen_at": ago(hours=1),
            "sync_history_id": 7,
        }
        for number in (1, 2)
    ]
    group = {"crm_source": "hubspot", "sync_type": "contacts", "rule": "required", "field": "email"}
    answer = {
        "problem": None,
        "rejects": rejects,
        "groups": [{**group, "count": 2, "more": False}],
        "groups_more": False,
        "next": None,
        "may_edit": may_edit,
    }
    return check(Rejected, answer)


def build_nothing_rejected() -> dict[str, Any]:
    """No reject at all."""
    return check(Rejected, build_rejected() | {"rejects": [], "groups": []})


def build_budgets() -> dict[str, Any]:
    """One family of endpoints near the end of its day's quota."""
    budget = {
        "crm_source": "pipedrive",
        "account": "example",
        "endpoint_class": "default",
        "is_paced": True,
        "limits": [{"calls": 100, "seconds": 10.0, "used_now": 37}],
        "quota": {
            "calls": 30000,
            "per": "day",
            "unit": "tokens",
            "used": 25400,
            "share": 0.847,
            "resets_at": ago(hours=-12),
            "expected_empty_at": ago(hours=-3),
        },
        "blocked_until": ago(minutes=-5),
        "total_count": 1234567,
        "users": [
            {"sync_type": "deals", "calls_today": 20400},
            {"sync_type": "persons", "calls_today": 5000},
        ],
        "hours": [{"hour": ago(hours=24 - hour), "calls": 900 + 70 * hour} for hour in range(24)],
    }
    return check(Budgets, {"now": NOW.isoformat(), "problem": None, "budgets": [budget]})


def build_no_budgets() -> dict[str, Any]:
    """No budget at all."""
    return check(Budgets, {"now": NOW.isoformat(), "problem": None, "budgets": []})


def build_comparison() -> dict[str, Any]:
    """A table that lacks a record and has an old value."""
    proof = {
        "id": 3,
        "method": "slice",
        "verdict": "different",
        "source_count": 48210,
        "table_count": 48209,
        "compared": 500,
        "differences": 2,
        "examples": [
            {"kind": "missing", "record_id": "c-17", "column": None, "source": None, "table": None},
            {"kind": "stale", "record_id": "c-18", "column": "city", "source": "Ulm", "table": "Bonn"},
        ],
        "verified_through": ago(hours=2),
        "reason": "2 of 500 records differ.",
        "started_at": ago(hours=2),
        "ended_at": ago(hours=1.9),
    }
    other = {
        **proof,
        "id": 2,
        "method": "count",
        "verdict": "equal",
        "differences": 0,
        "examples": [],
        "reason": None,
    }
    answer = {
        "problem": None,
        "table_rows": 48209,
        "table_rows_estimated": False,
        "source_rows": 48210,
        "difference": -1,
        "counted_at": ago(hours=2),
        "proofs": [proof, other],
    }
    return check(Comparison, answer)


def build_no_comparison() -> dict[str, Any]:
    """A table that was never compared."""
    return check(
        Comparison,
        build_comparison() | {"source_rows": None, "difference": None, "counted_at": None, "proofs": []},
    )
