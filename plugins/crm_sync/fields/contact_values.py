"""Field types email, phone and url: the formats are the libraries', the fast lanes around them are ours.

A library call costs 30 to 60 µs, so a column is first sifted by an expression that knows the common shapes;
only the distinct values it can't settle reach the library. Tests hold both to the same answers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

import phonenumbers
import polars as pl
from email_validator import EmailNotValidError, validate_email

from crm_sync.fields.base import FieldValidator, Judgement

_PLAIN_EMAIL = r"^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9]|-[a-z0-9])*\.)+[a-z]{2,}$"
_MAX_PLAIN_EMAIL = 63
"""Within so few characters no label or local part can be too long."""

_NANP = r"\(?[2-9][0-9]{2}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}$"
_NANP_PUNCTUATION = ["(", ")", " ", ".", "-", "+"]
_NANP_REGIONS = ("US", "CA")
_WORDS_BEFORE_NUMBER = re.compile(r"^[^0-9]*[^\W\d_]", re.UNICODE)
_LOOSE_LETTERS = re.compile(r"[^\W\dA-Z_]|(?<![A-Z0-9-])[A-Z]", re.UNICODE)
"""Letters that are not the digits of a number people remember (1-800-FLOWERS): words, remarks, times."""
_CACHED_PHONES = 65_536

_HOST_CHAR = r"[^\s/?#@:\[\]\\<>\"'`{}|^,;!$&()*+=%~\x00-\x1f.]"
_PORT_AND_PATH = r"(?::[0-9]{1,5})?(?:[/?#].*)?$"
_SCHEME_AND_USER = r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^\s/?#@]+@)?"
_WEB_HOST = (
    rf"(?:(?:{_HOST_CHAR}+\.)+[^\W\d_]{_HOST_CHAR}+\.?"  # name.tld
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:.]+\])"  # IPv4, IPv6
)
_URL = rf"^(?:(?:{_SCHEME_AND_USER}|//)?{_WEB_HOST}|{_SCHEME_AND_USER}[A-Za-z0-9-]+){_PORT_AND_PATH}"
"""Understood alike by Polars and by Python's re."""
_PYTHON_URL = re.compile(_URL)


class EmailValidator(FieldValidator):
    """One address, trimmed and in lower case; syntax only, no DNS and no list of reserved names."""

    dtype: ClassVar[pl.DataType] = pl.String()
    noun: ClassVar[str] = "email"

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Take plain ASCII addresses that the library is known to accept."""
        lower = text.str.to_lowercase()
        is_plain = (lower.str.len_bytes() <= _MAX_PLAIN_EMAIL) & lower.str.contains(_PLAIN_EMAIL)
        return (pl.when(is_plain).then(lower),)

    def judge(self, text: str) -> Judgement:
        """Ask email-validator; on top, a host needs a dot and can't end in a digit."""
        lower = text.lower()
        try:
            checked = validate_email(
                lower, check_deliverability=False, globally_deliverable=False, strict=True
            )
        except EmailNotValidError as error:
            return Judgement(error=f"not a valid email: {error}")
        except (ValueError, UnicodeError, IndexError):  # the idna library lets some of its own errors through
            return Judgement(error="not a valid email")
        last_label = checked.ascii_domain.rpartition(".")
        if not last_label[1] or last_label[2].isdigit():
            return Judgement(error="not a valid email: the part after the @-sign is not a domain name")
        return Judgement(lower)


class PhoneValidator(FieldValidator):
    """E.164 where that says all that the value says; otherwise the trimmed text with a warning.

    An extension, or words before the number, can't be said in E.164: such a value is kept as it is.
    """

    dtype: ClassVar[pl.DataType] = pl.String()
    noun: ClassVar[str] = "phone"

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Take North American numbers in their usual spellings."""
        code = r"(?:\+1[ .-]?)" + ("?" if self.context.default_region in _NANP_REGIONS else "")
        digits = text.str.replace_many(_NANP_PUNCTUATION, [""] * len(_NANP_PUNCTUATION))
        return (pl.when(text.str.contains(f"^{code}{_NANP}")).then("+1" + digits.str.tail(10)),)

    def judge(self, text: str) -> Judgement:
        """Ask phonenumbers."""
        number = _to_e164(text, self.context.default_region)
        if number is None:
            return Judgement(
                text, warning=f"not a phone number for region {self.context.default_region}, kept as it is"
            )
        return Judgement(number)


class UrlValidator(FieldValidator):
    """A web address with or without scheme; nothing is added or removed but blanks around it."""

    dtype: ClassVar[pl.DataType] = pl.String()
    noun: ClassVar[str] = "url"

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Take what has a host in the right place."""
        return (pl.when(text.str.contains(_URL)).then(text),)

    def judge(self, text: str) -> Judgement:
        """Decide with the same pattern."""
        return (
            Judgement(text)
            if _PYTHON_URL.match(text)
            else Judgement(error="not a valid url: no host name in it")
        )


@lru_cache(maxsize=_CACHED_PHONES)
def _to_e164(text: str, region: str) -> str | None:
    bare = text.removeprefix("tel:")
    if _WORDS_BEFORE_NUMBER.match(bare) or _LOOSE_LETTERS.search(bare):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
