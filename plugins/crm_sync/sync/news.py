"""News of the runs in this process, for whoever shows them while they work; nobody has to listen.

History and log stay the places where a run is written down: news may be missed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

News = dict[str, Any]
"""What happened: `kind`, and the facts that go with it."""
Listener = Callable[[News], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Let a function have all news from now on; it must be quick and raise nothing."""
    _listeners.append(listener)


def stop_listening(listener: Listener) -> None:
    """Undo `listen`."""
    _listeners.remove(listener)


def tell(kind: str, **facts: object) -> None:
    """Pass on what happened.

    Args:
        kind: begin (of a stage), progress, note, wait, error (it may be tried again), failed, left_out, end.
        facts: what goes with it; entity is missing where only one can be meant, that of the latest begin.
    """
    for listener in _listeners:
        listener({"kind": kind, **facts})
