"""Command line of the GitHub fake: `python -m sandbox.github --port 8080`."""

from __future__ import annotations

import argparse

from sandbox.frame.cli import make_common_parser, run_fake
from sandbox.github.config import TOKEN
from sandbox.github.sandbox import GithubSandbox


def make_parser() -> argparse.ArgumentParser:
    """All settings of the command line."""
    parser = make_common_parser("github", __doc__)
    parser.add_argument("--owner", default="example")
    parser.add_argument("--repo", default="data")
    parser.add_argument("--token", default=TOKEN, help="the token to accept")
    parser.add_argument("--requests-per-hour", type=int, default=5000)
    parser.add_argument("--refusal", type=int, choices=[403, 429], default=403)
    parser.add_argument("--is-private", action=argparse.BooleanOptionalAction, default=True)
    return parser


def main() -> None:
    """Serve until interrupted."""
    run_fake(GithubSandbox, vars(make_parser().parse_args()))


if __name__ == "__main__":
    main()
