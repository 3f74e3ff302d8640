"""The transport over adapters that answer from memory: redirects, hosts, broken and slow bodies."""

from __future__ import annotations

import io

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from crm_sync.exceptions import SourceUnavailableError, UnexpectedResponseError
from crm_sync.rest.transport import Transport, widen_pool


class MemoryAdapter(BaseAdapter):
    """Answers by path; notes what was sent where."""

    def __init__(self, **answers) -> None:
        super().__init__()
        self.answers = answers
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request, **_kwargs):
        self.sent.append(request)
        answer = self.answers[request.path_url.strip("/").partition("?")[0]]
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        raw = HTTPResponse(body=body, headers=headers, status=status, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        pass


class DrippingBody(io.BytesIO):
    """One byte a second, by the clock of the test."""

    now = 0.0

    def read1(self, size: int = -1) -> bytes:
        self.now += 1.0
        return super().read(1)

    read = read1


def make_transport(**answers):
    session, adapter = requests.Session(), MemoryAdapter(**answers)
    session.mount("http://", adapter)
    session.headers["X-From"] = "session"
    return Transport(session, "http://crm.example:8080/"), adapter


def ok(body: bytes = b"{}", **headers):
    return 200, headers, io.BytesIO(body)


def test_headers_of_session_and_request_are_sent():
    transport, adapter = make_transport(list=ok(b"hello"))
    answer = transport.exchange("GET", "/list?a=1", {"Authorization": "Bearer x"})
    assert (answer.status, answer.body) == (200, b"hello")
    assert adapter.sent[0].url == "http://crm.example:8080/list?a=1"
    assert adapter.sent[0].headers["X-From"] == "session"
    assert adapter.sent[0].headers["Authorization"] == "Bearer x"


def test_body_of_a_post_is_json_where_no_header_says_otherwise():
    transport, adapter = make_transport(search=ok())
    transport.exchange("POST", "/search", {}, b'{"a":1}')
    transport.exchange("POST", "/search", {"content-type": "text/xml"}, b"<a/>")
    sent, other = adapter.sent
    assert (sent.method, sent.body, sent.headers["Content-Length"]) == ("POST", b'{"a":1}', "7")
    assert [sent.headers["Content-Type"], other.headers["Content-Type"]] == ["application/json", "text/xml"]


def test_date_is_read():
    transport, _ = make_transport(list=(200, {"Date": "Mon, 23 Nov 2026 12:00:00 GMT"}, io.BytesIO(b"")))
    assert transport.exchange("GET", "/list", {}).date.isoformat() == "2026-11-23T12:00:00+00:00"


def test_redirect_on_the_same_host_is_followed():
    transport, adapter = make_transport(old=(301, {"Location": "/new"}, io.BytesIO(b"")), new=ok(b"here"))
    assert transport.exchange("GET", "/old", {}).body == b"here"
    assert len(adapter.sent) == 2


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/new",
        "https://crm.example:8080/new",
        "http://crm.example/new",
        "//evil.example/new",
    ],
    ids=["host", "scheme", "port", "schemeless"],
)
def test_redirect_elsewhere_is_refused_before_the_token_goes_there(target):
    transport, adapter = make_transport(old=(302, {"Location": target}, io.BytesIO(b"")), new=ok())
    with pytest.raises(UnexpectedResponseError):
        transport.exchange("GET", "/old", {"Authorization": "Bearer x"})
    assert len(adapter.sent) == 1


def test_redirects_in_a_circle_end():
    transport, _ = make_transport(old=(302, {"Location": "/old"}, io.BytesIO(b"")))
    with pytest.raises(UnexpectedResponseError, match="circle"):
        transport.exchange("GET", "/old", {})


def test_redirected_post_is_not_turned_into_a_get():
    transport, _ = make_transport(old=(303, {"Location": "/new"}, io.BytesIO(b"")), new=ok())
    with pytest.raises(UnexpectedResponseError, match="POST"):
        transport.exchange("POST", "/old", {}, b"{}")


