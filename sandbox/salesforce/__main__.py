"""Command line of the Salesforce fake: `python -m sandbox.salesforce --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.salesforce.config import DEFAULT_TOKEN
from sandbox.salesforce.sandbox import SalesforceSandbox


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("salesforce", __doc__)
    parser.add_argument("--client-id", default="sandbox-consumer-key", help="the consumer key to accept")
    parser.add_argument("--client-secret", default="sandbox-consumer-secret", help="and its secret")
    parser.add_argument("--access-token", default=DEFAULT_TOKEN, help="a session known from the start")
    parser.add_argument("--rotates-refresh-token", action=argparse.BooleanOptionalAction, default=False)
    parser.add_argument("--session-calls", type=int, help="calls after which a session is over")
    parser.add_argument("--daily-limit", type=int, default=100_000, help="calls of the org in 24 hours")
    parser.add_argument("--used-by-others", type=int, default=0, help="of these, by other tools")
    parser.add_argument("--page-size", type=int, default=2_000, help="most rows of a page")
    parser.add_argument("--custom-fields", type=int, default=0, help="of each object, beside a few")
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(SalesforceSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
