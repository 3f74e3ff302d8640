"""Command line of the HubSpot fake: `python -m sandbox.hubspot --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.hubspot.config import BURST_LIMIT, DEFAULT_TOKEN
from sandbox.hubspot.sandbox import HubSpotSandbox


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("hubspot", __doc__)
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
    parser.add_argument("--static", action="store_true", help="only one type, from prepared bytes, for speed")
    parser.add_argument("--static-object", default="contacts")
    return parser


def main() -> None:
    """Serve until interrupted."""
    settings = vars(make_parser().parse_args())
    static_object = settings.pop("static_object")
    settings["static"] = static_object if settings["static"] else None
    run_fake(HubSpotSandbox, settings)


if __name__ == "__main__":
    main()
