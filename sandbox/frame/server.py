"""Runs a vendor's fake: in a thread of the calling process, or in the foreground for the command line."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from sandbox.frame.app import SandboxApp, Vendor

HOST = "127.0.0.1"
START_TIMEOUT_S = 10.0


def bind_socket(port: int) -> socket.socket:
    """A listening socket on the loopback interface; port 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(2048)
    return listener


class _Server(uvicorn.Server):
    """A uvicorn server that starts and stops without its polling loop."""

    def __init__(self, app: SandboxApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_level="critical",
                access_log=False,
                date_header=False,
                server_header=False,
                timeout_keep_alive=600,
                backlog=2048,
            )
        )
        self.ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.ready.set()
        if not self.should_exit:
            await self._stop.wait()

    def handle_exit(self, sig: int, frame: object) -> None:
        super().handle_exit(sig, frame)  # type: ignore[arg-type]
        self.stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn waits a tenth of a second here, which a test suite pays for each fake.
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    def stop(self) -> None:
        """End the server without waiting for idle connections; may be called from any thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)


@contextmanager
def serving(vendor: Vendor, port: int = 0) -> Iterator[str]:
    """Serve a fake from a thread of this process until the block ends.

    Args:
        vendor: The vendor's fake.
        port: Port on 127.0.0.1; 0 takes a free one.

    Yields:
        The server's address, once requests are answered.

    Raises:
        TimeoutError: The server did not start within 10 s.
    """
    server, listener = _Server(SandboxApp(vendor)), bind_socket(port)
    thread = threading.Thread(target=server.run, args=([listener],), name="sandbox-server", daemon=True)
    thread.start()
    try:
        if not server.ready.wait(START_TIMEOUT_S):
            message = "the sandbox server did not start"
            raise TimeoutError(message)
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.stop()
        thread.join(START_TIMEOUT_S)


def run_foreground(vendor: Vendor, *, port: int, announce: Callable[[str], object]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` gets the URL once connections are accepted."""
    listener = bind_socket(port)
    announce(f"http://{HOST}:{listener.getsockname()[1]}")
    _Server(SandboxApp(vendor)).run([listener])


def announce_url(url: str, url_file: str | None) -> None:
    """Print the URL on one line and, when asked, write it to a file that appears complete."""
    if url_file:
        target = Path(url_file)
        partial = target.with_name(target.name + ".part")
        partial.write_text(url + "\n", encoding="utf-8")
        partial.replace(target)
    print(f"listening on {url}", flush=True)
