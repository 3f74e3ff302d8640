"""Numbers of JSON without losing a digit: what Python can't give back as it was written stays text."""

from __future__ import annotations

from decimal import Decimal

_MAX_INTEGER_DIGITS = 4000
"""Python refuses to read longer ones (4,300)."""


def keep_number(literal: str) -> float | str:
    """Turn a number with fraction or exponent into a float, or keep its text where a float would differ.

    Args:
        literal: the number as written, for example `1e400` or `1234567890123456789.12`.
    """
    value = float(literal)
    shown = repr(value)
    if shown == literal:
        return value
    if value in (float("inf"), float("-inf")) or Decimal(shown) != Decimal(literal):
        return literal
    return value


def keep_integer(literal: str, most_digits: int = _MAX_INTEGER_DIGITS) -> int | str:
    """Read a whole number, or keep it as text where it is longer than the reader behind can take."""
    return int(literal) if len(literal) <= most_digits else literal
