"""Reads flags, counts and positions of pages from an answer; any other value there is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.messages import describe_value
from crm_sync.untyped import Json

_YES = frozenset({"true", "1", "yes", "y"})
_NO = frozenset({"false", "0", "no", "n"})
_COUNT = re.compile(r"[0-9]{1,18}(?:\.0*)?")


def read_flag(data: Json, path: str) -> bool | None:
    """Read a yes or no: a boolean, 1 or 0, or the same as text in any case, `yes` and `n` too.

    Args:
        data: the decoded answer.
        path: where the flag is; empty: nowhere.

    Returns:
        None where the answer has none.

    Raises:
        UnexpectedResponseError: something else is there.
    """
    found = _find(data, path)
    if found is None or isinstance(found, bool):
        return found
    word = str(int(found)) if isinstance(found, int | float) and found in (0, 1) else found
    word = word.strip().lower() if isinstance(word, str) else ""
    if word in _YES or word in _NO:
        return word in _YES
    raise _refuse(path, found, "true or false")


def read_count(data: Json, path: str) -> int | None:
    """Read a number of records or pages: a whole number, also as text or with a fraction of zero.

    Returns:
        None where the answer has none.

    Raises:
        UnexpectedResponseError: something else is there.
    """
    found = _find(data, path)
    if found is None:
        return None
    text = "" if isinstance(found, bool | dict | list) else str(found).strip()
    if _COUNT.fullmatch(text):
        return int(text.split(".")[0])
    raise _refuse(path, found, "a whole number")


def read_position(data: object, path: str, end_words: tuple[str, ...] = ()) -> str | None:
    """Read the token of the next page, a text or a whole number.

    Args:
        data: the decoded answer.
        path: where the token is.
        end_words: texts there that mean the end.

    Returns:
        None where the answer names none: the path is absent, or null, false or an empty text is there.

    Raises:
        UnexpectedResponseError: something else is there.
    """
    found = _find(data, path)
    if found is None or found is False or found == "" or found in end_words:
        return None
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if not isinstance(found, bool) and isinstance(found, int):
        return str(found)
    if isinstance(found, str) and found.strip() and make_printable(found) == found:
        return found
    raise _refuse(path, found, "the next page's token, or nothing on the last page")


def read_next(data: Json, path: str) -> str | None:
    """Read the token of the next page if only its absence says that a list ends.

    Raises:
        UnexpectedResponseError: the object around the token is there without it, or the value is not a token.
    """
    token = read_position(data, path)
    around, _, key = path.rpartition(".")
    place = _find(data, around)
    if token is None and place and not (isinstance(place, Mapping) and key in place):
        raise UnexpectedResponseError(
            f"the answer has a '{around}' without '{key}', so it says neither the end nor the next page"
        )
    return token


def read_link(data: object, path: str, end_words: tuple[str, ...] = ()) -> str | None:
    """Read the next page's address, a text; arguments as for a token.

    Returns:
        None where the answer names none: the path is absent, or null, false or an empty text is there.

    Raises:
        UnexpectedResponseError: something else is there.
    """
    found = _find(data, path)
    if found is None or found is False or found == "" or found in end_words:
        return None
    if isinstance(found, str) and found.strip() and make_printable(found) == found:
        return found.strip()
    raise _refuse(path, found, "the next page's address, or nothing on the last page")


def _find(data: Json, path: str) -> Json:
    """Follow a path; a value on the way that is not an object is an error, except PHP's empty list."""
    at = data
    for number, key in enumerate(path.split(".") if path else ()):
        if isinstance(at, Mapping):
            at = at.get(key)
        elif number == 0 or at is None or at is False or at in ("", []):
            return None
        else:
            raise _refuse(".".join(path.split(".")[:number]), at, "an object")
    return at if path else None


def _refuse(path: str, found: Json, expected: str) -> UnexpectedResponseError:
    return UnexpectedResponseError(f"the answer has {describe_value(found)} at '{path}', expected {expected}")
