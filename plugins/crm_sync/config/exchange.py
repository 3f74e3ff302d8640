"""What a request of a list is made of: method, headers, body; the slots in them are `config/slots.py`'s."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key
from crm_sync.config.slots import Slot, find_slots

Cost = dict[str, Annotated[int, Field(ge=1)]]
"""By class of `rest.rate_limits`: how much of it one request takes."""


def list_classes(first: str, cost: Cost) -> tuple[str, ...]:
    """Give the classes that a request counts in, each as often as it counts there."""
    return (first, *(name for name, count in cost.items() for _ in range(count)))


class Body(Model):
    """The body of a request; texts in it may have slots."""

    format: Literal["json", "form", "xml"] = "json"
    """`json`: a text that is one slot becomes a number or a list where its value is one; a key or an item
    whose slot has no value is left out, and what stands under the key `[?]` is left out as a whole. `form`:
    fields as a web form sends them. `xml`: a text; what fills its slots is escaped, and a slot that may have
    no value belongs into `[? ... ?]`."""
    content: Any
    """Objects, lists and texts; for `form` a mapping of texts, for `xml` a text."""

    @model_validator(mode="after")
    def _check_content(self) -> Self:
        content = self.content
        is_form = isinstance(content, dict) and all(isinstance(one, str) for one in content.values())
        if (self.format == "form" and not is_form) or (self.format == "xml" and not isinstance(content, str)):
            expected = {"form": "a mapping of texts", "xml": "a text"}[self.format]
            raise wrong_key("body.content", f"{expected} for format {self.format}", type(content).__name__)
        return self


class Templates(Model):
    """What a request is filled from, wherever it goes."""

    params: dict[str, str] = Field(default_factory=dict)
    """A parameter with a slot that has no value, such as an extra the connection lacks, is left out."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Beside those of `rest.headers`; left out like a parameter."""
    body: Body | None = None
    """Of a request that has one."""

    @property
    def slots(self) -> list[Slot]:
        """Give all slots of parameters, headers and body."""
        contents = (self.params, self.headers, self.body.content if self.body else None)
        return [slot for content in contents for _, slot in find_slots(content)]

    def names(self, slot: str) -> bool:
        """Tell whether parameters, headers or body have a slot."""
        return any(one.name == slot for one in self.slots)


class Exchange(Templates):
    """How a list is asked for, and what its pages share."""

    method: Literal["GET", "POST"] = "GET"
    """HTTP method."""
    only_reads: bool = False
    """Says of a POST that it changes nothing at the source, so that it may be sent again. Of a GET it says
    that the source wants a body with it."""

    def find_misfit(self) -> tuple[str, str, str] | None:
        """Give key, expectation and value of what does not fit together; None: all does."""
        if self.method == "POST" and not self.only_reads:
            return "only_reads", "true beside method: POST, since a page may be asked for again", "false"
        if self.body is not None and self.method == "GET" and not self.only_reads:
            return "body", "method: POST beside it, or only_reads: true for a GET that has one", "GET"
        return None
