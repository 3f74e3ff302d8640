"""What the plugin mounts: an ASGI callable that builds the app when the first request comes.

The plugin's file is run in each task's process, where FastAPI would cost half a second and is of no use.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

URL_PREFIX = "/crm-sync"
"""Where Airflow's web server has the app."""


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request, as ASGI has it."""
    await _build_once()(scope, receive, send)


@cache
def _build_once() -> Callable[[Message, Receive, Send], Awaitable[None]]:
    from crm_sync.web.app import build_app

    return build_app()
