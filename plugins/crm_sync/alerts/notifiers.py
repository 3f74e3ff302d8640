"""Makes a notifier of Airflow from its YAML and lets it tell a message.

Texts of a message come from outside, an error of a CRM for example, and notifiers render their arguments as
templates. So a slot becomes a reference to a value, `{{ crm_sync_alert.text }}`: values are never rendered.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from crm_sync.alerts.messages import Message
from crm_sync.config.alert_words import SLOT, AlertConfig

VALUES = "crm_sync_alert"
"""Name of the message's words in the notifier's context."""


class NotifierError(Exception):
    """A notifier can't be made, or could not tell; the message is one sentence."""


def build_notifier(alert: AlertConfig, message: Message) -> Callable[[dict[str, Any]], object]:
    """Make the notifier for one message.

    Raises:
        NotifierError: there is no such class, it is no notifier, or it does not take its arguments.
    """
    module, _, name = alert.notifier.rpartition(".")
    try:
        made: Any = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise NotifierError(
            f"{alert.label}: there is no notifier {alert.notifier} here ({_first_line(error)}); install its "
            f"provider, or correct the name in the YAML."
        ) from error
    if not callable(getattr(made, "notify", None)):
        raise NotifierError(f"{alert.label}: {alert.notifier} is no notifier of Airflow.")
    rendered = frozenset(getattr(made, "template_fields", ()))
    arguments = {
        key: _fill(value, message.slots, is_rendered=key in rendered)
        for key, value in alert.arguments.items()
    }
    try:
        notifier: Callable[[dict[str, Any]], object] = made(**arguments)
    except Exception as error:
        raise NotifierError(
            f"{alert.label}: {name} does not take its arguments: {_describe(error)}."
        ) from error
    return notifier


def send(alert: AlertConfig, message: Message, context: Mapping[str, Any]) -> None:
    """Tell a message one way.

    Args:
        alert: the way.
        message: to tell.
        context: the task's, for the notifier's templates.

    Raises:
        NotifierError: it could not be told.
    """
    notifier = build_notifier(alert, message)
    try:
        notifier({**context, VALUES: dict(message.slots)})
    except NotImplementedError as error:
        raise NotifierError(f"{alert.label}: {alert.notifier} can't be used by a task.") from error
    except Exception as error:
        raise NotifierError(f"{alert.label} could not tell: {_describe(error)}.") from error


def _fill(value: Any, slots: Mapping[str, str], *, is_rendered: bool) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(value, str):
        if is_rendered:
            return SLOT.sub(lambda found: f"{{{{ {VALUES}.{found[1]} }}}}", value)
        return SLOT.sub(lambda found: slots[found[1]], value)
    if isinstance(value, dict):
        return {key: _fill(item, slots, is_rendered=is_rendered) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, slots, is_rendered=is_rendered) for item in value]
    return value


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "no reason was given").rstrip(".")
