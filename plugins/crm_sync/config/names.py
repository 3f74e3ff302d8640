"""Names that one YAML file uses and another defines: found when a CRM is loaded, not by a run at night."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_config import RestConfig
from crm_sync.config.rest_reads import ParentList, RestListRead, RestPass
from crm_sync.config.validation import show_value
from crm_sync.exceptions import ConfigError

_OWN_VALUES = frozenset({"time_zone"})
"""Placeholders that every pass has."""
_Use = tuple[str, Collection[str], str, Collection[str]]
"""Key path, the names used there, what they have to be, the names that there are."""


def check_names(source: SourceConfig, entity: EntityConfig, where: str) -> None:
    """Check the names by which an entity's read refers to source.yaml.

    Args:
        source: of the CRM; its flags, extras and limits are what can be named.
        entity: whose read is checked.
        where: its file.

    Raises:
        ConfigError: the first name that is defined nowhere: file, key path, what there is.
    """
    read = entity.read
    if not isinstance(read, RestListRead) or source.rest is None:
        return
    for key, used, kind, known in _list_uses(read, source, source.rest):
        if unknown := sorted(set(used) - set(known)):
            there_are = f"one of {', '.join(sorted(known))}" if known else "none, since source.yaml has none"
            raise ConfigError(where, f"read.{key}", f"{kind}, {there_are}", got=show_value(unknown[0]))


def _list_uses(read: RestListRead, source: SourceConfig, rest: RestConfig) -> Iterator[_Use]:
    extras = set(rest.extras)
    for at, one in enumerate(read.passes):
        yield from _list_pass(f"passes.{at}", one, read.parents, rest)
    if read.parents is not None:
        yield from _list_paths("parents", read.parents, {*extras, *_OWN_VALUES}, rest)
        yield "parents.pinned_by", _named(read.parents.pinned_by), "an extra of rest.extras", extras
    yield "page_size_extra", _named(read.page_size_extra), "an extra of rest.extras", extras
    if read.side_by_side is not None:
        beside = read.side_by_side
        yield "side_by_side.flag", {beside.flag}, "a flag of source.yaml", source.flags
        yield "side_by_side.fast_flag", _named(beside.fast_flag), "a flag of source.yaml", source.flags
    for at, only in enumerate(read.only):
        yield f"only.{at}.flag", {only.flag}, "a flag of source.yaml", source.flags


def _list_pass(key: str, one: RestPass, parents: ParentList | None, rest: RestConfig) -> Iterator[_Use]:
    values = {*rest.extras, *_OWN_VALUES}
    yield from _list_paths(key, one, {*values, *_named(parents.name if parents else "")}, rest)
    classes = {"default", *rest.rate_limits}
    yield f"{key}.rate_class", {one.rate_class}, "a class of rest.rate_limits", classes


def _list_paths(key: str, one: RestPass | ParentList, values: set[str], rest: RestConfig) -> Iterator[_Use]:
    # a vendor's own client has names of its own for its paths
    if rest.client == "rest":
        yield (
            f"{key}.path",
            _placeholders(one.path),
            "placeholders that have a value",
            {*values, "api_version"},
        )
    known = {*rest.extras, *_OWN_VALUES}
    for name, template in one.params.items():
        yield f"{key}.params.{name}", _placeholders(template), "placeholders that have a value", known


def _named(name: str) -> set[str]:
    return {name} if name else set()


def _placeholders(template: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        return {template}  # a brace without its other half is no placeholder that has a value
