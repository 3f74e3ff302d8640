"""Command line of the Pipedrive fake: `python -m sandbox.pipedrive --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.pipedrive.config import DEFAULT_TOKEN, PipedriveConfig
from sandbox.pipedrive.sandbox import PipedriveSandbox


def parse_names(text: str) -> frozenset[str]:
    """`leads,deals` as names."""
    return frozenset(filter(None, text.split(",")))


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    usual = PipedriveConfig()
    parser = make_common_parser("pipedrive", __doc__)
    parser.add_argument("--api-token", default=DEFAULT_TOKEN, help="the API token to accept")
    parser.add_argument("--hostile", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--forbidden", type=parse_names, default=frozenset(), help="kinds answered with 403")
    parser.add_argument(
        "--lists-deleted", type=parse_names, default=frozenset(), help="kinds shown when deleted"
    )
    parser.add_argument("--long-limit", choices=["refused", "cut"], default=usual.long_limit)
    parser.add_argument("--v1-long-limit", choices=["cut", "default"], default=usual.v1_long_limit)
    parser.add_argument("--retired-status", type=int, default=usual.retired_status)
    parser.add_argument("--null-data", action="store_true", help="an empty v1 collection is null")
    parser.add_argument("--object-times", action="store_true", help="due_time and duration are objects")
    parser.add_argument("--access-token-s", type=float, default=usual.access_token_s)
    parser.add_argument("--burst-per-2s", type=int, default=usual.burst_per_2s)
    parser.add_argument("--daily-tokens", type=int, default=usual.daily_tokens)
    parser.add_argument("--used-by-others", type=int, default=0, help="tokens of the day that are gone")
    parser.add_argument("--tells-tokens", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--block-after", type=int, default=usual.block_after)
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(PipedriveSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
