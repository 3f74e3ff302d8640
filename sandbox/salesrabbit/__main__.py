"""Command line of the SalesRabbit fake: `python -m sandbox.salesrabbit --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.salesrabbit.config import DEFAULT_TOKEN, SalesRabbitConfig
from sandbox.salesrabbit.sandbox import SalesRabbitSandbox


def parse_names(text: str) -> frozenset[str]:
    """`leads,users` as names."""
    return frozenset(filter(None, text.split(",")))


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("salesrabbit", __doc__)
    parser.add_argument("--access-token", default=DEFAULT_TOKEN, help="the API token to accept")
    parser.add_argument("--requests-per-minute", type=int, default=50)
    parser.add_argument("--retry-after", choices=["seconds", "date", "none"], default="seconds")
    parser.add_argument("--rate-headers", action="store_true", help="send X-RateLimit headers")
    parser.add_argument("--forbidden", type=parse_names, default=frozenset(), help="kinds answered with 403")
    parser.add_argument("--ignores-page", type=parse_names, default=frozenset(), help="kinds without pages")
    parser.add_argument("--always-more", type=parse_names, default=frozenset(), help="morePages never ends")
    parser.add_argument("--users-delta", choices=["ignored", "honoured"], default="ignored")
    parser.add_argument("--no-news", choices=["304", "empty"], default="304")
    parser.add_argument("--meta", choices=["full", "total", "missing"], default="full")
    parser.add_argument("--shape", choices=["flat", "nested"], default="flat")
    parser.add_argument(
        "--default-order", choices=["modified_desc", "modified_asc", "id"], default="modified_desc"
    )
    parser.add_argument(
        "--known-sorts",
        type=parse_names,
        default=SalesRabbitConfig.known_sorts,
        help="honoured sortBy values",
    )
    parser.add_argument("--index-delay-s", type=float, default=0.0, help="changes show this much later")
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(SalesRabbitSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
