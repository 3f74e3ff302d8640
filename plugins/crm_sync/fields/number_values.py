"""Field types integer, number and decimal: exact decimal text, never a float.

Numbers travel as text up to COPY, which casts them; here they are only checked and spelled one way. What the
digits and marks of a text mean is left to `number_notations`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import ClassVar

import polars as pl

from crm_sync.fields.base import FieldContext, FieldValidator, Judgement
from crm_sync.fields.number_notations import POINT, get_notation, looks_like_thousands

_INTEGER = r"^-?[0-9]{1,18}$"
_CANONICAL = r"^(?:-?[1-9][0-9]*(?:\.[0-9]+)?|0(?:\.[0-9]+)?|-0\.[0-9]*[1-9][0-9]*)$"
_MAX_PLAIN_CHARS = 1000
"""Longest text that the first attempt takes; longer ones are measured against numeric's range."""
_MAX_WHOLE_DIGITS = 131_072
_MAX_FRACTION_DIGITS = 16_383
"""PostgreSQL's numeric. Source: PostgreSQL manual, Numeric Types, read 2026."""
_MAX_SPELLED_OUT = 60
"""Longest number of zeros that a power of ten is spelled out to."""
_TWO_READINGS = "its mark may separate decimals or thousands: set decimal_mark"
_BIGINT = range(-(2**63), 2**63)


class NumberValidator(FieldValidator):
    """A decimal number of any length that PostgreSQL's numeric can hold.

    Thousands separators (`1,234.50`), a plus and scientific notation are read; NaN and infinity are not.
    """

    dtype: ClassVar[pl.DataType] = pl.String()
    noun: ClassVar[str] = "number"

    def __init__(self, context: FieldContext | None = None) -> None:
        super().__init__(context)
        self._notation = get_notation(self.context.decimal_mark)

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Take what is canonical already, with the field's decimal mark, then what has thousands."""
        notation = self._notation
        spelled = text if notation.mark == POINT else notation.swap_mark(text)
        short = text.str.len_bytes() <= _MAX_PLAIN_CHARS
        plain = pl.when(short & spelled.str.contains(_CANONICAL)).then(spelled)
        grouped = short & text.str.contains(notation.usual_thousands)
        return plain, pl.when(grouped).then(notation.drop_thousands(text))

    def judge(self, text: str) -> Judgement:
        """Spell the number the one way, or say why it is none."""
        number = self._notation.read(text)
        if number is None:
            return Judgement(error=f"not a valid {self.noun}")
        if number.is_ambiguous:
            return Judgement(error=_TWO_READINGS)
        whole, fraction, exponent = number.whole, number.fraction, number.exponent
        if exponent:
            whole, fraction, exponent = _shift(whole, fraction, exponent)
        if not _fits_numeric(whole, fraction, exponent):
            return Judgement(error="beyond the range of numeric")
        spelled = whole or "0"
        if fraction:
            spelled = f"{spelled}.{fraction}"
        if exponent:
            spelled = f"{spelled}e{exponent}"
        is_zero = not (whole or fraction.strip("0"))
        return Judgement(f"-{spelled}" if number.is_negative and not is_zero else spelled)


class DecimalValidator(NumberValidator):
    """A number that YAML calls decimal because it is money; the same rules."""


class IntegerValidator(FieldValidator):
    """A whole number within bigint; `17.0` is one, `17.5` is not.

    `1.000` is refused where the YAML has no decimal mark: it may be one or a thousand.
    """

    dtype: ClassVar[pl.DataType] = pl.Int64()
    noun: ClassVar[str] = "integer"

    def __init__(self, context: FieldContext | None = None) -> None:
        super().__init__(context)
        self._numbers = NumberValidator(context)

    def take(self, values: pl.Series) -> pl.Series | None:
        """Take integers of any width that fit into bigint."""
        if not values.dtype.is_integer():
            return None
        taken = values.cast(pl.Int64, strict=False)
        return taken if taken.null_count() == values.null_count() else None

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Cast what is plain digits."""
        return (pl.when(text.str.contains(_INTEGER)).then(text).cast(pl.Int64),)

    def judge(self, text: str) -> Judgement:
        """Read it as a number, then see whether it is whole and fits."""
        if self.context.decimal_mark is None and looks_like_thousands(text):
            return Judgement(error=_TWO_READINGS)
        spelled = self._numbers.judge(text)
        if spelled.error is not None or len(spelled.value) > _MAX_PLAIN_CHARS:
            return Judgement(error="not a valid integer")
        try:
            number = Decimal(spelled.value)
        except InvalidOperation:
            return Judgement(error="not a valid integer")
        if number.adjusted() > 20:
            return Judgement(error="beyond the range of bigint")
        if number != number.to_integral_value():
            return Judgement(error="not a whole number")
        whole = int(number)
        return Judgement(whole) if whole in _BIGINT else Judgement(error="beyond the range of bigint")


def strip_zeros(values: pl.Series) -> pl.Series:
    """Write canonical numbers without the zeros behind the point, which numeric passes over in a key."""
    text = pl.col(values.name)
    bare = text.str.strip_chars_end("0").str.strip_suffix(".")
    has_fraction = text.str.contains(r"\.[0-9]*$")
    return values.to_frame().select(pl.when(has_fraction).then(bare).otherwise(text)).to_series()


def _shift(whole: str, fraction: str, exponent: int) -> tuple[str, str, int]:
    """Move the point by the exponent; one too far to spell out stays, with one digit before the point."""
    digits = (whole + fraction).lstrip("0")
    point = len(digits) - len(fraction) + exponent
    digits = digits.rstrip("0")
    if not digits:
        return "", "", 0
    if -_MAX_SPELLED_OUT <= point <= _MAX_SPELLED_OUT + len(digits):
        padded = "0" * max(0, -point) + digits + "0" * max(0, point - len(digits))
        split = max(0, point)
        return padded[:split], padded[split:], 0
    return digits[:1], digits[1:], point - 1


def _fits_numeric(whole: str, fraction: str, exponent: int) -> bool:
    whole_digits = max(1, len(whole) + exponent) if whole else 0
    fraction_digits = max(0, len(fraction) - exponent)
    return whole_digits <= _MAX_WHOLE_DIGITS and fraction_digits <= _MAX_FRACTION_DIGITS
