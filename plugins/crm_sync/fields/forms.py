"""Reads a form that was filled in: a list of titles and values, worded by whoever made the form."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from crm_sync.config.shapes import MADE, NUMBER, FormWords
from crm_sync.untyped import Json

Answers = Mapping[str, str]
"""Normalised title to value; what says nothing is not in it."""

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_CURRENCY = re.compile(r"([-+]?)\s*[$€£]\s*(?=[-+]?[\d.])")


def normalise_title(title: str) -> str:
    """Give a title as titles are compared."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), title)
    return " ".join(text.split()).rstrip(":- ").casefold()


def read_answers(given: Json, words: FormWords) -> Answers | None:
    """Read a form.

    Args:
        given: the list, or a text of it.
        words: how it is made.

    Returns:
        Its answers, empty where there is no form; None: it is no list of titles and values.
    """
    if given is None or (isinstance(given, str) and not given.strip()):
        return {}
    items = _decode(given) if isinstance(given, str) else given
    if not isinstance(items, list):
        return None
    answers: dict[str, str] = {}
    blanks = {text.casefold() for text in words.blanks} | {""}
    for item in items:
        title = item.get(words.title) if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(title, str):
            return None
        text = _clean(_write(item.get(words.value)))
        if text.casefold() not in blanks:
            answers.setdefault(normalise_title(title), text)
    return answers


def pick_answers(answers: Answers, words: FormWords, numbers: Collection[str]) -> dict[str, str | None]:
    """Give the keys that a record gets from its form.

    Args:
        answers: of the form.
        words: of the entity.
        numbers: keys that columns of numbers are filled from.
    """
    picked: dict[str, str | None] = {}
    for name, titles in words.columns.items():
        picked[MADE + name] = _find(answers, titles, is_number=MADE + name in numbers)
    for name, column in words.brackets.items():
        found = _BRACKETS.match(picked[MADE + column] or "")
        picked[MADE + name] = found[1].strip() or None if found else None
    return picked


def list_lines(
    answers: Answers, words: FormWords, numbers: Collection[str]
) -> Iterator[dict[str, str | None]]:
    """Give the keys of each line of a form, by its number; a line without any value is none.

    Args:
        answers: of the form.
        words: of the entity, with lines.
        numbers: keys that columns of numbers are filled from.
    """
    lines = words.lines
    if lines is None:
        return
    count = 0
    for number in range(1, lines.most + 1):
        named = {
            name: [title.replace(NUMBER, str(number)) for title in titles]
            for name, titles in lines.columns.items()
        }
        found = {
            MADE + name: _find(answers, one, is_number=MADE + name in numbers) for name, one in named.items()
        }
        if any(found.values()):
            count += 1
            yield {MADE + lines.number: str(number), **found}
    if count or not lines.single:
        return
    single = {MADE + name: None for name in lines.columns} | {
        MADE + name: _find(answers, titles, is_number=MADE + name in numbers)
        for name, titles in lines.single.items()
    }
    first = MADE + next(iter(lines.single))
    if single[first]:
        yield {MADE + lines.number: "1", **single}


def _find(answers: Answers, titles: Sequence[str], *, is_number: bool) -> str | None:
    found = (answers.get(normalise_title(title)) for title in titles)
    text = next((one for one in found if one), None)
    return _CURRENCY.sub(r"\1", text, count=1) if text and is_number and _CURRENCY.match(text) else text


def _decode(text: str) -> Json:
    try:
        # numbers as they are written: no float has every digit
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None


def _write(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return ", ".join(_write(one) for one in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _clean(text: str) -> str:
    """Drop the dash of a list that a picked value may have in front."""
    text = text.strip()
    return text[2:].strip() if text.startswith("- ") else text
