"""One cause, one message; silence while it lasts; one message when it is over; nothing twice or lost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from crm_sync.alerts.ledger import hold_lock
from crm_sync.alerts.notifiers import NotifierError
from crm_sync.alerts.telling import Teller
from crm_sync.config.alert_words import AlertConfig
from crm_sync.insight.findings import Finding, Health

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
KEY = "The last run failed: AuthenticationError: the key is wrong"
DOWN = "The last run failed: SourceUnavailableError: no answer"
SHAPE = "The last run failed: UnexpectedResponseError: no list"
MAIL, PAGER = (AlertConfig(notifier=f"x.{name}") for name in ("Mail", "Pager"))


@dataclass
class Post:
    """Looks at findings as the health task does; messages come into a box."""

    warehouse: object
    ways: list = field(default_factory=lambda: [MAIL])
    box: list = field(default_factory=list)
    broken: set = field(default_factory=set)
    hours: int = 0

    def send(self, way, message):
        if way.label in self.broken:
            raise NotifierError(f"{way.label} could not tell: refused.")
        self.box.append((way.label, message.subject))

    def make_teller(self):
        source = SimpleNamespace(
            crm_source="crm", title="CRM", connection_id="crm_default", alerts=tuple(self.ways)
        )
        now = NOW + timedelta(hours=self.hours)
        return Teller(self.warehouse.connect, [source], self.send, "http://localhost:8080", now)

    def look(self, *findings):
        """Look once, an hour later; give what was told and what could not be."""
        self.box.clear()
        self.hours += 1
        teller = self.make_teller()
        teller.tell([Finding("crm", *one) for one in findings])
        return [subject for _, subject in self.box], teller.failures


@pytest.fixture
def post(clean_warehouse):
    return Post(clean_warehouse)


def failed(name, sentence=KEY):
    return name, Health.FAILED, sentence


def test_one_cause_is_one_message_then_silence_then_one_that_it_is_over(post):
    names = [f"entity_{number:02}" for number in range(12)]
    wrong = [failed(name) for name in names]
    assert post.look(*wrong) == (["CRM: entity_00, entity_01, entity_02 and 9 more failed"], [])
    assert post.look(*wrong) == post.look(*wrong) == ([], [])
    # some are well again: the key's cause is over when all are
    assert post.look(*wrong[:5]) == ([], [])
    assert post.look() == (["Over: CRM: entity_00, entity_01, entity_02 and 9 more no longer fails"], [])
    assert post.look() == ([], [])
    assert post.look(*wrong[:1]) == (["CRM: entity_00 failed"], [])


def test_entity_that_joins_a_cause_of_the_whole_crm_is_not_told_again_but_named_at_the_end(post):
    assert post.look(failed("a", DOWN))[0] == ["CRM: a failed"]
    assert post.look(failed("a", DOWN), failed("b", DOWN)) == ([], [])
    assert post.look()[0] == ["Over: CRM: a and b no longer fails"]


def test_entity_with_a_cause_of_its_own_is_told_beside_another_with_the_same_error(post):
    assert post.look(failed("a", SHAPE))[0] == ["CRM: a failed"]
    assert post.look(failed("a", SHAPE), failed("b", SHAPE))[0] == ["CRM: b failed"]
    assert post.look(failed("b", SHAPE))[0] == ["Over: CRM: a no longer fails"]


def test_what_comes_of_a_failure_is_not_told_beside_it(post):
    others = [("a", Health.LATE, "Late."), ("a", Health.UNRELIABLE, "1 of 9."), ("a", Health.NEVER, "Never.")]
    assert post.look(failed("a"), *others) == (["CRM: a failed"], [])
    # 24 hours still look bad after the end of failures that were told
    assert post.look(others[1])[0] == ["Over: CRM: a no longer fails"]
    post.hours += 24
    assert post.look(others[1])[0] == ["CRM: a fails too often"]


def test_other_cause_of_the_same_entity_is_told(post):
    assert post.look(("a", Health.LATE, "Late."))[0] == ["CRM: a is late"]
    assert post.look(("a", Health.LATE, "Late."), failed("a"))[0] == ["CRM: a failed"]
    assert post.look(failed("a", DOWN))[0] == [
        "Over: CRM: a is in time again", "Over: CRM: a no longer fails", "CRM: a failed"
    ]  # fmt: skip


def test_finding_about_the_whole_crm_names_no_entity(post):
    assert post.look((None, Health.BUDGET, "95 of 100."))[0] == ["CRM nears the end of its quota"]
    assert post.look()[0] == ["Over: CRM has quota again"]


def test_notifier_that_fails_is_tried_again_and_the_others_are_not(post):
    post.ways, post.broken = [MAIL, PAGER], {"Pager"}
    told, failures = post.look(failed("a"))
    assert (told, post.box[0][0]) == (["CRM: a failed"], "Mail")
    assert failures == [
        "Pager could not tell: refused. It was to tell: CRM: a failed. It is tried again next time."
    ]
    # who joins meanwhile is no reason to tell twice by the way that works
    assert post.look(failed("a"), failed("b"))[0] == []
    post.broken.clear()
    assert post.look(failed("a"), failed("b")) == (["CRM: a and b failed"], [])
    assert post.box == [("Pager", "CRM: a and b failed")]
    assert post.look(failed("a"), failed("b")) == ([], [])
    post.broken = {"Mail"}
    assert post.look()[0] == ["Over: CRM: a and b no longer fails"]
    post.broken.clear()
    post.look()
    assert post.box == [("Mail", "Over: CRM: a and b no longer fails")]


def test_what_was_over_before_it_could_be_told_is_not_told_but_kept(post, clean_warehouse, caplog):
    post.broken = {"Mail"}
    post.look(failed("a"))
    post.broken.clear()
    assert post.look() == ([], [])
    assert "crm.a: it was over before everybody was told: failed: AuthenticationError." in caplog.text
    assert clean_warehouse.fetch_one(
        "select sync_type, told_to, over_told_at is not null from crm_sync.alerts"
    ) == ("a", [], True)


def test_way_for_some_kinds_alone_hears_of_no_others(post):
    post.ways = [AlertConfig(notifier="x.Pager", only=("failed",)), MAIL]
    post.look(("a", Health.LATE, "Late."))
    assert post.box == [("Mail", "CRM: a is late")]
    post.look(failed("a"))
    assert [label for label, subject in post.box if subject == "CRM: a failed"] == ["Pager", "Mail"]


def test_crm_without_alerts_writes_nothing_down_and_ends_what_is_open(post, clean_warehouse):
    post.look(failed("a"))
    post.ways = []
    assert post.look(failed("a"), failed("b")) == ([], [])
    assert clean_warehouse.fetch_all(
        "select sync_type from crm_sync.alerts where over_told_at is not null"
    ) == [("a",)]
    assert clean_warehouse.fetch_one("select count(*) from crm_sync.alerts") == (1,)


def test_two_looks_at_once_tell_once(post):
    entered, go_on = threading.Event(), threading.Event()

    def wait(way, message):
        entered.set()
        assert go_on.wait(30)
        Post.send(post, way, message)

    first = post.make_teller()
    first.send = wait
    findings = [Finding("crm", *failed("a"))]
    thread = threading.Thread(target=first.tell, args=(findings,))
    thread.start()
    assert entered.wait(30)
    second = post.make_teller()
    second.tell(findings)
    go_on.set()
    thread.join(30)
    assert (first.sent, second.sent) == (1, 0)
    assert len(post.box) == 1


def test_process_that_is_killed_after_sending_tells_that_one_message_again(post):
    class Killed(BaseException):
        pass

    def die(way, message):
        Post.send(post, way, message)
        raise Killed

    teller = post.make_teller()
    teller.send = die
    with pytest.raises(Killed):
        teller.tell([Finding("crm", *failed("a"))])
    # at least once: what was noted is noted, and the lock is free
    assert post.look(failed("a"))[0] == ["CRM: a failed"]
    assert post.look(failed("a"))[0] == []
    with hold_lock(post.warehouse.connect) as is_mine:
        assert is_mine


def test_lock_is_free_when_it_is_given_back_and_not_when_its_connection_has_gone(clean_warehouse):
    connection = clean_warehouse.connect()
    # the server notices a connection's end a moment after its client
    lingering = Mock(wraps=connection, close=lambda: None)
    with hold_lock(lambda: lingering) as is_mine:
        assert is_mine
    with hold_lock(clean_warehouse.connect) as is_mine:
        assert is_mine
    connection.close()
