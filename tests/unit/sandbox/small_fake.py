"""A whole fake, as small as the frame lets one be: its data, its list, its error, its changes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from sandbox.frame import changes
from sandbox.frame.activity import recent_moments
from sandbox.frame.config import FakeConfig
from sandbox.frame.errors import VendorError
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds
from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.routes import Route, find_route
from sandbox.frame.sandbox import Sandbox

Command = dict[str, Any]


@dataclass(frozen=True)
class SmallConfig(FakeConfig):
    shares = {"notes": 1.0}  # noqa: RUF012
    data_settings = ("word", "words")
    word: str = "hello"
    words: tuple[str, ...] = ("a", "b")


class Store:
    def __init__(self, config: SmallConfig) -> None:
        self.lock = threading.RLock()
        self.notes = dict.fromkeys(range(1, config.count_of("notes") + 1), config.word)

    def counts(self) -> dict[str, int]:
        return {"notes": len(self.notes)}


class ApiError(VendorError):
    def body(self) -> object:
        return {"oops": self.message}


def _write(store: Store, _config: SmallConfig, command: Command) -> dict[str, Any]:
    store.notes[command["id"]] = f"{command['text']} at {command['at_ms']}"
    return {"id": command["id"]}


class Changes(changes.Changes[Store, SmallConfig]):
    operations = {"write": _write}  # noqa: RUF012

    def complete(self, command: Command) -> Command:
        return {"id": len(self.store.notes) + 1, **command}


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        changes.do("write", text=f"note {number} {rng.randrange(10**6)}", at_ms=at_ms)


def list_notes(store: Store) -> Response:
    return json_response(200, list(store.notes.values()))


def get_note(store: Store, number: str) -> Response:
    return json_response(200, store.notes[int(number)])


ROUTES = (Route("notes", "notes", list_notes), Route("notes/*", "notes", get_note))


class SmallSandbox(Sandbox[SmallConfig, Store, Changes]):
    vendor = "small"

    def __init__(self, **settings: Any) -> None:
        super().__init__(replace(SmallConfig(counts={"notes": 2}), **settings), Store, Changes, make_activity)
        unauthorized = answer_with(ApiError(401, "who are you").to_response)
        self.faults = FaultPlan({**common_fault_kinds(self.clock), "unauthorized": unauthorized})

    def answer(self, request: Request) -> Response:
        match = find_route(ROUTES, request.path)
        try:
            return match.run(self.store) if match is not None else self._refuse()
        except ApiError as error:
            return error.to_response()

    def _refuse(self) -> Response:
        raise ApiError(404, "nothing here")
