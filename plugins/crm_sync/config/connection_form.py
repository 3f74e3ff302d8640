"""How a CRM's connection looks in Airflow's UI: the type `crm_sync_<crm_source>` with a form of its own.

The provider's metadata, which Airflow reads in each of its processes, has it in connection_types.json.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crm_sync.config.base import Identifier, Model

TYPE_PREFIX = "crm_sync_"
"""Before the crm_source in the name of a connection's type, so that it is no other provider's."""


class FieldWords(Model):
    """One of the fields that every connection has."""

    label: str = Field(min_length=1, max_length=31)
    """What is asked for, in the CRM's own words; a longer one would push the field out of Airflow's form."""
    placeholder: str = ""
    """An example, shown while the field is empty."""


class ExtraWords(Model):
    """A field of the form that is kept in the connection's extra."""

    label: str = Field(min_length=1)
    """What is asked for, in the CRM's own words."""
    help: str = ""
    """What it changes, and what holds without it."""
    type: Literal["string", "integer", "number", "boolean", "secret"] = "string"
    """`secret` hides what is typed."""
    choices: tuple[str, ...] = ()
    """The values that there are; none: any."""


class ConnectionForm(Model):
    """The form of a connection; fields that it does not name are hidden, other extras are typed as JSON."""

    fields: dict[Literal["host", "port", "schema", "login", "password"], FieldWords] = Field(min_length=1)
    """The fields that are shown."""
    extras: dict[Identifier, ExtraWords] = Field(default_factory=dict)
    """Fields of their own for extras, by the extra's name."""
    opened_as: Literal["mysql", "mariadb", "postgres"] | None = None
    """For an SQL database: which one; a connection of that type works just as well."""


def name_type(crm_source: str) -> str:
    """Name the connection type of a CRM."""
    return TYPE_PREFIX + crm_source
