"""Where a manifest puts a value into a request, and requests as they are put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.scope import read_constant


@dataclass
class Call:
    """The request of a list, in the words of a pass."""

    path: str
    method: str = "GET"
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    body_format: str = "json"

    @property
    def words(self) -> dict[str, Any]:
        """Give the words of the pass, save its name.

        Raises:
            NotSaidError: its method is none of ours.
        """
        words: dict[str, Any] = {"path": self.path}
        if self.method == "POST":
            words |= {"method": "POST", "only_reads": True}
        elif self.method != "GET":
            raise NotSaidError("a method other than GET and POST", self.method)
        words |= {"params": self.params} if self.params else {}
        words |= {"headers": self.headers} if self.headers else {}
        if self.body not in (None, {}):
            words["only_reads"] = True
            more = {} if self.body_format == "json" else {"format": self.body_format}
            words["body"] = {**more, "content": self.body}
        return words

    def names(self, slot: str) -> bool:
        """Tell whether a text of it has a slot."""
        return f"{{{slot}" in repr((self.params, self.headers, self.body))

    def put(self, place: Place, template: str) -> None:
        """Put a value where an option says.

        Raises:
            NotSaidError: there is no such place.
        """
        if place.kind == "request_parameter":
            self.params[place.keys[0]] = template
        elif place.kind == "header":
            self.headers[place.keys[0]] = template
        elif place.kind in ("body_json", "body_data"):
            self._put_in_body(place, template)
        else:
            raise NotSaidError("a place in a request", place.kind)

    def _put_in_body(self, place: Place, template: str) -> None:
        wanted = "json" if place.kind == "body_json" else "form"
        if self.body not in (None, {}) and self.body_format != wanted:
            raise NotSaidError("a body of two formats")
        self.body_format = wanted
        self.body = self.body if isinstance(self.body, dict) else {}
        at = self.body
        for key in place.keys[:-1]:
            at = at.setdefault(key, {})
            if not isinstance(at, dict):
                raise NotSaidError("a place in a request", ".".join(place.keys))
        at[place.keys[-1]] = template


@dataclass(frozen=True)
class Place:
    """A parameter, a header or a key of the body."""

    kind: str
    keys: tuple[str, ...]


def read_place(option: Component) -> Place:
    """Give the place that a request option names.

    Raises:
        NotSaidError: its name has to be worked out.
    """
    keys = option.own("field_path") or [option.take("field_name", "")]
    named = []
    for key in keys:
        try:
            name = read_constant(key, option)
        except NotSaidError:
            name = ""
        if not name:
            raise NotSaidError("the name of a parameter that has to be worked out", key)
        named.append(name)
    return Place(str(option.own("inject_into", "")), tuple(named))
