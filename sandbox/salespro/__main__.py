"""Command line of the SalesPro fake: `python -m sandbox.salespro --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.salespro.config import ACCESS_KEY, REGION, SECRET_KEY
from sandbox.salespro.sandbox import SalesProSandbox


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("salespro", __doc__, anchor=None)
    parser.add_argument("--access-key", default=ACCESS_KEY, help="the access key id to accept")
    parser.add_argument("--secret-key", default=SECRET_KEY, help="its secret access key")
    parser.add_argument("--region", default=REGION, help="region that signatures have to name")
    parser.add_argument("--query-polls", type=int, default=1, help="polls before a query is done")
    parser.add_argument("--most-queries", type=int, default=20, help="queries that may run at once")
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(SalesProSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
