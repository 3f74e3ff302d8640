"""Reads the SOQL that a sync sends: one object, conditions, order, limit; anything else is malformed.

Not known, and refused by name: aggregates, `GROUP BY`, sub-queries, `TYPEOF`, `FIELDS()`, relative dates.

Source: Salesforce SOQL and SOSL reference, SELECT syntax, as collected in the vendor notes, 2026-11.
"""

from __future__ import annotations

import re

from sandbox.salesforce.errors import malformed_query
from sandbox.salesforce.soql_query import Comparison, Condition, Group, Literal, Order, Query
from sandbox.salesforce.soql_tokens import Token, point_at, read_tokens, unexpected
from sandbox.salesforce.times import read_date, read_literal

_OPERATORS = ("=", "!=", "<>", "<", "<=", ">", ">=", "LIKE", "IN", "NOT")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def parse_query(text: str) -> Query:
    """Read a query.

    Raises:
        ApiError: 400, MALFORMED_QUERY.
    """
    return _Parser(text).read_query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = read_tokens(text)
        self._next = 0

    def read_query(self) -> Query:
        self._expect("SELECT")
        fields = self._read_fields()
        self._expect("FROM")
        name = self._read_name()
        where = self._read_conditions() if self._accept("WHERE") else None
        order = self._read_order() if self._accept("ORDER") else ()
        limit = self._read_count() if self._accept("LIMIT") else None
        offset = self._read_count() if self._accept("OFFSET") else 0
        if self._peek().kind != "end":
            raise unexpected(self._text, self._peek())
        return Query(self._text, fields, name, where, order, limit, offset)

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek()
        if token.kind != "end":
            self._next += 1
        return token

    def _accept(self, *words: str) -> Token | None:
        return self._take() if self._peek().is_word(*words) else None

    def _expect(self, *words: str) -> Token:
        token = self._take()
        if not token.is_word(*words):
            raise unexpected(self._text, token)
        return token

    def _read_name(self) -> Token:
        token = self._take()
        if token.kind != "name" or token.is_word("FROM", "WHERE"):
            raise unexpected(self._text, token)
        return token

    def _read_fields(self) -> tuple[Token, ...]:
        fields = [self._read_name()]
        if self._accept("("):
            if not fields[0].is_word("COUNT"):
                raise unexpected(self._text, fields[0])
            self._expect(")")
            return ()
        while self._accept(","):
            fields.append(self._read_name())
        return tuple(fields)

    def _read_conditions(self) -> Condition:
        conditions = [self._read_condition()]
        word = self._peek().text.upper()
        while self._peek().is_word("AND", "OR"):
            # the two may not be mixed without brackets
            self._expect(word)
            conditions.append(self._read_condition())
        return conditions[0] if len(conditions) == 1 else Group(word, tuple(conditions))

    def _read_condition(self) -> Condition:
        if self._accept("NOT"):
            return Group("NOT", (self._read_condition(),))
        if self._accept("("):
            inner = self._read_conditions()
            self._expect(")")
            return inner
        field = self._read_name()
        operator = self._expect(*_OPERATORS).text.upper().replace("<>", "!=")
        if operator == "NOT":
            self._expect("IN")
            operator = "NOT IN"
        literals = self._read_list() if operator in ("IN", "NOT IN") else (self._read_literal(),)
        if literals[0].kind == "null" and operator not in ("=", "!=", "IN", "NOT IN"):
            raise unexpected(self._text, literals[0].token)
        return Comparison(field, operator, literals)

    def _read_list(self) -> tuple[Literal, ...]:
        self._expect("(")
        literals = [self._read_literal()]
        while self._accept(","):
            literals.append(self._read_literal())
        self._expect(")")
        return tuple(literals)

    def _read_literal(self) -> Literal:
        token = self._take()
        if token.is_word("TRUE", "FALSE"):
            return Literal("boolean", token.is_word("TRUE"), token)
        if token.is_word("NULL"):
            return Literal("null", None, token)
        if token.kind == "string":
            return Literal("string", re.sub(r"\\(.)", _unescape, token.text[1:-1], flags=re.DOTALL), token)
        if token.kind == "number":
            return Literal("number", float(token.text), token)
        moment = {"datetime": read_literal, "date": read_date}
        if token.kind not in moment:
            raise unexpected(self._text, token)
        value = moment[token.kind](token.text)
        if value is None:
            raise malformed_query(point_at(self._text, token.at, f"Invalid {token.kind}: {token.text}"))
        return Literal(token.kind, value, token)

    def _read_order(self) -> tuple[Order, ...]:
        self._expect("BY")
        order = [self._read_order_field()]
        while self._accept(","):
            order.append(self._read_order_field())
        return tuple(order)

    def _read_order_field(self) -> Order:
        field = self._read_name()
        direction = self._accept("ASC", "DESC")
        end = self._expect("FIRST", "LAST") if self._accept("NULLS") else None
        return Order(
            field,
            is_descending=direction is not None and direction.is_word("DESC"),
            nulls_last=end is not None and end.is_word("LAST"),
        )

    def _read_count(self) -> int:
        token = self._take()
        if token.kind != "number" or not token.text.isdecimal():
            raise unexpected(self._text, token)
        return int(token.text)


def _unescape(match: re.Match[str]) -> str:
    # a wildcard stays marked: LIKE has to know that it is none
    return match[0] if match[1] in "%_" else _ESCAPES.get(match[1].lower(), match[1])
