"""The flags of one run, checked.

Airflow accepts unknown conf keys and its form always sends every flag, so the package parses params itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from crm_sync.config.flags import FLAGS, RENAMED, REPLAY_PARTNERS, REPLAY_PARTS, Flag, forbidden_pairs
from crm_sync.constants import DEFAULT_BATCH_SIZE
from crm_sync.exceptions import OptionsError

_FALSE_TRUE = {"true": True, "false": False}


@dataclass(frozen=True)
class RunOptions:
    """The flags of one run, checked; times are aware UTC, `entities` empty means all."""

    entities: tuple[str, ...] = ()
    full: bool = False
    force: bool = False
    dry_run: bool = False
    skip_validation: bool = False
    debug: bool = False
    batch_size: int = DEFAULT_BATCH_SIZE
    max_records: int = 0
    start_date: datetime | None = None
    end_date: datetime | None = None
    replay_rejected: bool = False
    replay_rule: str | None = None
    replay_ids: tuple[int, ...] = ()
    extra: tuple[tuple[str, Any], ...] = ()
    """The CRM's own flags, name and value."""

    def to_json(self) -> dict[str, Any]:
        """Give the effective flags for sync_history.configuration: times as ISO 8601 text."""
        values = {**asdict(self), **dict(self.extra)}
        del values["extra"]
        values["entities"], values["replay_ids"] = list(self.entities), list(self.replay_ids)
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}

    def is_plain(self) -> bool:
        """Tell whether no common flag changes what the run reads or overwrites."""
        harmless: dict[str, Any] = {
            "debug": False,
            "skip_validation": False,
            "batch_size": DEFAULT_BATCH_SIZE,
        }
        return replace(self, entities=(), extra=(), **harmless) == RunOptions()

    def selects(self, sync_type: str) -> bool:
        """Tell whether this run syncs the entity."""
        return not self.entities or sync_type in self.entities


def parse_options(
    params: Mapping[str, Any], *, known_entities: Sequence[str], own_flags: Sequence[Flag] = ()
) -> tuple[RunOptions, list[str]]:
    """Check the params of a run.

    Args:
        params: what Airflow hands over: defaults, form and conf merged.
        known_entities: sync_types of this CRM.
        own_flags: flags that only this CRM has.

    Returns:
        The options and warnings about renamed flags.

    Raises:
        OptionsError: one sentence that names the key, what was given and what is expected.
    """
    flags = {flag.name: flag for flag in (*FLAGS, *own_flags)}
    given, warnings = _rename(params, flags)
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in flags:
            known = ", ".join(flags)
            raise OptionsError(f"Unknown flag '{key}' with value {value!r}: expected one of {known}.")
        values[key] = _parse_value(flags[key], value, known_entities)
    own = tuple((flag.name, values.pop(flag.name, flag.default)) for flag in own_flags)
    options = RunOptions(**values, extra=own)
    _check_pairs(options, own_flags)
    return options, warnings


def _rename(params: Mapping[str, Any], flags: Mapping[str, Flag]) -> tuple[dict[str, Any], list[str]]:
    given = {key: value for key, value in params.items() if key not in RENAMED}
    warnings: list[str] = []
    for old, new in RENAMED.items():
        if old not in params:
            continue
        warnings.append(f"Flag '{old}' is an old name: use '{new}'.")
        before, after = given.get(new, flags[new].default), params[old]
        if flags[new].type == "boolean" and isinstance(after, bool) and isinstance(before, bool):
            given[new] = before or after  # two old names of one flag (test, verbose): either switches it on
        elif before not in (flags[new].default, after):
            raise OptionsError(
                f"Flags '{old}' = {after!r} and '{new}' = {before!r} disagree: expected '{new}'."
            )
        else:
            given[new] = after
    return given, warnings


def _parse_value(flag: Flag, value: object, known_entities: Sequence[str]) -> object:
    if value is None and flag.type in {"date", "text", "entities", "integers"}:
        return flag.default
    if flag.type == "boolean":
        return _parse_boolean(flag, value)
    if flag.type == "integer":
        return _parse_integer(flag, value)
    if flag.type == "date":
        return parse_moment(flag.name, value)
    if flag.type in {"entities", "integers"}:
        return _parse_list(flag, value, known_entities)
    if not isinstance(value, str):
        raise OptionsError(f"Flag '{flag.name}' is {value!r}: expected text.")
    return value


def _parse_boolean(flag: Flag, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _FALSE_TRUE:
        return _FALSE_TRUE[value.lower()]
    raise OptionsError(f"Flag '{flag.name}' is {value!r}: expected true or false.")


def _parse_integer(flag: Flag, value: object) -> int:
    bounds = f"from {flag.minimum}" + (f" to {flag.maximum}" if flag.maximum is not None else " up")
    if isinstance(value, int) and not isinstance(value, bool) and _is_within(flag, value):
        return value
    raise OptionsError(f"Flag '{flag.name}' is {value!r}: expected a whole number {bounds}.")


def _is_within(flag: Flag, number: int) -> bool:
    return number >= flag.minimum and (flag.maximum is None or number <= flag.maximum)


def parse_moment(name: str, value: object) -> datetime:
    """Read YYYY-MM-DD or ISO 8601 text; without a zone it is UTC.

    Raises:
        OptionsError: the text is no such moment.
    """
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            pass
        else:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    raise OptionsError(f"Flag '{name}' is {value!r}: expected a date (YYYY-MM-DD) or ISO 8601 time.")


def _parse_list(flag: Flag, value: object, known_entities: Sequence[str]) -> tuple[str | int, ...]:
    things = "entities" if flag.type == "entities" else "whole numbers"
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise OptionsError(f"Flag '{flag.name}' is {value!r}: expected a list of {things}.")
    if flag.type == "integers":
        return tuple(dict.fromkeys(_parse_integer(flag, one) for one in value))
    for name in value:
        if name not in known_entities:
            raise OptionsError(
                f"Flag '{flag.name}' names {name!r}: expected entities out of {', '.join(known_entities)}."
            )
    return tuple(dict.fromkeys(value))


def _check_pairs(options: RunOptions, own_flags: Sequence[Flag]) -> None:
    given = {name for name, value in asdict(options).items() if value != getattr(RunOptions(), name)} - {
        "extra"
    }
    own_defaults = {flag.name: flag.default for flag in own_flags}
    given |= {name for name, value in options.extra if value != own_defaults[name]}
    for pair in forbidden_pairs():
        if pair <= given:
            first, second = sorted(pair)
            raise OptionsError(f"Flags '{first}' and '{second}' were both given: expected one of them.")
    if not options.replay_rejected and (alone := given & REPLAY_PARTS):
        raise OptionsError(f"Flag '{min(alone)}' was given alone: expected 'replay_rejected' beside it.")
    if options.replay_rejected and (wrong := given - REPLAY_PARTNERS - {"replay_rejected"}):
        partners = ", ".join(sorted(REPLAY_PARTNERS))
        raise OptionsError(
            f"Flag '{min(wrong)}' was given with 'replay_rejected': expected only {partners} beside it."
        )
    if options.start_date and options.end_date and options.start_date >= options.end_date:
        raise OptionsError(
            f"Flag 'start_date' is {options.start_date.isoformat()}: "
            f"expected a moment before 'end_date' {options.end_date.isoformat()}."
        )
