"""Command line of the Google Sheets fake: `python -m sandbox.googlesheets --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.googlesheets.config import SPREADSHEET_ID
from sandbox.googlesheets.sandbox import GoogleSheetsSandbox


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("googlesheets", __doc__)
    parser.add_argument("--spreadsheet-id", default=SPREADSHEET_ID)
    parser.add_argument("--locale", default="en_US")
    parser.add_argument("--time-zone", default="America/Chicago")
    parser.add_argument("--further-columns", type=int, default=0, help="of the leads, each filled")
    parser.add_argument("--key-file", help="key file of the service account whose signatures are accepted")
    parser.add_argument("--api-key", default="sandbox-api-key", help="the API key to accept")
    parser.add_argument("--requests-per-minute", type=int, default=60)
    parser.add_argument("--is-shared", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--is-public", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--refusal", choices=["403", "404"], default="403")
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(GoogleSheetsSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
