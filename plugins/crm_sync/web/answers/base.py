"""The base of all answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What a route answers: moments are ISO 8601 in UTC, and what is unknown is null."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(Answer):
    """What a route answers that can't give what it was asked for."""

    detail: str
    """One sentence."""
