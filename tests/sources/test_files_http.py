from __future__ import annotations

import gzip
import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from crm_sync.exceptions import (
    AuthenticationError,
    FatalSourceError,
    RateLimitedError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.sources.files.http_store import HttpStore
from crm_sync.sources.files.source import FileSource
from tests.unit.sources.files_support import make_entity, make_request

CONTENT = b"id,name\n1,a\n2,b\n"


@dataclass
class FileServer:
    """A web server with one file, and answers queued by path; it notes what it was asked."""

    content: bytes = CONTENT
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    """Given before the file, each once."""
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    has_etag: bool = True
    cuts_after: int | None = None
    """Bytes of each body after which the connection is closed."""
    later_content: bytes | None = None
    """What the file holds, whole, from the second request on."""
    url: str = ""

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Give status, headers and body."""
        self.asked.append((path, headers))
        if self.later_content is not None and len(self.asked) > 1:
            self.content, self.cuts_after = self.later_content, None
        if self.answers:
            return self.answers.pop(0)
        if path in self.redirects:
            return 302, {"Location": self.redirects[path]}, b"moved"
        modified = self.headers.get("Last-Modified", formatdate(1_700_000_000, usegmt=True))
        facts = {**self.headers, "Last-Modified": modified}
        if self.has_etag:
            facts["ETag"] = f'W/"{hashlib.md5(self.content).hexdigest()}"'  # noqa: S324  # a name, no secret
        is_same = headers.get("if-none-match") == facts.get("ETag", "none")
        is_same = is_same or ("if-none-match" not in headers and headers.get("if-modified-since") == modified)
        return (304, facts, b"") if is_same else (200, facts, self.content)


@pytest.fixture
def server() -> Iterator[FileServer]:
    yield from serve()


@pytest.fixture
def other_server() -> Iterator[FileServer]:
    yield from serve()


def serve() -> Iterator[FileServer]:
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer_headers, body = state.answer(self.path, headers)
            self.send_response(status)
            for name, value in answer_headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 304:
                self.wfile.write(body[: state.cuts_after])
            self.close_connection = state.cuts_after is not None

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: a client that hangs up early is what some tests are about."""

    http = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{http.server_address[1]}"
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.auth = ("user", "password-of-the-connection")
        session.headers["X-Api-Key"] = "key-of-the-connection"
        yield session


def make_store(server: FileServer, session: requests.Session, **options) -> HttpStore:
    options = {"sleep": lambda _: None, "connection_id": "csv_default", **options}
    return HttpStore(session, f"{server.url}/data", **options)


def copy(store: HttpStore, name: str = "a.csv", *, known=None, max_bytes: int = 1000):
    target = io.BytesIO()
    return store.copy(store.list(name)[0], target, known=known, max_bytes=max_bytes), target.getvalue()


def test_http_store_copies_a_file_with_its_facts(server, session):
    server.headers = {"Content-Type": "text/csv; charset=ISO-8859-1"}
    facts, content = copy(make_store(server, session))
    assert content == CONTENT
    assert (facts.size, facts.charset, facts.modified_at.year) == (len(CONTENT), "iso-8859-1", 2023)
    path, headers = server.asked[0]
    assert path == "/data/a.csv"
    assert headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("has_etag", [True, False], ids=["etag", "last_modified"])
def test_http_store_is_told_that_a_file_is_unchanged(server, session, has_etag):
    server.has_etag = has_etag
    store = make_store(server, session)
    known, _ = copy(store)
    assert copy(store, known=known) == (None, b"")
    server.content, server.headers = (
        CONTENT + b"3,c\n",
        {"Last-Modified": formatdate(1_800_000_000, usegmt=True)},
    )
    facts, content = copy(store, known=known)
    assert (facts.size, content) == (len(server.content), server.content)


def test_http_store_gives_an_unconditional_304_as_an_error(server, session):
    server.answers = [(304, {}, b"")]
    with pytest.raises(UnexpectedResponseError, match="answered 304"):
        copy(make_store(server, session))


@pytest.mark.parametrize(
    ("status", "headers", "error", "calls"),
    [
        (401, {}, AuthenticationError, 1),
        (403, {}, AuthenticationError, 1),
        (404, {}, FatalSourceError, 1),
        (410, {}, FatalSourceError, 1),
        (206, {}, UnexpectedResponseError, 1),
        (418, {}, UnexpectedResponseError, 1),
        (302, {}, UnexpectedResponseError, 1),
        (500, {}, SourceUnavailableError, 3),
        (503, {}, SourceUnavailableError, 3),
        (503, {"Retry-After": "2"}, RateLimitedError, 3),
        (429, {"Retry-After": "2"}, RateLimitedError, 3),
        (429, {"Retry-After": "3600"}, RateLimitedError, 1),
    ],
)
def test_http_store_gives_a_refusal_as_an_error(server, session, status, headers, error, calls):
    server.answers = [(status, headers, b"refused")] * 5
    with pytest.raises(error, match=str(status)):
        copy(make_store(server, session, attempts=3))
    assert len(server.asked) == calls


def test_http_store_names_the_connection_that_may_not_read(server, session):
    server.answers = [(403, {}, b"")]
    with pytest.raises(AuthenticationError, match="connection csv_default"):
        copy(make_store(server, session))


def test_http_store_waits_as_asked_and_tries_again(server, session):
    pauses: list[float] = []
    server.answers = [(429, {"Retry-After": "7"}, b""), (500, {}, b"half an answer")]
    _, content = copy(make_store(server, session, sleep=pauses.append))
    assert content == CONTENT
    assert pauses == [7.0, 2.0]


def test_http_store_does_not_take_a_cut_answer_for_a_file(server, session):
    server.cuts_after = 9
    with pytest.raises(SourceUnavailableError, match="while the file was fetched") as caught:
        copy(make_store(server, session, attempts=2))
    assert len(server.asked) == 2
    assert "127.0.0.1" not in str(caught.value)


def test_http_store_keeps_nothing_of_a_cut_answer(server, session):
    server.content, server.cuts_after, server.later_content = CONTENT * 200_000, 2_500_000, CONTENT
    assert copy(make_store(server, session), max_bytes=10_000_000)[1] == CONTENT


def test_http_store_gives_a_dead_server_as_unavailable(session):
    store = HttpStore(session, "http://127.0.0.1:9", attempts=1)
    with pytest.raises(SourceUnavailableError, match="ConnectionError while the file was fetched"):
        copy(store)


@pytest.mark.parametrize("with_length", [True, False])
def test_http_store_stops_at_max_bytes(server, session, with_length):
    server.content = b"x" * 2000 if with_length else gzip.compress(b"x" * 2000)
    server.headers = {} if with_length else {"Content-Encoding": "gzip"}
    with pytest.raises(FatalSourceError, match="larger than max_bytes"):
        copy(make_store(server, session))


def test_http_store_follows_a_redirect_on_its_host_with_credentials(server, session):
    server.redirects = {"/data/a.csv": "/moved/a.csv"}
    assert copy(make_store(server, session))[1] == CONTENT
    assert [(path, "authorization" in headers) for path, headers in server.asked] == [
        ("/data/a.csv", True),
        ("/moved/a.csv", True),
    ]


def test_http_store_gives_another_host_no_credentials(server, other_server, session):
    other_url = other_server.url.replace("127.0.0.1", "localhost")
    server.redirects = {"/data/a.csv": f"{other_url}/signed?key=1"}
    # and they stay away when that host sends back
    other_server.redirects = {"/signed?key=1": f"{server.url}/back"}
    server.redirects["/back"] = "/final"
    assert copy(make_store(server, session))[1] == CONTENT
    assert "authorization" in server.asked[0][1]
    for _, headers in (other_server.asked[0], *server.asked[1:]):
        assert not {"authorization", "x-api-key", "cookie"} & set(headers)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/data/a.csv", "more than 5 redirects"),
        ("file:///etc/passwd", "redirect from http to file"),
        ("ftp://127.0.0.1/a.csv", "redirect from http to ftp"),
    ],
)
def test_http_store_does_not_follow_every_redirect(server, session, target, message):
    server.redirects = {"/data/a.csv": target}
    with pytest.raises(UnexpectedResponseError, match=message):
        copy(make_store(server, session))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com/a.csv", "http://example.com/a.csv"),
        ("https://example.com/a.csv", "https://169.254.169.254/latest"),
        ("https://example.com/a.csv", "https://[::1]/a"),
        ("https://example.com/a.csv", "https://localhost/a"),
        ("https://example.com/a.csv", "https:///a"),
    ],
    ids=["downgrade", "metadata", "loopback", "localhost", "no_host"],
)
def test_http_store_does_not_follow_a_redirect_inwards(url, target):
    from crm_sync.sources.files.http_store import _check_redirect
    from crm_sync.sources.files.store import FileFacts

    with pytest.raises(UnexpectedResponseError, match="not followed"):
        _check_redirect(FileFacts("a.csv"), url, target)