@pytest.mark.parametrize(
    "error",
    [requests.ConnectionError("http://crm.example/?secret"), requests.Timeout("secret"), OSError("secret")],
)
def test_failed_exchange_is_unavailable_without_its_text(error):
    transport, _ = make_transport(list=error)
    with pytest.raises(SourceUnavailableError) as caught:
        transport.exchange("GET", "/list", {})
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_dripping_body_is_given_up_at_the_read_timeout():
    body = DrippingBody(b"x" * 1000)
    session = requests.Session()
    session.mount("http://", MemoryAdapter(list=(200, {}, body)))
    transport = Transport(session, "http://crm.example", read_timeout_s=30, clock=lambda: body.now)
    with pytest.raises(SourceUnavailableError, match="in time"):
        transport.exchange("GET", "/list", {})
    assert body.now < 40


def test_pool_is_widened_but_a_special_adapter_stays():
    session = requests.Session()
    widen_pool(session, "https://crm.example", 40)
    assert session.get_adapter("https://crm.example/x")._pool_maxsize == 40
    special = MemoryAdapter()
    session.mount("https://other.example", special)
    widen_pool(session, "https://other.example", 40)
    assert session.get_adapter("https://other.example/x") is special


RAW = "https://raw.example.net/file?token=MADE-UP"


def redirect_to(*places, hosts=("raw.example.net", ".cdn.example.net")):
    """A transport whose first answer leads to the first place, and so on; the last place has the bytes."""
    session, adapter = requests.Session(), MemoryAdapter(file=ok(b"the bytes", **{"Set-Cookie": "a=b"}))
    steps = [*places, None]
    for number, place in enumerate(steps[:-1]):
        adapter.answers[f"step{number}"] = (302, {"Location": place}, io.BytesIO())
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers["X-From"] = "session"
    transport = Transport(session, "https://crm.example", keeps_cookies=True)
    transport.redirect_hosts = hosts
    return transport, adapter


@pytest.mark.parametrize("place", [RAW, "https://eu.cdn.example.net/file"], ids=["named", "below"])
def test_redirect_to_an_allowed_host_is_followed_with_nothing_of_ours(place):
    transport, adapter = redirect_to(place)
    answer = transport.exchange("GET", "/step0", {"Authorization": "Bearer secret", "X-Key": "secret"})
    assert (answer.status, answer.body) == (200, b"the bytes")
    assert [request.url for request in adapter.sent] == ["https://crm.example/step0", place]
    assert adapter.sent[0].headers["Authorization"] == "Bearer secret"
    assert set(adapter.sent[1].headers) <= {"User-Agent", "Accept", "Accept-Encoding", "Connection"}
    adapter.answers["step0"] = ok()
    transport.exchange("GET", "/step0", {})
    assert "Cookie" not in adapter.sent[2].headers, "another host sets no cookie for this one"


@pytest.mark.parametrize(
    "place",
    [
        "https://other.example.net/file",
        "https://cdn.example.net/file",
        "http://raw.example.net/file",
        "https://raw.example.net:8443/file",
        "https://user:word@raw.example.net/file",
        "https://raw.example.net.evil.example/file",
    ],
    ids=["other", "domain_itself", "plain", "port", "user", "suffix"],
)
def test_redirect_to_any_other_place_is_one_sentence(place):
    transport, adapter = redirect_to(place)
    with pytest.raises(
        UnexpectedResponseError, match=r"points to another host .* it is not followed"
    ) as caught:
        transport.exchange("GET", "/step0", {})
    assert len(adapter.sent) == 1
    assert "word" not in str(caught.value)


def test_way_back_from_another_host_gets_no_key():
    transport, adapter = redirect_to("https://raw.example.net/step1", "https://crm.example/file")
    with pytest.raises(UnexpectedResponseError, match="another host"):
        transport.exchange("GET", "/step0", {"Authorization": "Bearer secret"})
    assert len(adapter.sent) == 2


def test_post_is_not_redirected_to_another_host():
    transport, _ = redirect_to(RAW)
    with pytest.raises(UnexpectedResponseError, match="another host"):
        transport.exchange("POST", "/step0", {}, b"{}")
