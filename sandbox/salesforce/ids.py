"""Salesforce's ids: 15 characters whose case matters, and three that tell the case."""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHORT, LONG = 15, 18


def make_id(prefix: str, number: int) -> str:
    """The 18 characters of the `number`-th record of a kind; they order as the numbers do."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return to_long(prefix + "xx" + digits.rjust(SHORT - len(prefix) - 2, "0"))


def read_number(record_id: str) -> int:
    """The number that an id was made from."""
    number = 0
    for digit in record_id[5:SHORT]:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number


def to_long(record_id: str) -> str:
    """The form of 18 characters of either form; anything else as it is."""
    if len(record_id) != SHORT:
        return record_id
    groups = [record_id[start : start + 5] for start in (0, 5, 10)]
    bits = [sum(1 << at for at, one in enumerate(group) if "A" <= one <= "Z") for group in groups]
    return record_id + "".join(_CHECKS[bit] for bit in bits)
