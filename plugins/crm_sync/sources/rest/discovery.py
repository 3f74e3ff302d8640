"""Which fields a read asks for: those that the account has, of which some may be hidden from the key."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.models import EntityConfig
from crm_sync.config.shapes import list_shape_sources
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.fields.checks import check_fields
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.labels import Labels, settle_labels
from crm_sync.fields.paths import source_paths
from crm_sync.rest.cell_times import CellFormat
from crm_sync.rest.client import RestClient
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.messages import describe_value, find_path
from crm_sync.sources.base import Record
from crm_sync.sources.rest.field_formats import list_formats
from crm_sync.sources.rest.field_lists import has_value, list_fields
from crm_sync.sources.rest.labels import FoundLabels, find_labels
from crm_sync.sources.rest.option_labels import Options, list_options
from crm_sync.sources.rest.slots import SlotValues

_SHOWN_NAMES = 10


@dataclass(frozen=True)
class FieldPlan:
    """The fields of one read."""

    names: tuple[str, ...]
    """Mapped ones first, in YAML's order."""
    missing: tuple[str, ...] = ()
    """Mapped, but the account does not have them, or hides them."""
    missing_columns: frozenset[str] = frozenset()
    """Columns filled from missing fields alone; they keep their values."""
    notes: tuple[str, ...] = ()
    """Sentences about what is not read."""
    date: datetime | None = None
    """The source's clock when it told them."""
    stale: tuple[str, ...] = ()
    """Of those without a column, the ones that change without a new modified time."""
    types: Mapping[str, str] = field(default_factory=dict)
    """By field, its type as the account names it."""
    formats: Mapping[str, CellFormat] = field(default_factory=dict)
    """By field, how its dates and times are written."""
    options: Options = field(default_factory=dict)
    """What the fields of columns with `options` may be."""
    labels: FoundLabels = field(default_factory=FoundLabels)
    """What columns by label are filled from."""


def discover_fields(  # each comes from another room
    client: RestClient,
    entity: EntityConfig,
    words: DiscoverWords,
    path: str,
    values: SlotValues,
    begun: Labels | None = None,
) -> FieldPlan:
    """Ask the account for its fields and choose among them.

    Args:
        client: of the account.
        entity: whose columns say which are mapped.
        words: how it is asked.
        path: filled.
        values: of the slots in parameters, headers and body.
        begun: what columns by label are filled from in this read already; None: it has no page yet.

    Raises:
        UnexpectedResponseError: the answer lists no field, one without a name, or lacks one that a sync can't
            do without.
        SourceError: there is no answer.
    """
    found, date = find_account_fields(client, words, path, values)
    is_mapped_only = bool(words.mapped_only_extra) and client.extras.get(words.mapped_only_extra) == "mapped"
    unmapped = words.unmapped and not is_mapped_only
    plan = plan_fields(entity, words, found, unmapped=unmapped, begun=begun)
    types = {name: str(find_path(one, words.type_path)) for name, one in found.items() if words.type_path}
    options = list_options(settle_labels(entity, plan.labels.labels), words, found)
    formats = list_formats(client, entity, words, found)
    return replace(plan, date=date, types=types, options=options, formats=formats)


def find_account_fields(
    client: RestClient, words: DiscoverWords, path: str, values: SlotValues
) -> tuple[dict[str, Record], datetime | None]:
    """Give the account's fields by name, and the source's clock when it told them.

    Raises:
        UnexpectedResponseError: the answer lists no field, or one without a name.
        SourceError: there is no answer.
    """
    listed, date = list_fields(client, words, path, values)
    if not listed:
        raise UnexpectedResponseError(
            f"{words.method} {path}: the account lists no field at '{words.records_path}'"
        )
    kept = (field for field in listed if not words.only or has_value(field, words.only))
    return {_read_name(field, words): field for field in kept}, date


