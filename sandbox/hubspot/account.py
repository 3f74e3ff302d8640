"""What every endpoint of the fake works on, and the reading of parameters they share."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request
from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.errors import unknown_type, validation_error
from sandbox.hubspot.object_types import find_object_type
from sandbox.hubspot.rate_policy import RatePolicy
from sandbox.hubspot.records import TypeStore
from sandbox.hubspot.store import ObjectStore
from sandbox.hubspot.tokens import TokenStore

API_HOST = "https://api.hubapi.com"
"""Host of `paging.next.link`: the real one, so that a client that follows links is found out."""


@dataclass
class Account:
    """One HubSpot account."""

    config: HubSpotConfig
    store: ObjectStore
    clock: SandboxClock
    tokens: TokenStore
    rates: RatePolicy
    issued_cursors: set[tuple[str, str]] = field(default_factory=set)
    """List cursors handed out, as (type, after)."""

    def type_store(self, name: str) -> TypeStore:
        """The records of a type by any of its names.

        Raises:
            ApiError: 400, no such type.
        """
        object_type = find_object_type(name)
        if object_type is None:
            raise unknown_type(name)
        return self.store.types[object_type.name]


def read_limit(request: Request, *, default: int, most: int) -> int:
    """The `limit` parameter.

    Raises:
        ApiError: 400, not a number from 1 to `most`.
    """
    return check_limit(request.param("limit"), default=default, most=most)


def check_limit(value: object, *, default: int, most: int) -> int:
    """A limit from a query or body.

    Raises:
        ApiError: 400, not a number from 1 to `most`.
    """
    if value is None:
        return default
    try:
        limit = int(str(value))
    except ValueError:
        message = f"Invalid input: limit '{value}' is not a number"
        raise validation_error(message, code="INVALID_INTEGER", limit=[str(value)]) from None
    if not 1 <= limit <= most:
        message = f"Invalid input: limit must be between 1 and {most}, was {limit}"
        raise validation_error(message, code="INVALID_LIMIT", limit=[str(limit)])
    return limit


def read_flag(request: Request, name: str) -> bool:
    """A boolean query parameter, false when absent.

    Raises:
        ApiError: 400, neither `true` nor `false`.
    """
    value = request.param(name) or "false"
    if value.lower() not in ("true", "false"):
        message = f"Invalid input: {name} must be true or false"
        raise validation_error(message)
    return value.lower() == "true"


def read_names(request: Request, name: str) -> list[str]:
    """A list parameter: comma-separated, repeated, or both."""
    return [
        part.strip() for value in request.query.get(name, ()) for part in value.split(",") if part.strip()
    ]
