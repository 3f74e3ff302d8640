"""What a criterion finds."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.five9.config import Five9Config
from sandbox.five9.store import Contact

Test = Callable[[Contact], bool]


def build_test(field: str, value: str, config: Five9Config) -> Test:
    """The test of one criterion: equality, and where wildcards work, `%` for any text."""
    if not value and config.empty_means == "any":
        return lambda _contact: True
    has_wildcard = config.wildcard in value
    if has_wildcard and config.wildcards == "ignored":
        return lambda _contact: True
    fold = str.lower if config.ignores_case else str
    wanted = fold(value)
    if not has_wildcard or config.wildcards == "literal":
        return lambda contact: fold(contact.get(field, "")) == wanted
    start, *middle, end = wanted.split(config.wildcard)

    def fits(contact: Contact) -> bool:
        text = fold(contact.get(field, ""))
        if not text.startswith(start) or not text[len(start) :].endswith(end):
            return False
        rest = text[len(start) : len(text) - len(end)]
        for piece in middle:
            at = rest.find(piece)
            if at < 0:
                return False
            rest = rest[at + len(piece) :]
        return True

    return fits
