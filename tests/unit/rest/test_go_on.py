"""A first attempt that failed counts as one when its request is repeated."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import FatalSourceError, SourceUnavailableError
from crm_sync.rest.retries import go_on


class Attempts:
    """Does what its script says; notes how it was asked to stop and to wait."""

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.asked: list[tuple[int, str]] = []
        self.slept: list[float] = []

    def attempt(self):
        outcome = self.script.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def stop(self, state):
        self.asked.append((state.attempt_number, str(state.outcome.exception())))
        return state.attempt_number == 3

    def go_on(self):
        first = SourceUnavailableError("1st")
        return go_on(
            first,
            self.attempt,
            stop=self.stop,
            wait=lambda state: 10.0 * state.attempt_number,
            sleep=self.slept.append,
        )


def test_first_failure_is_judged_and_waited_for_before_the_second_attempt():
    attempts = Attempts(SourceUnavailableError("2nd"), "answer")
    assert attempts.go_on() == "answer"
    assert attempts.asked == [(1, "1st"), (2, "2nd")]
    assert attempts.slept == [10.0, 20.0]


def test_last_failure_is_raised():
    with pytest.raises(SourceUnavailableError, match="3rd"):
        Attempts(SourceUnavailableError("2nd"), SourceUnavailableError("3rd")).go_on()


def test_failure_that_no_repeat_helps_is_raised_at_once():
    attempts = Attempts(FatalSourceError("2nd"))
    with pytest.raises(FatalSourceError, match="2nd"):
        attempts.go_on()
    assert attempts.slept == [10.0]