@pytest.mark.parametrize("path", ["*.csv", "../a.csv", "http://elsewhere/a.csv", "//elsewhere/a.csv"])
def test_http_store_refuses_globs_and_other_hosts(server, session, path):
    with pytest.raises(FatalSourceError):
        make_store(server, session).list(path)


def test_file_source_over_http_reads_once_and_then_only_changes(server, session):
    entity = make_entity()

    def read(previous):
        source = FileSource(entity, make_store(server, session))
        pages = list(source.read_pages(make_request(entity, previous=previous), {}))
        return source, [row for page in pages for row in page.frame.select("id", "name").rows()]

    source, rows = read({})
    assert rows == [("1", "a"), ("2", "b")]
    assert source.read_clock() is None
    memory = source.describe()
    second, rows = read(memory)
    assert rows == []
    assert second.describe() == memory | {"strategy": "unchanged"}
    assert second.metrics() == {"bytes_fetched": 0.0}
    server.content = gzip.compress(b"id,name\n1,z\n")
    assert read(memory)[1] == [("1", "z")]


def test_file_source_over_http_uses_the_answers_charset_only_where_yaml_names_none(server, session):
    server.content = "id,name\n1,Ca\u00f1on\n".encode("latin-1")
    server.headers = {"Content-Type": "text/csv; charset=iso-8859-1"}
    source = FileSource(entity := make_entity(), make_store(server, session))
    pages = list(source.read_pages(make_request(entity), {}))
    assert pages[0].frame["name"].to_list() == ["Ca\u00f1on"]
    strict = make_entity(encoding="utf-8")
    with pytest.raises(FatalSourceError, match="not in its declared encoding utf-8"):
        list(FileSource(strict, make_store(server, session)).read_pages(make_request(strict), {}))


def test_file_source_over_http_fails_on_a_login_page(server, session):
    server.content, entity = b"<!doctype html><title>Sign in</title>", make_entity()
    with pytest.raises(UnexpectedResponseError, match="is a web page"):
        list(FileSource(entity, make_store(server, session)).read_pages(make_request(entity), {}))
