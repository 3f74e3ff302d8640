"""The ASGI application around a vendor's fake: body, hooks, faults, log, latency, delivery.

What an answer says is the vendor's; this module knows no vendor.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol

from sandbox.frame.clock import SandboxClock
from sandbox.frame.faults import FaultPlan
from sandbox.frame.hooks import PageHooks
from sandbox.frame.messages import Request, Response, html_response
from sandbox.frame.request_log import RequestLog

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
CONTROL_PREFIX = "/_sandbox"
DRIP_PIECES = 20
_BODYLESS = frozenset({"GET", "HEAD"})


class Vendor(Protocol):
    """What a vendor's fake gives to the app."""

    clock: SandboxClock
    faults: FaultPlan
    hooks: PageHooks
    requests: RequestLog
    lock: threading.RLock
    """Held while an answer is made, so that a change never shows half."""
    latency_s: float
    max_request_line: int

    def bucket_of(self, request: Request) -> str:
        """The rate window that the request counts in."""

    def answer(self, request: Request) -> Response:
        """The vendor's answer, rate limits and authentication included."""

    def control(self, request: Request) -> Response:
        """The answer to a request under `/_sandbox`."""


class SandboxApp:
    """ASGI callable; a bug of the fake is answered with status 599 and its traceback.

    Args:
        vendor: The vendor's fake.
    """

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = b"" if scope["method"] in _BODYLESS else await _read_body(receive)
        request = Request(scope, body, time.monotonic())
        vendor = self.vendor
        if request.path.startswith(CONTROL_PREFIX):
            with vendor.lock:
                response = vendor.control(request)
        else:
            with vendor.lock:
                # a fake whose API says elsewhere than in the path what is asked for
                understand = getattr(vendor, "understand", None)
                request = request if understand is None else understand(request)
                response = self._answer_safely(request)
                vendor.requests.add(request, response, vendor.bucket_of(request))
            wait_s = vendor.latency_s + response.delay_s
            if wait_s:
                await asyncio.sleep(wait_s)
        await _deliver(response, vendor.clock.http_date(), send)

    def _answer_safely(self, request: Request) -> Response:
        try:
            return self._answer(request)
        except Exception:  # noqa: BLE001  # the edge: a bug of the fake must not pass for the vendor's answer
            report = traceback.format_exc()
            sys.stderr.write(report)
            return Response(599, report.encode(), b"text/plain; charset=utf-8")

    def _answer(self, request: Request) -> Response:
        vendor = self.vendor
        if vendor.hooks.waiting:
            vendor.hooks.run_due(request)
        if request.request_line_length > vendor.max_request_line:
            return html_response(414, "414 Request-URI Too Large")
        fault = vendor.faults.take(request)
        if fault is None:
            return vendor.answer(request)
        kind = vendor.faults.kinds[fault.kind]
        if kind.instead is not None:
            return kind.instead(request, fault.options)
        response = vendor.answer(request)
        return response if kind.spoil is None else kind.spoil(request, response, fault.options)


async def _read_body(receive: Receive) -> bytes:
    pieces = []
    more = True
    while more:
        message: Mapping[str, Any] = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)


async def _deliver(response: Response, date: bytes, send: Send) -> None:
    if response.reset:
        _reset_connection(send)
        return
    body = response.body
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [
                (b"date", date),
                (b"content-type", response.content_type),
                *([] if response.chunked else [(b"content-length", str(len(body)).encode())]),
                *response.headers,
            ],
        }
    )
    if response.cut_at is not None:
        # Returning with bytes missing makes the server close the connection.
        await send({"type": "http.response.body", "body": body[: response.cut_at], "more_body": True})
        return
    if response.drip_s and body:
        await _drip(body, response.drip_s, send)
        return
    await send({"type": "http.response.body", "body": body})


async def _drip(body: bytes, drip_s: float, send: Send) -> None:
    size = max(1, -(-len(body) // DRIP_PIECES))
    for start in range(0, len(body), size):
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
        await asyncio.sleep(drip_s / DRIP_PIECES)
    await send({"type": "http.response.body", "body": b""})


def _reset_connection(send: Send) -> None:
    # ASGI has no word for a reset; uvicorn's `send` belongs to an object that holds the connection.
    transport = send.__self__.transport  # type: ignore[attr-defined]
    no_linger = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
    transport.abort()
