"""What people are told, and how it gets into the arguments of any notifier."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace

import pytest
from jinja2 import Environment

from crm_sync.alerts.advice import advise
from crm_sync.alerts.causes import name_cause
from crm_sync.alerts.ledger import Alert
from crm_sync.alerts.messages import build_message, build_sample
from crm_sync.alerts.notifiers import NotifierError, build_notifier, send
from crm_sync.config.alert_words import SLOTS, AlertConfig
from crm_sync.insight.findings import Finding, Health

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
SOURCE = SimpleNamespace(crm_source="crm", title="The CRM", connection_id="crm_default")
KEY = "The last 2 runs failed: AuthenticationError: the key of crm_default is wrong"


def make_alert(sync_type="contacts", sentence=KEY, cause="failed: AuthenticationError", **changes):
    values = {"told_to": (), "told_at": None, "over_at": None, "over_told_to": (), "over_told_at": None}
    since = changes.pop("since", NOW - timedelta(hours=2))
    return Alert(1, "crm", sync_type, cause, sentence, since, **(values | changes))


def make_finding(sync_type="contacts", kind=Health.FAILED, sentence=KEY, **run):
    return Finding("crm", sync_type, kind, sentence, NOW, **run)


def write(*alerts, findings=(), is_over=False):
    return build_message(SOURCE, alerts, findings, "https://airflow.example/x/", is_over=is_over, now=NOW)


def test_message_has_what_happened_since_when_what_to_do_and_links():
    run = {"dag_id": "crm_sync_crm", "run_id": "scheduled__2026-03-10T12:00:00+00:00"}
    message = write(make_alert(), findings=[make_finding(**run)])
    assert message.slots["text"].splitlines() == [
        "The CRM: contacts failed.",
        "",
        "CRM: The CRM",
        "Entities: contacts",
        f"Cause: {KEY}",
        "Since: 2026-03-10 10:30 UTC",
        f"What to do: {advise(make_finding(), 'crm_default')}",
        "Page: https://airflow.example/x/plugin/crm-sync#/entity/crm/contacts",
        "Run: https://airflow.example/x/dags/crm_sync_crm/runs/scheduled__2026-03-10T12%3A00%3A00%2B00%3A00",
    ]
    assert message.slots.keys() == set(SLOTS)


def test_message_names_every_entity_of_a_cause_and_its_sentence_once():
    names = ["calls", "companies", "contacts", "deals", "tasks"]
    message = write(*(make_alert(name, since=NOW - timedelta(hours=n)) for n, name in enumerate(names)))
    assert message.subject == "The CRM: calls, companies, contacts and 2 more failed"
    text = message.slots["text"]
    assert "Entities: calls, companies, contacts, deals, tasks\n" in text
    assert (text.count(KEY), "Since: 2026-03-10 08:30 UTC" in text) == (1, True)
    assert "Page: https://airflow.example/x/plugin/crm-sync#/\n" in f"{text}\n"


def test_message_gives_different_sentences_with_their_entities():
    text = write(make_alert("a", "One."), make_alert("b", "Two."), make_alert("c", "One.")).slots["text"]
    assert "Cause: a, c: One.\nCause: b: Two.\n" in text


def test_message_that_it_is_over_says_what_is_still_open():
    still = make_finding(kind=Health.UNRELIABLE, sentence="7 of 10 runs went well.")
    other = make_finding("deals", Health.LATE, "It is late.")
    message = write(make_alert(), findings=[still, other], is_over=True)
    assert message.subject == "Over: The CRM: contacts no longer fails"
    text = message.slots["text"]
    assert "Until: 2026-03-10 12:30 UTC" in text
    assert "Still open:\n  crm.contacts is unreliable: 7 of 10 runs went well.\n" in text
    assert "deals" not in text


def test_subject_is_one_line_and_html_has_no_markup_of_others():
    message = write(make_alert("", "<script>\nx", "budget"))
    assert message.subject == "The CRM nears the end of its quota"
    assert "\n" not in write(make_alert("x\ny" * 200)).subject
    assert "&lt;script&gt;" in message.slots["html"]
    assert "<script>" not in message.slots["html"]


@pytest.mark.parametrize("kind", [kind for kind in Health if kind not in {"partial", "running", "fresh"}])
def test_each_kind_of_finding_has_words_and_advice(kind):
    finding = make_finding(kind=kind, sentence="Odd.")
    assert len(advise(finding, "crm_default")) > 20
    for is_over in (False, True):
        assert write(make_alert(cause=name_cause(finding)), is_over=is_over).subject


@pytest.mark.parametrize(
    ("sentence", "cause"),
    [
        (KEY, "failed: AuthenticationError"),
        ("The last run failed: SourceUnavailableError: GET /x: 503", "failed: SourceUnavailableError"),
        ("The last run failed: worker lost", "failed"),
        ("The last run failed: The task was stopped from Airflow.", "failed"),
    ],
)
def test_cause_of_a_failure_is_its_error(sentence, cause):
    assert name_cause(make_finding(sentence=sentence)) == cause
    assert name_cause(make_finding(kind=Health.LATE, sentence=sentence)) == "late"


class Notifier:
    """What Airflow's notifiers do: arguments are rendered with the context, then told."""

    template_fields = ("subject", "json")
    told: list

    def __init__(self, *, subject="", json=None, plain=""):
        self.subject, self.json, self.plain = subject, json, plain

    def __call__(self, context):
        def render(value):
            if isinstance(value, dict):
                return {key: render(item) for key, item in value.items()}
            if isinstance(value, list):
                return [render(item) for item in value]
            return Environment(autoescape=False).from_string(value).render(context)  # noqa: S701 - as Airflow's

        self.subject, self.json = render(self.subject), render(self.json or {})
        self.notify(context)

    def notify(self, context):
        self.told.append((self.subject, self.json, self.plain))


