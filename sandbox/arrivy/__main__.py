"""Command line of the Arrivy fake: `python -m sandbox.arrivy --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.arrivy.config import DEFAULT_KEY, DEFAULT_TOKEN
from sandbox.arrivy.sandbox import ArrivySandbox
from sandbox.frame.cli import make_common_parser, run_fake


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("arrivy", __doc__)
    parser.add_argument("--auth-key", default=DEFAULT_KEY, help="the X-Auth-Key to accept")
    parser.add_argument("--auth-token", default=DEFAULT_TOKEN, help="the X-Auth-Token to accept")
    parser.add_argument("--requests-per-minute", type=int, default=3000, help="a real account: about 30")
    parser.add_argument("--retry-after", choices=("seconds", "date", "none"), default="seconds")
    parser.add_argument("--most-items", type=int, default=500, help="largest page")
    parser.add_argument("--has-bookings", action=argparse.BooleanOptionalAction, default=True)
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(ArrivySandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
