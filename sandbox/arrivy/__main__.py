"""Command line of the Arrivy fake: `python -m sandbox.arrivy --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.arrivy.config import BASE_PATH, DEFAULT_ANCHOR, DEFAULT_KEY, DEFAULT_TOKEN, ArrivyConfig
from sandbox.arrivy.sandbox import ArrivySandbox
from sandbox.frame.cli import add_common_arguments
from sandbox.frame.server import announce_url, run_foreground


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.arrivy", description=__doc__)
    add_common_arguments(parser, anchor=DEFAULT_ANCHOR)
    parser.add_argument("--auth-key", default=DEFAULT_KEY, help="the X-Auth-Key to accept")
    parser.add_argument("--auth-token", default=DEFAULT_TOKEN, help="the X-Auth-Token to accept")
    parser.add_argument("--requests-per-minute", type=int, default=3000, help="a real account: about 30")
    parser.add_argument("--retry-after", choices=("seconds", "date", "none"), default="seconds")
    parser.add_argument("--most-items", type=int, default=500, help="largest page")
    parser.add_argument("--has-bookings", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--quirks", action=argparse.BooleanOptionalAction, default=True)
    return parser


def main() -> None:
    """Serve until interrupted; the announced URL is the API's, with its base path."""
    settings = vars(make_parser().parse_args())
    port, url_file = settings.pop("port"), settings.pop("url_file")
    fake = ArrivySandbox(ArrivyConfig(**settings))
    run_foreground(fake, port=port, announce=lambda url: announce_url(url + BASE_PATH, url_file))


if __name__ == "__main__":
    main()