def plan_fields(
    entity: EntityConfig,
    words: DiscoverWords,
    found: Mapping[str, Record],
    *,
    unmapped: bool,
    begun: Labels | None = None,
) -> FieldPlan:
    """Choose the fields to ask for.

    Args:
        entity: whose columns name fields.
        words: what is skipped, and how long the list may be.
        found: the account's fields by name.
        unmapped: whether those without a column are read.
        begun: what columns by label are filled from in this read already.

    Raises:
        UnexpectedResponseError: the key, a required column, or what says that a record changed or is gone, is
            not among them.
        ConfigError: a column by label and another one of its field do not fit together.
    """
    labels = find_labels(entity, words, found, begun or {})
    entity = settle_labels(entity, labels.labels)
    if labels.labels:
        check_fields(entity)
    mapped = find_mapped(entity, words.prefix)
    known = {*found, *words.always}
    missing = tuple(name for name in mapped if split_path(name)[0] not in known)
    needed = entity.needed
    for column, why in labels.faults.items():
        if column in needed:
            raise UnexpectedResponseError(f"{why}; without {column} {entity.sync_type} can't be synced")
    columns = _find_columns(entity, {words.prefix + name for name in missing})
    if lost := sorted(columns & needed):
        raise UnexpectedResponseError(
            f"the account has no field for {', '.join(lost)}, or hides it from the key; without it "
            f"{entity.sync_type} can't be synced"
        )
    names = [name for name in mapped if name not in missing]
    others = sorted(found.keys() - {split_path(name)[0] for name in mapped}) if unmapped else []
    wanted = [name for name in others if not has_value(found[name], words.skip)]
    kept = fit_names([*names, *wanted], words.most_bytes, always=len(names))[len(names) :]
    notes = [
        *labels.notes,
        *(f"{why}; column {one} keeps its old values." for one, why in labels.faults.items()),
    ]
    notes += [*_describe_missing(missing, others), *_describe_cut(len(wanted) - len(kept), words.most_bytes)]
    stale = tuple(name for name in kept if has_value(found[name], words.stale))
    columns = columns.union(labels.faults)
    return FieldPlan((*names, *kept), missing, columns, tuple(notes), stale=stale, labels=labels)


def find_mapped(entity: EntityConfig, prefix: str = "") -> list[str]:
    """Name the fields that columns are filled from, in YAML's order; none that a read adds itself."""
    paths = (path for column, config in entity.fields.items() for path in source_paths(column, config.source))
    named = (path.removeprefix(prefix) for path in paths if path.startswith(prefix) and path[:1] != "_")
    return list(dict.fromkeys([*named, *list_shape_sources(entity.digests, entity.form)]))


def describe_returned(plan: FieldPlan, previous: Sequence[str]) -> str | None:
    """Say which fields that were missing before are there again; None: none is."""
    back = [name for name in previous if name not in plan.missing and name in plan.names]
    if not back:
        return None
    verb = "is" if len(back) == 1 else "are"
    return (
        f"{', '.join(back)} {verb} there again: run a `full` to fill the rows that do not change meanwhile."
    )


def _read_name(field: object, words: DiscoverWords) -> str:
    name = find_path(field, words.name_path)
    if not isinstance(name, str) or not name or make_printable(name) != name:
        raise UnexpectedResponseError(
            f"a field has {describe_value(name)} at '{words.name_path}', expected its name"
        )
    return name


def _find_columns(entity: EntityConfig, gone: set[str]) -> frozenset[str]:
    return frozenset(
        column
        for column, config in entity.fields.items()
        if gone.issuperset(source_paths(column, config.source))
    )


def fit_names(names: Sequence[str], most_bytes: int, *, always: int = 0) -> list[str]:
    """Give the first names that fit into a list.

    Args:
        names: all.
        most_bytes: of the list; 0: no end.
        always: how many are there however long they are.
    """
    left = most_bytes - len(",".join(names[:always]).encode())
    kept = list(names[:always])
    for name in names[always:]:
        left -= len(name.encode()) + (1 if kept else 0)
        if most_bytes and left < 0:
            break
        kept.append(name)
    return kept


def describe_stale(plan: FieldPlan) -> str | None:
    """Say which fields in `extra` go stale; None: none."""
    if not plan.stale:
        return None
    shown = ", ".join(plan.stale[:_SHOWN_NAMES]) + (" and more" if len(plan.stale) > _SHOWN_NAMES else "")
    return (
        f"extra has fields that the source computes and that change without a new modified time ({shown}): "
        "only a whole read renews them; with a column of their own, `refresh` can name them."
    )


def _describe_missing(missing: Sequence[str], others: Sequence[str]) -> list[str]:
    if not missing:
        return []
    named = []
    for name in missing:
        likely = difflib.get_close_matches(name, others, n=2, cutoff=0.6)
        named.append(f"{name} (now {' or '.join(likely)}?)" if likely else name)
    what, which = ("field", "it") if len(named) == 1 else ("fields", "them")
    rest = "its column keeps its" if len(named) == 1 else "their columns keep their"
    head = f"the account has no {what} {', '.join(named)}, or hides {which} from the key"
    return [f"{head}; {rest} old values."]


def _describe_cut(left_out: int, most_bytes: int) -> list[str]:
    if not left_out:
        return []
    why = f"their names make the list longer than {most_bytes:,} bytes (read.discover.most_bytes)"
    return [f"{left_out} fields without a column are not read: {why}."]
