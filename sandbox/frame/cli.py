"""The command line of a vendor's fake: settings that each has, and serving until interrupted."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.frame.config import DEFAULT_ANCHOR
from sandbox.frame.sandbox import Sandbox
from sandbox.frame.server import announce_url, run_foreground


def make_common_parser(
    vendor: str, description: str | None, *, anchor: datetime | None = DEFAULT_ANCHOR
) -> argparse.ArgumentParser:
    """A parser with the settings of port, data, time and limits; a vendor adds its own.

    Args:
        vendor: Name of its package.
        description: What the help begins with.
        anchor: Moment before which all data lies, unless asked for; None: the running hour.
    """
    parser = argparse.ArgumentParser(prog=f"python -m sandbox.{vendor}", description=description)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--url-file", help="file that gets the URL once connections are accepted")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same data")
    parser.add_argument("--records", type=int, default=20_000, help="records over all main kinds")
    parser.add_argument("--counts", type=parse_counts, help="records by kind, e.g. calls=250,users=10")
    parser.add_argument(
        "--anchor", type=parse_moment, default=anchor, help="ISO moment before which all data lies"
    )
    parser.add_argument("--quirks", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--latency-ms", type=float, default=0.0, help="waiting time of every answer")
    parser.add_argument("--clock-offset-s", type=float, default=0.0, help="the fake's clock minus real time")
    parser.add_argument("--rate-limits", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--activity", type=int, default=0, help="random changes made at start, a few minutes old"
    )
    parser.add_argument("--state", help="file that keeps all changes over restarts")
    return parser


def parse_moment(text: str) -> datetime:
    """An ISO date or datetime; UTC when it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def parse_counts(text: str) -> dict[str, int]:
    """`calls=250,users=10` as counts by kind."""
    return {name: int(count) for name, _, count in (part.partition("=") for part in text.split(","))}


def run_fake(fake: Callable[..., Sandbox[Any, Any, Any]], settings: dict[str, Any]) -> None:
    """Serve a fake until interrupted and announce its API's address; `settings` as parsed."""
    port, url_file = settings.pop("port"), settings.pop("url_file")
    sandbox = fake(**settings)
    run_foreground(sandbox, port=port, announce=lambda url: announce_url(url + sandbox.base_path, url_file))
