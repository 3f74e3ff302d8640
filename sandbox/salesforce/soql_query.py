"""A parsed query: what is asked for, of which object, under which conditions, in which order."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.salesforce.soql_tokens import Token


class Literal(NamedTuple):
    """A value that a field is compared with."""

    kind: str
    """`string`, `datetime`, `date`, `number`, `boolean` or `null`."""
    value: str | float | bool | None
    """Moments as REST answers write them."""
    token: Token


class Comparison(NamedTuple):
    """A field, an operator in capitals, and one value or the several of `IN` and `NOT IN`."""

    field: Token
    operator: str
    literals: tuple[Literal, ...]


class Group(NamedTuple):
    """Conditions of which all, any, or none holds."""

    word: str
    """`AND`, `OR` or `NOT`."""
    conditions: tuple[Condition, ...]


Condition = Comparison | Group


class Order(NamedTuple):
    """One field of the order."""

    field: Token
    is_descending: bool = False
    nulls_last: bool = False


class Query(NamedTuple):
    """A whole query."""

    text: str
    fields: tuple[Token, ...]
    """None of them: only the number of rows is asked for."""
    object: Token
    where: Condition | None
    order: tuple[Order, ...]
    limit: int | None
    offset: int
