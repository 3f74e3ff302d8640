"""A warehouse that can't be reached is told once at each place, and what could not tell is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crm_sync.alerts.notifiers import NotifierError
from crm_sync.alerts.outage import tell_outage
from crm_sync.config.alert_words import AlertConfig
from crm_sync.config.loader import load_source

CONFIGS = Path(__file__).parents[3] / "dags" / "configs"
NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


def make(name: str, *ways: AlertConfig):
    return load_source(CONFIGS, name).model_copy(update={"alerts": ways})


def way(to: str, **words):
    return AlertConfig(notifier="somewhere.Mail", arguments={"to": to}, **words)


def tell(*sources, refuse: str = ""):
    told = []

    def send(one, message):
        if one.arguments["to"] == refuse:
            raise NotifierError("Mail could not tell: no route.")
        told.append((one.arguments["to"], message))

    failures = tell_outage(sources, "No <answer>.", send=send, base_url="http://airflow/", now=NOW)
    return told, failures


def test_outage_is_told_once_at_each_place_for_all_crms_that_share_it():
    told, failures = tell(
        make("hubspot", way("ops"), way("{crm_source}")),
        make("pipedrive", way("ops"), way("{crm_source}")),
        make("csv"),
    )
    assert ([place for place, _ in told], failures) == (["ops", "{crm_source}", "{crm_source}"], [])
    both, hubspot, pipedrive = (message.slots for _, message in told)
    assert both["text"].splitlines()[2:5] == [
        "CRMs: HubSpot, Pipedrive",
        "Cause: No <answer>.",
        "Found: 2026-03-10 12:30 UTC",
    ]
    assert "No &lt;answer&gt;." in both["html"]
    assert (both["cause"], both["link"]) == ("unreachable", "http://airflow/plugin/crm-sync#/")
    assert "connection crm_warehouse runs" in both["what_to_do"]
    assert (hubspot["crm_source"], pipedrive["crm_source"]) == ("hubspot", "pipedrive")


def test_way_that_is_kept_to_other_kinds_is_left_alone_and_one_that_fails_is_said():
    late, failed = way("late", only=["late"]), way("failed", only=["failed"])
    told, failures = tell(make("hubspot", late, failed, way("nowhere")), refuse="nowhere")
    assert [place for place, _ in told] == ["failed"]
    assert failures == ["Mail could not tell: no route. It was to tell that the warehouse can't be reached."]
