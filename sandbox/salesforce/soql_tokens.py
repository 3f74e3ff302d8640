"""Cuts a query into its words, and says where in it something is wrong."""

from __future__ import annotations

import re
from typing import NamedTuple

from sandbox.salesforce.errors import ApiError, malformed_query

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d\d-\d\dT[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)
    |(?P<date>\d{4}-\d\d-\d\d(?![\w:.]))
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w:]))
    |(?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)
    |(?P<symbol><=|>=|!=|<>|[=<>(),])""",
    re.VERBOSE | re.ASCII,
)
_BLANK = re.compile(r"\s*")


class Token(NamedTuple):
    """A word of a query and where it begins."""

    kind: str
    """`string`, `datetime`, `date`, `number`, `name`, `symbol`, or `end`."""
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these, whatever its case; they are given in capitals."""
        return self.kind in ("name", "symbol") and self.text.upper() in words


def read_tokens(query: str) -> list[Token]:
    """The words of a query, and an `end` behind them.

    Raises:
        ApiError: MALFORMED_QUERY, a character that begins no word.
    """
    tokens, at = [], _skip_blank(query, 0)
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise malformed_query(
                point_at(query, at, f"line 1:{at} no viable alternative at character '{query[at]}'")
            )
        tokens.append(Token(match.lastgroup or "", match[0], at))
        at = _skip_blank(query, match.end())
    return [*tokens, Token("end", "<EOF>", at)]


def unexpected(query: str, token: Token) -> ApiError:
    """MALFORMED_QUERY for a word that can't stand there, or that the fake does not know there."""
    return malformed_query(point_at(query, token.at, f"unexpected token: '{token.text}'"))


def point_at(query: str, at: int, message: str) -> str:
    """A message below the line of the query that it is about, with a mark under the place."""
    row, start = query.count("\n", 0, at) + 1, query.rfind("\n", 0, at) + 1
    line = query[start:].split("\n", 1)[0]
    column = at - start + 1
    return f"\n{line}\n{' ' * (column - 1)}^\nERROR at Row:{row}:Column:{column}\n{message}"


def _skip_blank(query: str, at: int) -> int:
    match = _BLANK.match(query, at)
    return at if match is None else match.end()
