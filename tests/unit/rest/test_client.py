"""The client against a transport that answers from a list: what is repeated, how often, after how long."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from requests.structures import CaseInsensitiveDict

from crm_sync.config.loader import load_source
from crm_sync.exceptions import (
    AuthenticationError,
    LongWaitError,
    QuotaExhaustedError,
    SourceUnavailableError,
    SyncCancelledError,
    UnexpectedResponseError,
)
from crm_sync.rest.auth import Auth, BearerAuth
from crm_sync.rest.client import RestClient
from crm_sync.rest.errors import WordedClassifier
from crm_sync.rest.messages import Answer, Request, expect_list_at
from crm_sync.rest.pacing import Pacer
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter

WORDS = load_source(Path(__file__).parents[3] / "dags" / "configs", "hubspot").rest.errors
GOOD = (200, b'{"results": []}', {})
REQUEST = Request("GET", "/list", {"token": "in-the-query"}, check=expect_list_at("results"))


class ScriptedTransport:
    """Gives answers, or raises errors, from a list; the last one for ever."""

    base_url = "http://crm.example"

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.sent: list[tuple[str, str]] = []

    def exchange(self, method, url_path, headers, body=None) -> Answer:
        self.sent.append((url_path, headers.get("Authorization", "")))
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        status, content, extra = step
        return Answer(status, content, CaseInsensitiveDict(extra), datetime.now(UTC))


class RotatingAuth(Auth):
    """Token 1, 2, 3 …; a renewal moves on."""

    def __init__(self) -> None:
        self.number = 1

    def build_headers(self):
        return {"Authorization": f"Bearer {self.number}"}

    def renew(self, stale, *, ahead_s=0.0) -> bool:
        self.number += 1
        return True


def make_client(*script, auth=None, stop=lambda: False, **settings):
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    waiter = Waiter(clock=lambda: now[0], sleep=sleep, stop=stop)
    transport = ScriptedTransport(*script)
    client = RestClient(
        transport,
        auth or BearerAuth("secret-token"),
        pacer=Pacer(waiter=waiter, **settings),
        classify=WordedClassifier(WORDS),
        policy=RetryPolicy(max_retries=3, random=lambda: 0.5),
        connection_id="hubspot_default",
        crm_source="hubspot",
    )
    return client, transport, now


def test_answer_holds_the_decoded_body():
    client, transport, _ = make_client((200, b'{"results": [1]}', {}))
    assert client.send(REQUEST).data == {"results": [1]}
    assert transport.sent == [("/list?token=in-the-query", "Bearer secret-token")]


@pytest.mark.parametrize(
    ("failure", "waited"),
    [
        ((503, b"<html>", {}), 1.0),
        ((503, b"", {"Retry-After": "7"}), 7.0),
        ((423, b"{}", {}), 2.0),
        ((429, b'{"policyName": "TEN_SECONDLY_ROLLING"}', {}), 10.0),
        ((429, b'{"message": "You have reached your secondly limit."}', {}), 1.0),
        ((429, b"", {"Retry-After": "3"}), 3.0),
        ((200, b"<html>", {}), 1.0),
        ((200, b'{"status": "error"}', {}), 1.0),
        ((200, b'{"results": [', {}), 1.0),
        (SourceUnavailableError("no complete answer"), 1.0),
    ],
    ids=[
        "503",
        "503-after",
        "423",
        "429-burst",
        "429-search",
        "429-after",
        "html",
        "error-in-200",
        "cut",
        "reset",
    ],
)
def test_passing_failure_is_repeated_after_its_pause(failure, waited):
    client, transport, now = make_client(failure, GOOD)
    assert client.send(REQUEST).status == 200
    assert now[0] == pytest.approx(waited)
    assert (len(transport.sent), client.stats.retries, client.stats.api_calls) == (2, 1, 2)


@pytest.mark.parametrize(
    ("failure", "error", "calls"),
    [
        ((503, b"", {}), SourceUnavailableError, 4),
        (SourceUnavailableError("no complete answer"), SourceUnavailableError, 4),
        ((200, b"<html>", {}), SourceUnavailableError, 4),
        ((200, b'{"status": "error"}', {}), SourceUnavailableError, 4),
        ((400, b'{"category": "VALIDATION_ERROR"}', {}), UnexpectedResponseError, 1),
        ((404, b"{}", {}), UnexpectedResponseError, 1),
        ((302, b"", {}), UnexpectedResponseError, 1),
        ((401, b'{"category": "INVALID_AUTHENTICATION"}', {}), AuthenticationError, 1),
        ((403, b'{"category": "MISSING_SCOPES"}', {}), AuthenticationError, 1),
        ((530, b"<html>", {}), AuthenticationError, 1),
        ((429, b'{"policyName": "DAILY"}', {}), QuotaExhaustedError, 1),
        ((477, b"{}", {"Retry-After": "7200"}), QuotaExhaustedError, 1),
    ],
)
def test_lasting_failure_ends_with_its_error(failure, error, calls):
    client, transport, _ = make_client(failure)
    with pytest.raises(error) as caught:
        client.send(REQUEST)
    assert (len(transport.sent), client.stats.retries) == (calls, calls - 1)
    text = str(caught.value)
    assert "/list" in text
    assert not [word for word in ("in-the-query", "secret-token") if word in text]
    assert caught.value.crm_source == "hubspot"


def test_rate_limit_is_waited_for_beyond_the_retries():
    limited = (429, b"", {"Retry-After": "1"})
    client, _, now = make_client(*[limited] * 12, GOOD)
    assert client.send(REQUEST).status == 200
    assert now[0] > 12
    assert client.stats.rate_limited == 12


def test_rate_limit_for_ever_ends_at_the_total_wait():
    client, _, now = make_client((429, b"", {"Retry-After": "0"}), max_wait_s=600)
    with pytest.raises(QuotaExhaustedError, match="max_wait"):
        client.send(REQUEST)
    assert now[0] <= 600


def test_long_retry_after_gives_the_worker_back():
    client, transport, _ = make_client((503, b"", {"Retry-After": "300"}), GOOD, longest_wait_s=60)
    with pytest.raises(LongWaitError):
        client.send(REQUEST)
    assert len(transport.sent) == 1


def test_expired_token_is_renewed_and_the_request_sent_again():
    expired = (401, b'{"category": "EXPIRED_AUTHENTICATION"}', {})
    client, transport, _ = make_client(expired, GOOD, auth=RotatingAuth())
    client.send(REQUEST)
    assert [auth for _, auth in transport.sent] == ["Bearer 1", "Bearer 2"]


def test_token_that_stays_expired_is_renewed_once_only():
    expired = (401, b'{"category": "EXPIRED_AUTHENTICATION"}', {})
    client, transport, _ = make_client(expired, auth=RotatingAuth())
    with pytest.raises(AuthenticationError, match="hubspot_default"):
        client.send(REQUEST)
    assert len(transport.sent) == 2


def test_stop_ends_the_pause_before_a_repeat():
    stopped = []
    client, transport, _ = make_client(
        (503, b"", {"Retry-After": "50"}),
        GOOD,
        stop=lambda: bool(stopped) or bool(transport.sent and stopped.append(1)),
    )
    with pytest.raises(SyncCancelledError):
        client.send(REQUEST)
    assert len(transport.sent) == 1


def test_cancelled_request_is_not_sent():
    client, transport, _ = make_client(GOOD)
    with pytest.raises(SyncCancelledError):
        client.send(REQUEST, cancelled=lambda: True)
    assert transport.sent == []
