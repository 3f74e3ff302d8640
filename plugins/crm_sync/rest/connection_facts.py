"""The facts that a client needs from an Airflow connection, and texts filled with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_sync.config.auth_words import find_names
from crm_sync.exceptions import ConfigError


@dataclass(frozen=True)
class ConnectionFacts:
    """The parts of an Airflow connection that a client needs."""

    connection_id: str
    login: str = ""
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def lacks(self, key: str, expected: str) -> ConfigError:
        """Build the error for a missing value."""
        return ConfigError(f"connection {self.connection_id}", key, expected)

    def find(self, name: str) -> str:
        """Give the text of a slot: login, password or an extra; empty where there is none."""
        own = {"login": self.login, "password": self.password}
        return own[name] if name in own else str(self.extra.get(name) or "")

    def need(self, template: str) -> dict[str, str]:
        """Give the values for a text's slots.

        Raises:
            ConfigError: the connection lacks one of them.
        """
        values = {name: self.find(name) for name in find_names(template)}
        for name, value in values.items():
            if not value:
                key = name if name in ("login", "password") else f"extra.{name}"
                raise self.lacks(key, "a value, since the authentication needs it")
        return values


def fill_slots(template: str, values: Mapping[str, str]) -> str:
    """Fill a text in one pass: a secret may itself look like a slot. Slots without a value stay."""
    return re.sub(r"\{([a-z_][a-z0-9_]*)\}", lambda found: values.get(found[1], found[0]), template)
