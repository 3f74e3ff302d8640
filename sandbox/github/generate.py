"""A made-up repository: a file of ZIP codes, and what else lies about in one."""

from __future__ import annotations

from random import Random

from sandbox.frame import made_up
from sandbox.github.config import GithubConfig
from sandbox.github.git_objects import FILE, LINK, PROGRAM, SUBMODULE, Item
from sandbox.github.store import Row, Store, write_rows

HEADER = ["zipcode", "division", "city", "county", "state"]
_DIVISIONS = ("North", "South", "East", "West", "")
_COUNTIES = ("Lane", "Lane, County", "St. John's", 'The "Old" County', "Doña Ana", "LaSalle", "")
_FIRST = 501
"""00501 is the lowest ZIP code: it has leading zeros."""


def generate(config: GithubConfig) -> Store:
    """Make the repository."""
    store = Store(config.branch, config.file)
    if config.is_empty:
        return store
    rows = build_rows(config)
    lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d7a" * 16 + b"\nsize 175385569\n"
    exports = {
        f"exports/2026-0{month}.csv": Item(FILE, write_rows(rows[month::40], HEADER)) for month in (1, 2, 3)
    }
    files = {
        config.file: Item(FILE, write_rows(rows, HEADER)),
        **exports,
        "README.md": Item(FILE, b"# Data\n\nMade up.\n"),
        "load.sh": Item(PROGRAM, b"#!/bin/sh\n"),
        "latest.csv": Item(LINK, b"exports/2026-03.csv"),
        "lake/all.csv": Item(FILE, lfs),
        "vendor/tools": Item(SUBMODULE, b"5ca1ab1e" * 5),
    }
    store.commit(files, at_ms=config.anchor_ms, message="Begin", branch=config.branch)
    return store


def build_rows(config: GithubConfig) -> list[Row]:
    """The rows of the file with ZIP codes."""
    rng = Random(f"{config.seed}:zipcodes")
    return [build_row(rng, number, quirks=config.quirks) for number in range(config.count_of("zipcodes"))]


def build_row(rng: Random, number: int, *, quirks: bool) -> Row:
    """One row; `number` decides its key."""
    city, state, _ = rng.choice(made_up.CITIES)
    county = rng.choice(_COUNTIES)
    return {
        "zipcode": f"{_FIRST + number:05d}",
        "division": rng.choice(_DIVISIONS),
        "city": f" {city} " if quirks and number % 50 == 7 else city,
        "county": county if quirks else "Lane",
        "state": state,
    }
