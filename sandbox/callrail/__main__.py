"""Command line of the CallRail fake: `python -m sandbox.callrail --port 8080`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from functools import partial

from sandbox.callrail.config import DEFAULT_KEY, CallRailConfig
from sandbox.callrail.sandbox import CallRailSandbox
from sandbox.frame.cli import add_common_arguments
from sandbox.frame.server import announce_url, run_foreground


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.callrail", description=__doc__)
    add_common_arguments(parser, anchor=datetime.now(UTC))
    # the data has to be young: a fake without a state file starts from the running hour
    parser.set_defaults(anchor=None)
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
    parser.add_argument("--quirks", action=argparse.BooleanOptionalAction, default=True)
    return parser


def main() -> None:
    """Serve until interrupted."""
    settings = vars(make_parser().parse_args())
    port, url_file = settings.pop("port"), settings.pop("url_file")
    fake = CallRailSandbox(CallRailConfig(**settings))
    run_foreground(fake, port=port, announce=partial(announce_url, url_file=url_file))


if __name__ == "__main__":
    main()
