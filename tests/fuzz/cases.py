"""What a kind of fuzz case is, and the trick box that all generators draw from."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Case = dict[str, Any]
"""Everything that makes a case again, as JSON."""


@dataclass(frozen=True)
class Kind:
    """One kind of case.

    Args:
        name: of the kind, kept in seeds.
        generate: makes a case.
        check: runs it: a sentence for each difference between product and oracle.
        share: part of all cases.
        size: how many inputs one case tries.
        needs_warehouse: its check takes a warehouse as second argument.
    """

    name: str
    generate: Callable[[random.Random], Case]
    check: Callable[..., list[str]]
    share: float
    size: Callable[[Case], int] = lambda _case: 1
    needs_warehouse: bool = False


def pack(content: bytes) -> str:
    """Write bytes into a case."""
    return base64.b64encode(content).decode()


def unpack(text: str) -> bytes:
    """Read bytes from a case."""
    return base64.b64decode(text)


def chance(rng: random.Random, share: float) -> bool:
    """Say yes that often."""
    return rng.random() < share


def mutate(rng: random.Random, text: str, alphabet: str) -> str:
    """Change a text in one to three places."""
    letters = list(text)
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        at = rng.randrange(len(letters) + 1)
        what = rng.randrange(4)
        if what == 0:
            letters.insert(at, rng.choice(alphabet))
        elif what == 1 and at < len(letters):
            letters[at] = rng.choice(alphabet)
        elif what == 2 and at < len(letters):
            del letters[at]
        elif what == 3 and at < len(letters):
            letters.insert(at, letters[at])
    return "".join(letters)
