"""Field type json: the JSON text itself, checked for what jsonb can hold."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import polars as pl

from crm_sync.fields.base import FieldValidator, Judgement
from crm_sync.fields.cleaning import decode_clean, has_escaped_trouble

PLAIN_TEXT = "text"
_MAX_EXPONENT = 16_000
"""jsonb keeps numbers as numeric, which has 16,383 digits after the point and more before it."""


class JsonValidator(FieldValidator):
    """An object or array of the source, or a text that holds JSON.

    With the format `text` the source may send a plain text in its place, which is kept as a JSON text.
    """

    dtype: ClassVar[pl.DataType] = pl.String()
    noun: ClassVar[str] = "json"

    def text(self, raw: pl.Expr) -> pl.Expr:
        """Take JSON's own null for null; a required column can't be that."""
        return super().text(raw).replace("null", None)

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Nothing can be told from an expression."""
        return (pl.when(text.is_null()).then(text),)

    def judge(self, text: str) -> Judgement:
        """Parse it; NUL and lone surrogates in it become U+FFFD, which jsonb takes."""
        try:
            if has_escaped_trouble(text.encode()):
                value, places = decode_clean(text.encode())
                if places:
                    return Judgement(msgspec.json.encode(value).decode(), altered=True)
            _DECODER.decode(text)
        except (msgspec.DecodeError, ValueError, RecursionError):
            if self.context.format == PLAIN_TEXT:
                return Judgement(msgspec.json.encode(text).decode())
            return Judgement(error="not valid JSON")
        return Judgement(text)


def _check_number(literal: str) -> str:
    _, _, exponent = literal.lower().partition("e")
    if len(literal) > _MAX_EXPONENT or (exponent and abs(int(exponent[:12])) > _MAX_EXPONENT):
        raise ValueError(literal)
    return literal


_DECODER = msgspec.json.Decoder(float_hook=_check_number)
