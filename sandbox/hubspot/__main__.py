"""Command line of the HubSpot fake: `python -m sandbox.hubspot --port 8080`."""

from __future__ import annotations

import argparse
from functools import partial

from sandbox.frame.cli import add_common_arguments
from sandbox.frame.server import announce_url, run_foreground
from sandbox.hubspot.config import BURST_LIMIT, DEFAULT_ANCHOR, DEFAULT_TOKEN, HubSpotConfig
from sandbox.hubspot.sandbox import HubSpotSandbox


def parse_counts(text: str) -> dict[str, int]:
    """`contacts=250,deals=10` as counts by type."""
    return {name: int(count) for name, _, count in (part.partition("=") for part in text.split(","))}


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.hubspot", description=__doc__)
    add_common_arguments(parser, anchor=DEFAULT_ANCHOR)
    parser.add_argument("--counts", type=parse_counts, help="records by type, e.g. contacts=250,deals=10")
    parser.add_argument("--tier", choices=sorted(BURST_LIMIT), default="professional")
    parser.add_argument("--burst-limit", type=int, help="requests in 10 s; default from the tier")
    parser.add_argument("--search-per-second", type=int, default=5)
    parser.add_argument("--daily-limit", type=int, help="requests a day; default from the tier")
    parser.add_argument("--access-token", default=DEFAULT_TOKEN, help="the private-app token to accept")
    parser.add_argument("--oauth-expires-in-s", type=int, default=1800)
    parser.add_argument("--index-delay-s", type=float, default=0.0, help="age of what search knows")
    parser.add_argument("--custom-properties", type=int, default=0)
    parser.add_argument(
        "--many-links", type=int, default=0, help="companies linked to each of three contacts"
    )
    parser.add_argument("--honour-own-cursor", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--quirks", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--static", action="store_true", help="only one type, from prepared bytes, for speed")
    parser.add_argument("--static-object", default="contacts")
    return parser


def main() -> None:
    """Serve until interrupted."""
    settings = vars(make_parser().parse_args())
    port, url_file = settings.pop("port"), settings.pop("url_file")
    static_object = settings.pop("static_object")
    settings["static"] = static_object if settings["static"] else None
    fake = HubSpotSandbox(HubSpotConfig(**settings))
    run_foreground(fake, port=port, announce=partial(announce_url, url_file=url_file))


if __name__ == "__main__":
    main()
