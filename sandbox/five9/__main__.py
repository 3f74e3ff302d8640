"""Command line of the Five9 fake: `python -m sandbox.five9 --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.five9.config import DEFAULT_PASSWORD, DEFAULT_USER
from sandbox.five9.sandbox import Five9Sandbox
from sandbox.frame.cli import make_common_parser, run_fake


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("five9", __doc__)
    parser.add_argument("--user", default=DEFAULT_USER, help="the user to accept")
    parser.add_argument("--password", default=DEFAULT_PASSWORD, help="its password")
    parser.add_argument("--cap", type=int, default=1000, help="most contacts in an answer")
    parser.add_argument("--wildcards", choices=["works", "literal", "ignored"], default="works")
    parser.add_argument("--empty-means", choices=["empty", "any"], default="empty")
    parser.add_argument("--fault-status", choices=["500", "200", "mixed"], default="500")
    parser.add_argument("--lock-after", type=int, default=5, help="wrong passwords until the user is locked")
    parser.add_argument("--calls", type=int, default=3000, help="calls in a window")
    parser.add_argument("--window-s", type=float, default=60.0, help="length of the window")
    parser.add_argument("--chunked", action=argparse.BooleanOptionalAction, default=False)
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(Five9Sandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
