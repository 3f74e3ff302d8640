"""The parameter `fields`: which parts of an answer are wanted, `a,b(c,d),e.f`.

Source: Google's guide "Partial responses", read 2026-11.
"""

from __future__ import annotations

from typing import Any

Mask = dict[str, Any]


def read_mask(text: str) -> Mask:
    """Read a mask; by name, what is wanted inside, all of it where that is empty."""
    mask, rest = _read(text)
    if rest:
        message = f"not a field mask: {text!r}"
        raise ValueError(message)
    return mask


def apply_mask(value: object, mask: Mask) -> object:
    """Give the wanted parts; of a list, those of each item."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [apply_mask(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: apply_mask(value[name], inner) for name, inner in mask.items() if name in value}


def _read(text: str) -> tuple[Mask, str]:
    mask: Mask = {}
    while text and text[0] != ")":
        end = min((at for at in map(text.find, ",()") if at >= 0), default=len(text))
        *outer, last = text[:end].split(".")
        text = text[end:]
        inner: Mask = {}
        if text.startswith("("):
            inner, text = _read(text[1:])
            text = text.removeprefix(")")
        place = mask
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = inner
        text = text.removeprefix(",")
    return mask, text
