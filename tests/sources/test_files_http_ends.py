"""Where an HTTP answer ends, and what it says of the file's version: each answer is written byte by byte."""

from __future__ import annotations

import gzip
import io
import socket
import threading
import zlib
from collections.abc import Iterator
from email.utils import formatdate

import pytest
import requests

from crm_sync.exceptions import FatalSourceError, SourceUnavailableError, UnexpectedResponseError
from crm_sync.sources.files.http_store import HttpStore
from crm_sync.sources.files.source import FileSource
from crm_sync.sources.files.store import FileFacts
from tests.unit.sources.files_support import make_entity, make_request

CONTENT = b"id,name\n1,a\n2,b\n"
OLD = formatdate(1_700_000_000, usegmt=True)
LATER = formatdate(1_700_000_030, usegmt=True)
NOW = formatdate(1_800_000_000, usegmt=True)


class RawServer:
    """Sends its answers as they are, each on a connection of its own, and notes what it was asked."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    request += connection.recv(1)
                self.asked.append(request)
                connection.sendall(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


@pytest.fixture
def store(server) -> Iterator[HttpStore]:
    with requests.Session() as session:
        session.trust_env = False
        yield HttpStore(session, server.url, attempts=2, sleep=lambda _: None)


def answer(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Date: {NOW}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def copy(store: HttpStore, known: FileFacts | None = None) -> tuple[FileFacts | None, bytes]:
    target = io.BytesIO()
    return store.copy(FileFacts("a.csv"), target, known=known, max_bytes=1000), target.getvalue()


def length(body: bytes) -> str:
    return str(len(body))


PACKED = gzip.compress(CONTENT)
RAW_DEFLATE = zlib.compress(CONTENT)[2:-4]
CHUNKED = b"7\r\nid,name\r\n9\r\n\n1,a\n2,b\n\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "headers", "is_told"),
    [
        (CONTENT, {"Content_Length": length(CONTENT)}, True),
        (CONTENT, {"Content_Length": "16, 16"}, True),
        (CHUNKED, {"Transfer_Encoding": "chunked"}, True),
        (CONTENT, {}, False),
        (CONTENT, {"Content_Range": "bytes 0-15/16", "Content_Length": "16"}, True),
        (PACKED, {"Content_Encoding": "gzip"}, True),
        (gzip.compress(CONTENT[:5]) + gzip.compress(CONTENT[5:]), {"Content_Encoding": "x-gzip"}, True),
        (zlib.compress(CONTENT), {"Content_Encoding": "deflate"}, True),
        (RAW_DEFLATE, {"Content_Encoding": "deflate"}, True),
    ],
    ids=[
        *("length", "length_twice", "chunked", "closed", "whole_range", "gzip", "gzip_members", "deflate"),
        "raw_deflate",
    ],
)
def test_whole_body_is_taken(server, store, body, headers, is_told):
    server.answers = [answer(body, **headers)]
    facts, content = copy(store)
    assert (content, facts.size, facts.is_length_told) == (CONTENT, len(CONTENT), is_told)
    assert b"Accept-Encoding: gzip, deflate\r\n" in server.asked[0]


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        (CONTENT[:-3], {"Content_Length": length(CONTENT)}, SourceUnavailableError),
        (CHUNKED[:-7], {"Transfer_Encoding": "chunked"}, SourceUnavailableError),
        (
            PACKED[:-3],
            {"Content_Encoding": "gzip", "Content_Length": length(PACKED[:-3])},
            SourceUnavailableError,
        ),
        (PACKED[:-3], {"Content_Encoding": "gzip"}, SourceUnavailableError),
        (PACKED + PACKED[:-3], {"Content_Encoding": "gzip"}, SourceUnavailableError),
        (PACKED[:-8] + bytes(8), {"Content_Encoding": "gzip"}, SourceUnavailableError),
        (zlib.compress(CONTENT)[:-5], {"Content_Encoding": "deflate"}, SourceUnavailableError),
        (CONTENT, {"Content_Range": "bytes 0-15/99"}, UnexpectedResponseError),
        (CONTENT, {"Content_Range": "bytes 16-31/32"}, UnexpectedResponseError),
        (CONTENT, {"Content_Encoding": "br"}, UnexpectedResponseError),
    ],
    ids=[
        *(
            "short_length",
            "short_chunks",
            "gzip_with_length",
            "gzip",
            "second_member",
            "check_sum",
            "deflate",
        ),
        *("part", "later_part", "unasked_encoding"),
    ],
)
def test_body_that_ends_before_its_own_end_is_no_file(server, store, body, headers, error):
    server.answers = [answer(body, **headers)]
    with pytest.raises(error):
        copy(store)


def test_body_that_unpacks_to_more_than_max_bytes_is_stopped_early(server, store):
    server.answers = [answer(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")]
    with pytest.raises(FatalSourceError, match="larger than max_bytes"):
        copy(store)


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"ETag": '"1"', "Last_Modified": OLD}, ('"1"', OLD)),
        ({"ETag": '"1"'}, ('"1"', None)),
        ({"ETag": '"1"', "Last_Modified": NOW}, (None, None)),
    ],
    ids=["settled", "no_time", "just_written"],
)
def test_version_of_a_file_that_was_just_written_is_not_kept(server, store, headers, kept):
    server.answers = [answer(CONTENT, Content_Length=length(CONTENT), **headers)]
    facts, _ = copy(store)
    assert (facts.etag, facts.last_modified) == kept


@pytest.mark.parametrize(
    ("known", "headers", "is_same"),
    [
        ({"etag": '"1"'}, {}, True),
        ({"etag": '"1"'}, {"ETag": 'W/"1"'}, True),
        ({"etag": '"1"'}, {"ETag": '"2"'}, False),
        ({"last_modified": LATER}, {"Last_Modified": LATER}, True),
        ({"last_modified": LATER}, {"Last_Modified": OLD}, False),
        ({"last_modified": LATER}, {}, False),
    ],
    ids=["etag", "weak", "other_etag", "time", "older_file", "no_word"],
)
def test_not_modified_is_believed_of_the_known_version_alone(server, store, known, headers, is_same):
    whole = answer(CONTENT, Content_Length=length(CONTENT))
    server.answers = [answer(b"", "304 Not Modified", **headers), whole]
    facts, content = copy(store, FileFacts("a.csv", **known))
    assert (facts is None, content) == (is_same, b"" if is_same else CONTENT)


def read(store: HttpStore, entity=None, **request) -> tuple[FileSource, list[str]]:
    entity = entity or make_entity()
    source = FileSource(entity, store)
    pages = list(source.read_pages(make_request(entity, **request), {}))
    return source, [name for page in pages for name in page.frame["name"]]


def test_body_of_untold_length_that_is_shorter_than_before_may_be_cut(server, store):
    server.answers = [answer(CONTENT)]
    memory = read(store)[0].describe()
    server.answers = [answer(CONTENT[:-4])]
    source, _ = read(store, previous=memory)
    assert not source.is_whole
    assert (
        "is shorter than before and may be cut, since the server did not say how long it is"
        in source.incomplete_reason
    )
    server.answers = [answer(CONTENT + b"3,c\n")]
    assert read(store, previous=memory)[0].is_whole


@pytest.mark.parametrize(
    ("charset", "content", "names", "note"),
    [
        ("ISO-8859-1", "Cañon".encode(), ["CaÃ±on"], "good UTF-8 beyond ASCII; if its texts look wrong"),
        ("ISO-8859-1", "Cañon".encode("latin-1"), ["Cañon"], None),
        ("ISO-8859-1", b"Canon", ["Canon"], None),
        ("ISO-8859-1", b"5 \x80 \x96 n\xf1", ["5 \x80 \x96 nñ"], "set encoding to cp1252"),
        ("windows-1252", b"5 \x80 n\xf1", ["5 € nñ"], None),
        ("utf-8", "Cañon".encode(), ["Cañon"], None),
    ],
    ids=["utf8", "latin1", "ascii", "cp1252_as_latin1", "cp1252", "declared_utf8"],
)
def test_declared_charset_counts_and_a_doubt_about_it_is_said(server, store, charset, content, names, note):
    body = b"id,name\n1," + content + b"\n"
    server.answers = [answer(body, Content_Type=f"text/csv; charset={charset}", Content_Length=length(body))]
    source, found = read(store)
    assert found == names
    assert [note in one for one in source.notes] == ([True] if note else [])
