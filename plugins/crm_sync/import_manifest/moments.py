"""Formats of moments and spans of a manifest in the words of our slots."""

from __future__ import annotations

import re

from crm_sync.import_manifest.findings import NotSaidError

_KNOWN = {
    "%s": "epoch_s",
    "%s_as_float": "epoch_s",
    "%ms": "epoch_ms",
    "%Y-%m-%d": "date",
    "%Y-%m-%dT%H:%M:%SZ": "iso_z",
    "%Y-%m-%dT%H:%M:%S.%_msZ": "iso_ms",
}
_SPAN = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_DAYS = (365, 30, 7, 1)
_SECONDS = (3600, 60, 1)


def write_format(text: str) -> str:
    """Give the format of a slot for one of a manifest.

    Raises:
        NotSaidError: no format here means the same.
    """
    if (known := _KNOWN.get(text)) is not None:
        return known
    plain = re.sub(r"%[YmdHMSfzjbBaAyIp%Z]", "", text)
    if "%" not in text or "%" in plain or any(mark in text for mark in "@{}"):
        raise NotSaidError("a format of moments", text)
    return text.replace("%Z", "UTC")


def write_column_format(text: str) -> str | None:
    """Give the format of a column whose values are written so; None: the usual ones are read without."""
    is_usual = text in _KNOWN or text.startswith("%Y-%m-%d") or text == "%epoch_microseconds"
    return None if is_usual else text


def read_span(text: str) -> int:
    """Give the seconds of an ISO 8601 span; a year has 365 days, a month 30.

    Raises:
        NotSaidError: it is none.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None or text.strip() in ("P", "PT"):
        raise NotSaidError("a span of time that is no constant", text)
    numbers = [int(one or 0) for one in found.groups()]
    days = sum(count * size for count, size in zip(numbers[:4], _DAYS, strict=True))
    return days * 86_400 + sum(count * size for count, size in zip(numbers[4:], _SECONDS, strict=True))
