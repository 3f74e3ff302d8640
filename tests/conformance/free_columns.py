"""Columns of an entity that a check may fill as it likes, and what to fill them with."""

from __future__ import annotations

from crm_sync.config.rest_reads import RestListRead
from tests.conformance.expected import list_paths

TEXTS = {"string", "text"}
ODD = {
    "decimal": ["12345678901234567890123456789012345678.123456789", "1e308", "-0.000000000000000001"],
    "integer": ["9223372036854775807", "-9223372036854775808", "1,234"],
    "datetime": [
        "0001-01-02T00:00:00Z",
        "9999-12-31T00:00:00.999999Z",
        "2025-03-09T02:30:00-05:00",
        "2025-11-02T01:30:00",
        "2025-03-09T02:30:00",
    ],
    "date": ["0001-01-01", "9999-12-31"],
    "json": ['{"a": [1, 2.50, null, "\N{FIRE}"]}'],
}
ODD["number"] = ODD["decimal"]
NOT_ONE = {"integer": "many", "number": "some", "decimal": "1.2.3", "boolean": "perhaps",
           "datetime": "next week", "date": "2025-02-30"}  # fmt: skip


def list_free_columns(entity):
    """Name the columns that a check may fill as it likes: nothing else of the entity depends on them."""
    bound = {*entity.primary_key, *entity.parent_key, entity.modified_column}
    if entity.deleted:
        bound |= {entity.deleted.column, entity.deleted.at}
    paths = set()
    if isinstance(entity.read, RestListRead):
        bound |= set(entity.read.columns.values())
        paths = {entity.read.changed_only, *entity.read.keep}
        paths |= {path for only in entity.read.only for path in only.paths}
    paths |= {path for name in bound if name for path in list_paths(entity, name)}
    free = []
    for name, config in entity.fields.items():
        own = list_paths(entity, name)
        is_shared = paths & set(own) or any(path.startswith(("_", "expr:")) for path in own)
        if not (name in bound or is_shared or config.required or config.format or config.mask):
            free.append(name)
            # one column for each path: a second one of another type would get what the first is filled with
            paths |= set(own)
    return free


def fill(entity, values_of):
    """Give a value for the first path of each free column whose type has one."""
    values = {}
    for number, name in enumerate(list_free_columns(entity)):
        choices = values_of(str(entity.fields[name].type), entity.fields[name])
        if choices:
            values[list_paths(entity, name)[0]] = choices[number % len(choices)]
    return values
