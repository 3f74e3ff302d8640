"""Command line of the LeadConduit fake: `python -m sandbox.leadconduit --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.leadconduit.config import DEFAULT_KEY
from sandbox.leadconduit.sandbox import LeadConduitSandbox


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("leadconduit", __doc__, anchor=None)
    parser.add_argument("--api-key", default=DEFAULT_KEY, help="the key to accept")
    parser.add_argument("--history-s", type=int, default=100 * 86_400, help="age of the oldest lead")
    parser.add_argument("--retention-days", type=int, default=90, help="older events are gone")
    parser.add_argument("--typed", choices=["mixed", "objects", "plain"], default="mixed")
    parser.add_argument("--requests-per-minute", type=int, default=6000)
    parser.add_argument("--retry-after", choices=["seconds", "date", "none"], default="none")
    parser.add_argument("--late-s", type=float, default=0.0, help="new events are visible this much later")
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(LeadConduitSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
