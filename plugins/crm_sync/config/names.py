"""Names that one YAML file uses and another defines: found when a CRM is loaded, not by a run at night."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from crm_sync.config.auth_words import find_names
from crm_sync.config.call_names import CallRead, list_call_faults, list_call_uses
from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.jobs import JobCall, JobWords
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.paging import OffsetPaging
from crm_sync.config.parent_lists import ParentList
from crm_sync.config.partition import SubsetWords
from crm_sync.config.rest_config import RestConfig
from crm_sync.config.rest_reads import RestListRead, RestPass
from crm_sync.config.slots import (
    BEFORE,
    FIELDS,
    JOB,
    OWN_SLOTS,
    SAMPLE,
    TOKEN,
    Template,
    find_slots,
    find_wrong_format,
    parse_template,
)
from crm_sync.config.validation import show_value
from crm_sync.constants import SourceKind
from crm_sync.exceptions import ConfigError

_PARENT_SLOTS = frozenset({"time_zone"})
"""Slots that the list of parents has beside extras: it is read before anything else is known."""
_AN_EXTRA = "an extra of rest.extras"
_Call = RestPass | ParentList | DiscoverWords | JobCall | SubsetWords
_Use = tuple[str, Collection[str], str, Collection[str]]
"""Key path, the names used there, what they have to be, the names that there are."""


def check_names(source: SourceConfig, entity: EntityConfig, where: str) -> None:
    """Check the names by which an entity's read refers to source.yaml.

    Args:
        source: of the CRM; its flags, extras and limits are what can be named.
        entity: whose read is checked.
        where: its file.

    Raises:
        ConfigError: a strategy for another kind of CRM, or the first name that is defined nowhere: file, key
            path, what there is.
    """
    read, rest = entity.read, source.rest
    # a web CRM may come with exports, which are files
    has_exports = source.kind is SourceKind.REST and read.kind is SourceKind.FILES
    if read.kind is not source.kind and not has_exports:
        expected = f"one for a CRM of kind {source.kind}"
        raise ConfigError(where, "read.strategy", expected, got=read.strategy)
    if rest is None:
        return
    if isinstance(read, CallRead):
        _check(where, list_call_uses(read, rest), list_call_faults(read, rest))
    elif isinstance(read, RestListRead):
        _check(where, _list_uses(read, source, rest), _list_faults(read, rest))


def _check(where: str, uses: Iterator[_Use], faults: Iterator[tuple[str, str, str]]) -> None:
    for key, used, kind, known in uses:
        if unknown := sorted(set(used) - set(known)):
            there_are = f"one of {', '.join(sorted(known))}" if known else "none, since source.yaml has none"
            raise ConfigError(where, f"read.{key}", f"{kind}, {there_are}", got=show_value(unknown[0]))
    for key, expected, text in faults:
        raise ConfigError(where, f"read.{key}", expected, got=show_value(text))


def _list_uses(read: RestListRead, source: SourceConfig, rest: RestConfig) -> Iterator[_Use]:
    extras = set(rest.extras)
    for at, one in enumerate(read.passes):
        yield from _list_pass(f"passes.{at}", one, read, rest)
    if read.job is not None:
        yield from _list_job(read.job, read, rest)
    for key, parents in _list_parents(read):
        known = {*extras, *read.values, *_PARENT_SLOTS, *_named(parents.of.name if parents.of else "")}
        yield from _list_paths(key, parents, known, rest)
        yield f"{key}.pinned_by", _named(parents.pinned_by), _AN_EXTRA, extras
    if read.discover is not None:
        yield from _list_discovery(read.discover, read, rest)
    if read.partition is not None and read.partition.subsets is not None:
        subsets, classes = read.partition.subsets, {"default", *rest.rate_limits}
        yield from _list_paths("partition.subsets", subsets, {*extras, *read.values}, rest)
        yield "partition.subsets.rate_class", {subsets.rate_class}, "a class of rest.rate_limits", classes
    yield "page_size_extra", _named(read.page_size_extra), _AN_EXTRA, extras
    yield "zone_extra", _named(read.zone_extra), _AN_EXTRA, extras
    if read.side_by_side is not None:
        beside = read.side_by_side
        yield "side_by_side.flag", {beside.flag}, "a flag of source.yaml", source.flags
        yield "side_by_side.fast_flag", _named(beside.fast_flag), "a flag of source.yaml", source.flags
    for at, only in enumerate(read.only):
        yield f"only.{at}.flag", {only.flag}, "a flag of source.yaml", source.flags


def _list_job(job: JobWords, read: RestListRead, rest: RestConfig) -> Iterator[_Use]:
    extras = set(rest.extras)
    named = {*extras, *OWN_SLOTS, *read.values, *_named(read.parents.name if read.parents else "")}
    for key, call in job.calls.items():
        known = named | ({TOKEN} if key == "start" else set() if key in ("count", "clock") else {JOB})
        yield from _list_paths(f"job.{key}", call, known, rest)
    yield "job.above_extra", _named(job.above_extra), _AN_EXTRA, extras
    for key, name in job.poll.extras.items():
        yield f"job.poll.{key}", {name}, _AN_EXTRA, extras
    if job.file is not None:
        for key, name in job.file.extras.items():
            yield f"job.file.{key}", {name}, _AN_EXTRA, extras
        yield "job.file.s3_host", find_names(job.file.s3_host), _AN_EXTRA, extras


def _list_discovery(words: DiscoverWords, read: RestListRead, rest: RestConfig) -> Iterator[_Use]:
    extras = set(rest.extras)
    yield from _list_paths("discover", words, {*extras, *read.values, *_PARENT_SLOTS}, rest)
    yield "discover.mapped_only_extra", _named(words.mapped_only_extra), _AN_EXTRA, extras
    if words.formats is not None:
        yield "discover.formats.zone_extra", _named(words.formats.zone_extra), _AN_EXTRA, extras
    yield "discover.cost", words.cost, "a class of rest.rate_limits", rest.rate_limits


def _list_parents(read: RestListRead) -> Iterator[tuple[str, ParentList]]:
    chain = read.parents.chain if read.parents else ()
    yield from ((".".join(["parents", *["of"] * depth]), one) for depth, one in enumerate(chain))


def _list_pass(key: str, one: RestPass, read: RestListRead, rest: RestConfig) -> Iterator[_Use]:
    own = {*OWN_SLOTS, "api_version", *read.values, *_named(read.parents.name if read.parents else "")}
    in_path = own - OWN_SLOTS | {"time_zone"}
    own |= set(read.partition.slots) if read.partition is not None else set()
    yield from _list_paths(key, one, {*rest.extras, *in_path}, rest, {*rest.extras, *own})
    classes = {"default", *rest.rate_limits}
    yield f"{key}.rate_class", {one.rate_class}, "a class of rest.rate_limits", classes
    yield f"{key}.cost", one.cost, "a class of rest.rate_limits", rest.rate_limits


def _list_paths(
    key: str,
    one: _Call,
    in_path: set[str],
    rest: RestConfig,
    elsewhere: set[str] | None = None,
) -> Iterator[_Use]:
    for name, content in _list_templates(one).items():
        known = {*in_path, "api_version", *rest.path_names} if name == "path" else elsewhere or in_path
        used = {slot.name for _, slot in find_slots(content)}
        yield f"{key}.{name}", used, "placeholders that have a value", known


def _list_templates(one: _Call) -> dict[str, object]:
    """Give all templates of a list by key."""
    found: dict[str, object] = {"path": one.path}
    found |= {"records_path": one.records_path} if isinstance(one, DiscoverWords) else {}
    found |= {f"params.{name}": template for name, template in one.params.items()}
    if isinstance(one, RestPass | JobCall | DiscoverWords | SubsetWords | ParentList):
        found |= {f"headers.{name}": template for name, template in one.headers.items()}
    if isinstance(one, RestPass | JobCall | DiscoverWords | SubsetWords):
        found |= {"body": one.body.content} if one.body else {}
    return found


def _list_faults(read: RestListRead, rest: RestConfig) -> Iterator[tuple[str, str, str]]:
    """List what is wrong with slots whose names are right: key, expectation, text."""
    extras = frozenset(rest.extras)
    lists: Mapping[str, _Call] = {f"passes.{at}": one for at, one in enumerate(read.passes)}
    if read.job is not None:
        lists = {**lists, **{f"job.{key}": one for key, one in read.job.calls.items()}}
    lists = {**lists, **dict(_list_parents(read))}
    lists = {**lists, "discover": read.discover} if read.discover else lists
    if read.partition is not None and read.partition.subsets is not None:
        lists = {**lists, "partition.subsets": read.partition.subsets}
    if read.discover is not None and not read.discover.each_read and (why := _find_need(read)):
        yield "discover.each_read", f"true, since {why}", "false"
    for key, one in lists.items():
        for name, content in _list_templates(one).items():
            # what a job asks for may have anything in its path
            is_path = name == "path" and not isinstance(one, JobCall)
            context: Literal["path", "text"] = "path" if is_path else "text"
            for text, slot in find_slots(content):
                if (expected := find_wrong_format(slot, context, extras)) is not None:
                    yield f"{key}.{name}", expected, text
        if isinstance(one, RestPass | JobCall) and one.body is not None and one.body.format == "xml":
            for lacking in _list_lacking(read, one, parse_template(one.body.content)):
                yield (
                    f"{key}.body.content",
                    "a slot that may have no value inside of [? ... ?]",
                    f"{{{lacking}}}",
                )


def _find_need(read: RestListRead) -> str | None:
    """Say why a read can't do without the account's fields; None: it can."""
    calls = [*read.passes, *(read.job.calls.values() if read.job is not None else ())]
    if any(one.names(FIELDS) for one in calls):
        return f"a request has the slot {{{FIELDS}}}"
    answers = [read.answer, *(one.answer for one in read.passes if one.answer is not None)]
    return "answer.cells goes by the types of fields" if any(one.cells for one in answers) else None


def _list_lacking(read: RestListRead, one: RestPass | JobCall, template: Template) -> Iterator[str]:
    """List the slots that an XML text needs and that some request has no value for."""
    is_bounded = read.windows is not None and (isinstance(one, JobCall) or one.windowed)
    is_counted = isinstance(getattr(one, "paging", None) or read.paging, OffsetPaging)
    maybe = {"since": is_bounded, "after": is_counted, SAMPLE: False, BEFORE: False}
    maybe |= dict.fromkeys(read.partition.slots if read.partition is not None else (), False)
    yield from sorted(
        name for name, has_always in maybe.items() if name in template.needed and not has_always
    )


def _named(name: str) -> set[str]:
    return {name} if name else set()
