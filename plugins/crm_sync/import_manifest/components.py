"""A component of a manifest with its parameters, which remembers what of it was understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.untyped import Json

_SILENT = frozenset({"type", "$parameters", "$ref", "$comment", "description", "$options"})
_STRAY = frozenset({"name", "path", "primary_key"})
"""Keys that change nothing by themselves; the second three are read where they mean something."""


class Component:
    """A mapping of the manifest.

    A parameter counts as a key that the mapping lacks, in each mapping below the one that sets it.

    Args:
        content: its keys, references resolved.
        parameters: of the components around it.
        place: where it stands, for messages.
        family: all components of one stream, in which this one is noted.
    """

    def __init__(
        self,
        content: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
        place: str = "",
        family: list[Component] | None = None,
    ) -> None:
        own = content.get("$parameters") or content.get("$options") or {}
        self.parameters: dict[str, Any] = {**(parameters or {}), **(own if isinstance(own, dict) else {})}
        self.place = place
        self._content = content
        self._read: set[str] = set()
        self._family = [] if family is None else family
        self._family.append(self)

    @property
    def type(self) -> str:
        """Give its type; empty where it has none."""
        return str(self._content.get("type") or "")

    @property
    def class_name(self) -> str:
        """Give the Python class of a custom component."""
        return str(self._content.get("class_name") or "")

    def take(self, key: str, default: Json = None) -> Json:
        """Give the value of a key, its own or a parameter's, and remember that it was understood."""
        self._read.add(key)
        value = self._content.get(key)
        if value is None:
            value = self.parameters.get(key)
        return default if value is None else value

    def own(self, key: str, default: Json = None) -> Json:
        """Give the value of a key that no parameter stands for."""
        self._read.add(key)
        value = self._content.get(key)
        return default if value is None else value

    def part(self, key: str) -> Component | None:
        """Give the component at a key; None: there is none.

        Raises:
            NotSaidError: something else is there.
        """
        value = self.own(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise NotSaidError("a component of a form that is not known", f"{self._name(key)} {value!r}")
        return self._make(value, key)

    def parts(self, key: str) -> list[Component]:
        """Give the components at a key, of which one may stand alone."""
        value = self.own(key, [])
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, dict) for item in items):
            raise NotSaidError("a component of a form that is not known", self._name(key))
        return [self._make(item, f"{key}[{at}]") for at, item in enumerate(items)]

    def leave(self, *keys: str) -> None:
        """Say that keys mean nothing here."""
        self._read.update(keys)

    def leave_all(self) -> None:
        """Say that the whole component means nothing here."""
        self._read.update(self._content)

    def name_unread(self) -> Iterator[str]:
        """Name the keys that nothing understood, of it and of all components of its stream."""
        for one in self._family:
            yield from one.name_own_unread()

    def name_own_unread(self) -> Iterator[str]:
        """Name its own keys that nothing understood."""
        for key in self._content:
            if key not in self._read and key not in _SILENT | _STRAY and self.parameters.get(key) is None:
                yield self._name(key)

    def begin(self) -> Component:
        """Give the same component with a family of its own."""
        return Component(self._content, self.parameters, self.place)

    def _make(self, content: Mapping[str, Any], key: str) -> Component:
        return Component(content, self.parameters, self._name(key), self._family)

    def _name(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key
