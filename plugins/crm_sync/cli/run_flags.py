"""The run flags as options of commands: made of the same list as the DAG's params, old names too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from typing_extensions import override

from crm_sync.config.flags import FLAGS, RENAMED, Flag, build_own_flags

_OWN = "crm_sync.own_options"
_HIDDEN = frozenset({"entities", "replay_rejected", "replay_rule", "replay_ids"})
"""Arguments of `sync`, and options of `replay`, that are taken as flags, too."""
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def run_flags(*, without: Iterable[str] = ()) -> Callable[[Decorated], Decorated]:
    """Give a command the flags of every run.

    Args:
        without: flags that it decides on itself.
    """
    left_out = frozenset(without)

    def decorate(command: Decorated) -> Decorated:
        options = [_build_option(flag) for flag in FLAGS if flag.name not in left_out]
        by_name = {flag.name: flag for flag in FLAGS}
        options += [
            _build_option(by_name[new], name=old, is_hidden=True)
            for old, new in RENAMED.items()
            if new not in left_out
        ]
        for option in reversed(options):
            vars(command).setdefault("__click_params__", []).append(option)
        return command

    return decorate


class RunCommand(click.Command):
    """A command that starts runs: a CRM's own flags are options as soon as the CRM is named."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Look for the CRM's name first: its YAML says which flags it has."""
        ctx.meta[_OWN] = [_build_option(flag) for flag in _find_own_flags(args)]
        return super().parse_args(ctx, args)

    @override
    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Give the parameters of every run, and those of this CRM."""
        given = super().get_params(ctx)
        return [*given[:-1], *ctx.meta.get(_OWN, ()), *given[-1:]]


def collect_conf(flags: Mapping[str, object]) -> dict[str, Any]:
    """Turn the options that were given into a run's conf; the DAG checks it again."""
    conf: dict[str, Any] = {}
    for name, value in flags.items():
        if value is None or value is False or value == ():
            continue
        conf[name] = list(value) if isinstance(value, tuple) else value
    if isinstance(conf.get("entities"), str):
        conf["entities"] = [name.strip() for name in conf["entities"].split(",")]
    return conf


def rename_flags(conf: Mapping[str, Any]) -> dict[str, Any]:
    """Give the conf with the new names alone; `parse_options` has seen that they do not disagree."""
    renamed = {name: value for name, value in conf.items() if name not in RENAMED}
    for old, new in RENAMED.items():
        if old in conf:
            renamed.setdefault(new, conf[old])
    return renamed


def _build_option(flag: Flag, *, name: str | None = None, is_hidden: bool = False) -> click.Option:
    name = name or flag.name
    declared = [f"--{name.replace('_', '-')}", name]
    is_hidden = is_hidden or flag.name in _HIDDEN
    if flag.type == "boolean":
        return click.Option(declared, is_flag=True, default=False, help=f"{flag.title}.", hidden=is_hidden)
    types: dict[str, tuple[Any, str]] = {
        "integer": (click.IntRange(flag.minimum, flag.maximum), "N"),
        "integers": (_parse_numbers, "N,N"),
        "date": (str, "DATE"),
        "entities": (str, "NAMES"),
        "text": (str, "TEXT"),
    }
    kind, metavar = types[flag.type]
    return click.Option(declared, type=kind, metavar=metavar, help=f"{flag.title}.", hidden=is_hidden)


def _parse_numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        message = f"'{text}' has to be whole numbers with commas between, such as 17,18."
        raise click.BadParameter(message) from None


def _find_own_flags(args: Iterable[str]) -> tuple[Flag, ...]:
    words = [one for one in args if not one.startswith("-")]
    if not words:
        return ()
    from crm_sync.config.loader import list_sources, load_source
    from crm_sync.exceptions import ConfigError
    from crm_sync.settings import configs_dir

    folder: Path = configs_dir()
    known = set(list_sources(folder))
    named = next((one for one in words if one in known), None)
    try:
        return () if named is None else build_own_flags(load_source(folder, named).flags)
    except ConfigError:
        return ()  # the command itself says what is wrong with the YAML
