"""Command line of the SalesRabbit fake: `python -m sandbox.salesrabbit --port 8080`."""

from __future__ import annotations

import argparse
from functools import partial

from sandbox.frame.cli import add_common_arguments
from sandbox.frame.server import announce_url, run_foreground
from sandbox.salesrabbit.config import DEFAULT_ANCHOR, DEFAULT_TOKEN, SalesRabbitConfig
from sandbox.salesrabbit.sandbox import SalesRabbitSandbox


def parse_counts(text: str) -> dict[str, int]:
    """`leads=250,users=10` as counts by kind."""
    return {name: int(count) for name, _, count in (part.partition("=") for part in text.split(","))}


def parse_names(text: str) -> frozenset[str]:
    """`leads,users` as names."""
    return frozenset(filter(None, text.split(",")))


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.salesrabbit", description=__doc__)
    add_common_arguments(parser, anchor=DEFAULT_ANCHOR)
    parser.add_argument("--counts", type=parse_counts, help="records by kind, e.g. leads=250,users=10")
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
    parser.add_argument("--quirks", action=argparse.BooleanOptionalAction, default=True)
    return parser


def main() -> None:
    """Serve until interrupted."""
    settings = vars(make_parser().parse_args())
    port, url_file = settings.pop("port"), settings.pop("url_file")
    fake = SalesRabbitSandbox(SalesRabbitConfig(**settings))
    run_foreground(fake, port=port, announce=partial(announce_url, url_file=url_file))


if __name__ == "__main__":
    main()
