"""Command-line settings that every vendor's fake has."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime


def add_common_arguments(parser: argparse.ArgumentParser, *, anchor: datetime) -> None:
    """Add the settings of port, data, time and limits."""
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--url-file", help="file that gets the URL once connections are accepted")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same data")
    parser.add_argument("--records", type=int, default=20_000, help="records over all main types")
    parser.add_argument(
        "--anchor", type=parse_moment, default=anchor, help="ISO moment before which all data lies"
    )
    parser.add_argument("--latency-ms", type=float, default=0.0, help="waiting time of every answer")
    parser.add_argument("--clock-offset-s", type=float, default=0.0, help="the fake's clock minus real time")
    parser.add_argument("--rate-limits", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--activity", type=int, default=0, help="random changes made at start, a few minutes old"
    )
    parser.add_argument("--state", help="file that keeps all changes over restarts")


def parse_moment(text: str) -> datetime:
    """An ISO date or datetime; UTC when it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
