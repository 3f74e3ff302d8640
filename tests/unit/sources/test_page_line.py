"""The next page is asked for once an answer names it, and what was asked for too early is thrown away."""

from __future__ import annotations

import sys
import threading
from contextlib import closing, suppress

import msgspec
import pytest

from crm_sync.config.answers import AnswerWords
from crm_sync.config.paging import CursorPaging
from crm_sync.config.rest_reads import RestPass
from crm_sync.exceptions import PaginationLoopError, SyncCancelledError, UnexpectedResponseError
from crm_sync.rest.loop_guard import LoopGuard, PageCount
from crm_sync.rest.messages import Answer
from crm_sync.sources.ahead import Ahead
from crm_sync.sources.rest.page_walks import walk_in_turn
from crm_sync.sources.rest.pages import PageReader
from crm_sync.sources.rest.part import Part
from tests.unit.sources.rest_list_support import NOW

WAIT_S = 5
PAGING = CursorPaging(next_path="next", param="at")
ONE = RestPass(name="all", path="/things", records_path="data")


def write(number: int, following: str | None = "?") -> bytes:
    following = str(number + 1) if following == "?" else following
    return msgspec.json.encode({"data": [{"id": number}], "next": following})


taken = threading.Semaphore(0)
"""Counts the pages that the walk has begun to wait for."""


@pytest.fixture(autouse=True)
def _count_taken(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "taken", threading.Semaphore(0))
    take = Ahead.take

    def note_and_take(self):
        taken.release()
        return take(self)

    monkeypatch.setattr(Ahead, "take", note_and_take)


def await_walk(cancelled) -> None:
    """Let an answer arrive when the walk waits for it, as it does for one that takes its time."""
    while not taken.acquire(timeout=0.01):
        if cancelled():
            raise SyncCancelledError("nobody wants it")


class Client:
    """Tells each request's watch how far it is, and decodes its answer only when it may.

    Args:
        pages: of the list; the last one names no next.
        broken: position of a page whose first answer names a next page and is thrown away by the client.
        refused: position that is refused.
    """

    def __init__(self, pages: int = 4, *, broken: str = "", refused: str = "") -> None:
        self.asked: list[str] = []
        self.may_decode = threading.Event()
        self.may_decode.set()
        self.left: dict[str, threading.Event] = {
            str(number): threading.Event() for number in range(pages + 2)
        }
        self._last, self._broken, self._refused = pages - 1, broken, refused

    def send(self, request, *, cancelled):
        at = request.params.get("at", "0")
        self.asked.append(at)
        request.watch.leaves()
        self.left[at].set()
        if at == self._refused:
            raise UnexpectedResponseError("refused", status_code=400)
        if self.asked.count(at) == 1 or at != self._broken:
            await_walk(cancelled)
        if at == self._broken and self.asked.count(at) == 1:
            # its position is wrong, as all of it may be
            request.watch.arrived(Answer(200, write(int(at), "3"), {}, NOW))
            return self.send(request, cancelled=cancelled)
        body = write(int(at), None if int(at) == self._last else "?")
        answer = Answer(200, body, {}, NOW)
        request.watch.arrived(answer)
        self.may_decode.wait(WAIT_S)
        return Answer(200, body, {}, NOW, data=msgspec.json.decode(body))


def walk(client: Client, *, ahead: bool = True, max_pages: int = 9):
    part = Part("all", "all", ONE, "/things", answer=AnswerWords())
    reader = PageReader(client, part, PAGING, 1)
    return closing(walk_in_turn(reader, LoopGuard(PageCount(max_pages)), None, ahead=ahead))


def list_ids(pages) -> list[int]:
    return [record["id"] for page in pages for record in page.records]


def test_next_request_leaves_before_an_answer_is_decoded():
    client = Client()
    client.may_decode.clear()

    def steer() -> None:
        left_early.append(client.left["1"].wait(WAIT_S))
        left_early.append(client.left["2"].is_set())
        client.may_decode.set()

    left_early = list[bool]()
    steering = threading.Thread(target=steer)
    with walk(client) as pages:
        steering.start()
        assert list_ids(pages) == [0, 1, 2, 3]
    steering.join(WAIT_S)
    # one page ahead of the one that is decoded, and no more
    assert left_early == [True, False]
    assert client.asked == ["0", "1", "2", "3"]


def test_no_more_than_one_page_is_asked_for_beyond_the_one_that_was_taken():
    client = Client()
    with walk(client) as pages:
        next(pages)
        assert client.left["1"].wait(WAIT_S)
        assert not client.left["2"].wait(0.05)


def test_sample_asks_for_no_page_that_it_does_not_take():
    client = Client()
    with walk(client, ahead=False) as pages:
        next(pages)
        assert not client.left["1"].wait(0.05)


def test_page_behind_a_broken_answer_is_thrown_away_and_read_again():
    client = Client(broken="1")
    with walk(client) as pages:
        found = list(pages)
    assert list_ids(found) == [0, 1, 2, 3]
    assert client.asked.count("3") == 2
    # what was thrown away is counted where it is known
    assert sum(page.calls for page in found) == len(client.asked) - 1  # the repeated call is the client's


def test_page_behind_a_broken_answer_is_read_again_even_where_its_position_was_right():
    client = Client(broken="2")
    with walk(client) as pages:
        assert list_ids(pages) == [0, 1, 2, 3]
    assert client.asked == ["0", "1", "2", "3", "2", "3"]


def test_no_page_comes_behind_one_that_fails():
    class Failing(Client):
        def send(self, request, *, cancelled):
            answer = super().send(request, cancelled=cancelled)
            if request.params.get("at") == "1":
                raise UnexpectedResponseError("its records are none")
            return answer

    client = Failing()
    with walk(client) as pages:
        assert list_ids([next(pages)]) == [0]
        with pytest.raises(UnexpectedResponseError, match="its records are none"):
            next(pages)
    assert client.asked[:2] == ["0", "1"]
    assert not client.left["3"].is_set()


def test_refused_page_is_an_error_behind_the_pages_before_it():
    client, found = Client(refused="2"), []
    with walk(client) as pages, suppress(UnexpectedResponseError):
        found.extend(pages)
    assert list_ids(found) == [0, 1]


def test_no_page_is_asked_for_beyond_the_most_that_are_allowed():
    client, found = Client(), []
    with walk(client, max_pages=2) as pages, pytest.raises(PaginationLoopError, match="more than 2 pages"):
        found.extend(pages)
    assert list_ids(found) == [0]
    assert client.asked == ["0", "1"]


def test_position_that_was_read_before_is_not_asked_for_again():
    class Circle(Client):
        def send(self, request, *, cancelled):
            self.asked.append(request.params.get("at", "0"))
            await_walk(cancelled)
            body = write(len(self.asked), "1")
            request.watch.arrived(Answer(200, body, {}, NOW))
            return Answer(200, body, {}, NOW, data=msgspec.json.decode(body))

    client = Circle()
    with walk(client) as pages, pytest.raises(PaginationLoopError, match="repeats the page token"):
        list(pages)
    assert client.asked == ["0", "1"]
