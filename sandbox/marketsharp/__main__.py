"""Command line of the MarketSharp fake: `python -m sandbox.marketsharp --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.marketsharp.config import DEFAULT_API_KEY, DEFAULT_COMPANY, DEFAULT_SECRET, MarketSharpConfig
from sandbox.marketsharp.sandbox import MarketSharpSandbox


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("marketsharp", __doc__)
    parser.add_argument("--company-id", default=DEFAULT_COMPANY)
    parser.add_argument("--api-key", default=DEFAULT_API_KEY)
    parser.add_argument("--secret", default=DEFAULT_SECRET, help="the secret key, base64")
    parser.add_argument("--time-zone", default=MarketSharpConfig.time_zone, help="of the company")
    parser.add_argument(
        "--skew-s", type=float, default=MarketSharpConfig.skew_s, help="how old a signature may be"
    )
    parser.add_argument("--page-cap", type=int, default=MarketSharpConfig.page_cap)
    parser.add_argument("--next-links", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json-form", choices=["results", "list"], default="results")
    parser.add_argument("--collation", choices=["ignore_case", "binary"], default="ignore_case")
    parser.add_argument("--raw-controls", action="store_true", help="no references in Atom")
    parser.add_argument("--requests-per-second", type=int, default=MarketSharpConfig.requests_per_second)
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(MarketSharpSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
