"""Command line of the CallRail fake: `python -m sandbox.callrail --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.callrail.config import DEFAULT_KEY
from sandbox.callrail.sandbox import CallRailSandbox
from sandbox.frame.cli import make_common_parser, run_fake


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("callrail", __doc__, anchor=None)
    parser.add_argument("--accounts", type=int, default=2, help="accounts that the key sees")
    parser.add_argument("--api-key", default=DEFAULT_KEY, help="the key to accept")
    parser.add_argument("--history-days", type=int, default=700, help="age of the oldest event")
    parser.add_argument("--requests-per-hour", type=int, default=1_000, help="of each account")
    parser.add_argument("--requests-per-day", type=int, default=10_000, help="of each account")
    parser.add_argument("--late-s", type=float, default=0.0, help="new events are listed this much later")
    parser.add_argument(
        "--forms-off",
        type=lambda text: tuple(int(one) for one in text.split(",")),
        default=(),
        help="accounts without Form Tracking, e.g. 0,1",
    )
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(CallRailSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