@pytest.fixture
def notifiers(monkeypatch):
    module = ModuleType("some_notifiers")
    module.Notifier = type("Notifier", (Notifier,), {"told": []})
    module.Broken = type("Broken", (Notifier,), {"notify": lambda self, context: 1 / 0})
    module.Waiting = type("Waiting", (Notifier,), {"notify": refuse})
    module.NoNotifier = dict
    monkeypatch.setitem(sys.modules, "some_notifiers", module)
    return module


def refuse(self, context):
    raise NotImplementedError


def make_way(name="Notifier", **arguments):
    return AlertConfig(notifier=f"some_notifiers.{name}", arguments=arguments)


def test_slots_are_filled_wherever_arguments_have_texts(notifiers):
    blocks = {"blocks": [{"text": "{what_to_do}"}]}
    way = make_way(subject="[{state}] {crm}: {{ team }}", json=blocks, plain="{crm_source}")
    message = write(make_alert(sentence="x"))
    send(way, message, {"team": "night shift"})
    assert notifiers.Notifier.told == [
        ("[open] The CRM: night shift", {"blocks": [{"text": message.slots["what_to_do"]}]}, "crm")
    ]


def test_text_from_outside_is_no_template(notifiers):
    evil = "{{ secret }} {% for x in 'ab' %}x{% endfor %} {crm}"
    send(make_way(subject="{sentence}"), write(make_alert(sentence=evil)), {"secret": "hunter2"})
    assert notifiers.Notifier.told[0][0] == evil


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (AlertConfig(notifier="no.such.Thing"), "Thing: there is no notifier no.such.Thing here (No module"),
        (
            AlertConfig(notifier="some_notifiers.Nothing"),
            "Nothing: there is no notifier some_notifiers.Nothing",
        ),
        (make_way("NoNotifier"), "NoNotifier: some_notifiers.NoNotifier is no notifier of Airflow."),
        (make_way(colour="red"), "Notifier: Notifier does not take its arguments: TypeError: "),
        (make_way("Broken"), "Broken could not tell: ZeroDivisionError: division by zero."),
        (make_way("Waiting"), "Waiting: some_notifiers.Waiting can't be used by a task."),
    ],
)
def test_notifier_that_fails_is_one_sentence(notifiers, way, said):
    with pytest.raises(NotifierError) as error:
        send(way, write(make_alert()), {})
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def test_sample_can_be_made_of_any_source(notifiers):
    sample = build_sample(SOURCE, "http://localhost:8080", NOW)
    assert build_notifier(make_way(subject="{subject}"), sample)
