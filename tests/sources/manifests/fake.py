"""A small web server that answers as a function says, on loopback, for manifests that tests invent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    """Decoded JSON, or the fields of a form."""

    def count(self, name: str, usual: int = 0) -> int:
        """Give a parameter as a number."""
        return int(self.params.get(name, usual))


@dataclass(frozen=True)
class Answered:
    """An answer; anything else that a function gives is the body of a good one."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Serve = Callable[[Asked], Any]


@contextmanager
def served(serve: Serve) -> Iterator[tuple[str, list[Asked]]]:
    """Serve on a free port; gives the address and the requests so far."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length) if length else b""
            is_form = "form" in (self.headers.get("Content-Type") or "")
            body = (dict(parse_qsl(raw.decode())) if is_form else json.loads(raw)) if raw else None
            params = dict(parse_qsl(parts.query, keep_blank_values=True))
            one = Asked(self.command, parts.path, params, dict(self.headers.items()), body)
            asked.append(one)
            given = serve(one)
            answer = given if isinstance(given, Answered) else Answered(body=given)
            content = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Callable[[], None]:
            # the base class looks for a method of each verb: do_GET, do_POST
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
