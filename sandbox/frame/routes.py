"""From a path to its endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from sandbox.frame.messages import Response

Endpoint = Callable[..., Response]


class Route(NamedTuple):
    """A path, the kind that a key must be allowed to read, and the endpoint.

    A star in the path stands for one segment; those segments are the endpoint's last arguments.
    """

    path: str
    kind: str
    endpoint: Endpoint


class Match(NamedTuple):
    """The route of a request and the segments that its stars stand for."""

    route: Route
    arguments: list[str]

    def run(self, *given: object) -> Response:
        """Answer the request, `given` what the endpoint takes before the segments."""
        return self.route.endpoint(*given, *self.arguments)


def find_route(routes: Iterable[Route], path: str) -> Match | None:
    """The first route that fits a path; None where there is none."""
    segments = path.strip("/").split("/")
    for route in routes:
        arguments = match_segments(route.path.split("/"), segments)
        if arguments is not None:
            return Match(route, arguments)
    return None


def match_segments(pattern: list[str], segments: list[str]) -> list[str] | None:
    """The segments that the stars of a pattern stand for; None where it does not fit."""
    if len(pattern) != len(segments):
        return None
    if any(part not in ("*", segment) for part, segment in zip(pattern, segments, strict=True)):
        return None
    return [segment for part, segment in zip(pattern, segments, strict=True) if part == "*"]
