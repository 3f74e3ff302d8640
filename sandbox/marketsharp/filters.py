"""`$filter` and `$orderby` of OData 2: comparisons joined by and, or and not, and `substringof`."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.marketsharp import times
from sandbox.marketsharp.errors import ApiError, no_property, syntax
from sandbox.marketsharp.sets import EntitySet
from sandbox.marketsharp.store import Fields

Test = Callable[[Fields], bool]
Compare = Callable[[Any, Any], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<time>datetime'(?P<moment>[^']*)')|(?P<text>'(?:[^']|'')*')|(?P<open>\()|(?P<close>\))"
    r"|(?P<comma>,)|(?P<number>-?\d+(?:\.\d+)?[LlMmDdFf]?)|(?P<word>[A-Za-z_]\w*))"
)
_COMPARISONS: dict[str, Compare] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
_WORDS = {"true": True, "false": False, "null": None}


class FilterParser:
    """Reads one filter.

    Args:
        text: of it.
        entity_set: whose properties it may name.
        fold: makes texts comparable.
    """

    def __init__(self, text: str, entity_set: EntitySet, fold: Callable[[Any], Any]) -> None:
        self._text = text
        self._set = entity_set
        self._fold = fold
        self._tokens: list[tuple[str, str, int]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise syntax(text, at)
            kind = next(name for name in match.groupdict() if name != "moment" and match[name] is not None)
            value = match["moment"] if kind == "time" else match[kind]
            self._tokens.append((kind, value, match.start(kind)))
            at = match.end()
        self._at = 0

    def parse(self) -> Test:
        """The whole filter.

        Raises:
            ApiError: 400, it can't be read, or names a property that the set lacks.
        """
        test = self._parse_or()
        if self._at < len(self._tokens):
            raise self._fail()
        return test

    def parse_literals(self) -> list[Any]:
        """A list of values, as a skip token has them."""
        values = [self._parse_operand()(_NO_FIELDS)]
        while self._take("comma"):
            values.append(self._parse_operand()(_NO_FIELDS))
        return values

    def _parse_or(self) -> Test:
        tests = [self._parse_and()]
        while self._take("word", "or"):
            tests.append(self._parse_and())
        return tests[0] if len(tests) == 1 else lambda record: any(test(record) for test in tests)

    def _parse_and(self) -> Test:
        tests = [self._parse_one()]
        while self._take("word", "and"):
            tests.append(self._parse_one())
        return tests[0] if len(tests) == 1 else lambda record: all(test(record) for test in tests)

    def _parse_one(self) -> Test:
        if self._take("word", "not"):
            test = self._parse_one()
            return lambda record: not test(record)
        if self._take("open"):
            test = self._parse_or()
            self._need("close")
            return test
        if self._take("word", "substringof"):
            self._need("open")
            part = self._parse_operand()
            self._need("comma")
            whole = self._parse_operand()
            self._need("close")
            return lambda record: str(part(record)) in str(whole(record) or "")
        left = self._parse_operand()
        if self._at >= len(self._tokens) or self._tokens[self._at][1] not in _COMPARISONS:
            raise self._fail()
        word = self._tokens[self._at][1]
        self._at += 1
        return self._compare(word, left, self._parse_operand())

    def _compare(self, word: str, left: Callable[[Fields], Any], right: Callable[[Fields], Any]) -> Test:
        compare = _COMPARISONS[word]

        def test(record: Fields) -> bool:
            one, other = left(record), right(record)
            if one is None or other is None:
                return word in ("eq", "ne") and compare(one, other)
            return compare(self._fold(one), self._fold(other))

        return test

    def _parse_operand(self) -> Callable[[Fields], Any]:
        if self._at >= len(self._tokens):
            raise self._fail()
        kind, value, at = self._tokens[self._at]
        self._at += 1
        if kind == "word" and value not in _WORDS:
            if value not in self._set.properties:
                raise no_property(value, self._set.type_name, at)
            return lambda record: record.get(value)
        constant = self._read_constant(kind, value, at)
        return lambda _record: constant

    def _read_constant(self, kind: str, value: str, at: int) -> object:
        if kind == "word":
            return _WORDS[value]
        if kind == "text":
            return value[1:-1].replace("''", "'")
        if kind == "number":
            return Decimal(value.rstrip("LlMmDdFf"))
        if kind == "time":
            try:
                return times.write(times.read(value))
            except ValueError:
                raise syntax(self._text, at) from None
        raise syntax(self._text, at)

    def _take(self, kind: str, word: str | None = None) -> bool:
        if self._at < len(self._tokens):
            found, value, _ = self._tokens[self._at]
            if found == kind and word in (None, value):
                self._at += 1
                return True
        return False

    def _need(self, kind: str) -> None:
        if not self._take(kind):
            raise self._fail()

    def _fail(self) -> ApiError:
        at = self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._text)
        return syntax(self._text, at)


_NO_FIELDS: Fields = {}


def parse_order(text: str, entity_set: EntitySet) -> list[tuple[str, bool]]:
    """Properties and whether they descend; the key comes last, as the framework adds it.

    Raises:
        ApiError: 400, it names a property that the set lacks.
    """
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, direction = part.partition(" ")
        if name not in entity_set.properties:
            raise no_property(name, entity_set.type_name, text.index(name))
        if direction.strip() not in ("", "asc", "desc"):
            raise syntax(text, text.index(part))
        found.append((name, direction.strip() == "desc"))
    if entity_set.key not in {name for name, _ in found}:
        found.append((entity_set.key, False))
    return found
