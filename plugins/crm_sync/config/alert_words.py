"""Whom to tell when an entity needs a look, and through which of Airflow's notifiers; code: `alerts/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key

SLOTS = (
    *("subject", "text", "html", "state", "crm", "crm_source", "entities", "cause", "sentence", "since"),
    *("what_to_do", "link", "run_link"),
)
"""What a message has; see docs/alerts.md."""
SLOT = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
"""One word in single braces; double braces are Airflow's own templates."""
Kind = Literal[
    "failed",
    "abandoned",
    "late",
    "never",
    "unreliable",
    "silent",
    "rejecting",
    "different",
    "budget",
    "overdue",
]
"""What a message can be about: the findings of `crm_sync.health`, and a run beyond `dag.deadline`."""


class AlertConfig(Model):
    """One way to tell people: a notifier of Airflow, and what it is made with."""

    notifier: str = Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")
    """Class of the notifier with its module, `airflow.providers.smtp.notifications.smtp.SmtpNotifier`; its
    provider has to be installed."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """What the notifier is made with. Texts may have slots such as `{subject}`, `{text}` and `{html}`, and
    Airflow's own templates such as `{{ var.value.team }}`."""
    named: str = Field(default="", alias="name", pattern=r"^[a-z0-9_]*$")
    """Name of this way, for messages and for the note of what was told; empty: the class's name."""
    only: tuple[Kind, ...] = ()
    """Kinds of findings that are told this way; none: all."""

    @property
    def label(self) -> str:
        """Give the name under which it is noted what was told."""
        return self.named or self.notifier.rpartition(".")[2]

    @model_validator(mode="after")
    def _check_slots(self) -> Self:
        for text in _list_texts(self.arguments):
            for name in SLOT.findall(text):
                if name not in SLOTS:
                    raise wrong_key("alerts.arguments", f"slots out of {', '.join(SLOTS)}", f"{{{name}}}")
        return self


def find_twin(alerts: tuple[AlertConfig, ...]) -> str | None:
    """Name a label that two ways have: what was told one of them would count for the other; None: none."""
    labels = [alert.label for alert in alerts]
    return next((label for label in labels if labels.count(label) > 1), None)


def _list_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _list_texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _list_texts(item)
