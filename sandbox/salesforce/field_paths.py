"""From a field's name in a query to its value: of the record itself, or of a parent that it refers to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.catalogue import FieldSpec
from sandbox.salesforce.errors import invalid_field
from sandbox.salesforce.object_types import TYPE_BY_NAME
from sandbox.salesforce.soql_tokens import Token, point_at
from sandbox.salesforce.store import Fields, Store, Table, Value

Getter = Callable[[Fields], Any]
"""Gives a value of a record, a text, a number, a boolean or null."""
MOST_STEPS = 5
"""Parents that a path may lead through."""

_HINT = (
    "If you are attempting to use a custom {0}, be sure to append the '__{1}' after the custom {0} name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


@dataclass(frozen=True)
class FieldPath:
    """A field and the references that lead to its record."""

    references: tuple[FieldSpec, ...]
    spec: FieldSpec

    @property
    def text(self) -> str:
        """As results name it."""
        return ".".join([*(one.relationship or "" for one in self.references), self.spec.name])

    def build_getter(self, store: Store) -> Getter:
        """A function that gives the value for a record; none where a parent is missing."""
        name = self.spec.name
        if not self.references:
            return lambda record: record[name]

        def get(record: Fields) -> Value:
            found = record
            for reference in self.references:
                parent = store.find(found[reference.name])
                if parent is None:
                    return None
                found = parent[1]
            value: Value = found.get(name)
            return value

        return get


def find_path(store: Store, table: Table, query: str, token: Token) -> FieldPath:
    """Look up a field of a query, with the parents before it.

    Raises:
        ApiError: 400, INVALID_FIELD: not there, or not visible, which looks the same.
    """
    *steps, name = token.text.split(".")
    if steps and steps[0].lower() == table.type.name.lower():
        # the object's own name may stand before its fields
        steps = steps[1:]
    references: list[FieldSpec] = []
    for step in steps:
        reference = next(
            (one for one in table.visible.values() if (one.relationship or "").lower() == step.lower()), None
        )
        parent = None if reference is None else _find_parent(store, reference)
        if reference is None or parent is None or len(references) == MOST_STEPS:
            message = (
                f"Didn't understand relationship '{step}' in field path. {_HINT.format('relationship', 'r')}"
            )
            raise invalid_field(point_at(query, token.at, message))
        references.append(reference)
        table = parent
    spec = table.find_field(name)
    if spec is None:
        message = f"No such column '{name}' on entity '{table.type.name}'. {_HINT.format('field', 'c')}"
        raise invalid_field(point_at(query, token.at, message))
    return FieldPath(tuple(references), spec)


def _find_parent(store: Store, reference: FieldSpec) -> Table | None:
    """The table of the first object that a reference may lead to and that the fake has."""
    types = [TYPE_BY_NAME[name] for name in reference.targets if name in TYPE_BY_NAME]
    return store.tables[types[0].kind] if types else None
