"""The account's own list of its fields, compared with what the YAML takes of it."""

from __future__ import annotations

from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.models import EntityConfig
from crm_sync.fields.key_paths import join_path, split_path
from crm_sync.fields.labels import settle_labels
from crm_sync.fields.paths import source_paths
from crm_sync.fields.told_types import find_type
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record
from crm_sync.sources.rest.discovery import find_account_fields, find_mapped
from crm_sync.sources.rest.field_lists import has_value
from crm_sync.sources.rest.labels import find_labels
from crm_sync.sources.rest.option_labels import ROOT
from crm_sync.sources.rest.slots import SlotValues
from crm_sync.sources.told_fields import ToldField, ToldFields


def list_told(
    client: RestClient, entity: EntityConfig, words: DiscoverWords, path: str, values: SlotValues
) -> ToldFields:
    """Ask the account for its fields as a read does.

    Unlike a read, a field that a sync can't do without may be missing: that is what the user asks for.

    Args:
        client: of the account.
        entity: whose columns say which fields are taken.
        words: how the account is asked.
        path: filled.
        values: of the slots in parameters, headers and body.

    Raises:
        SourceError: it does not list them.
    """
    found, _ = find_account_fields(client, words, path, values)
    labels = find_labels(entity, words, found, {})
    settled = settle_labels(entity, labels.labels)
    taken = {split_path(name)[0] for name in find_mapped(settled, words.prefix)} | _list_by_option(settled)
    skipped = [name for name in found if name not in taken and has_value(found[name], words.skip)]
    new = sorted(found.keys() - taken - set(skipped))
    note = f"{len(skipped)} more that the YAML passes over, by read.discover.skip." if skipped else ""
    return ToldFields(
        tuple(_describe(name, found[name], words) for name in new),
        _find_missing(settled, words, {*found, *words.always}, {**labels.faults}),
        # of an account that lists other fields among them, records have more keys than these
        is_whole=not words.only,
        notes=(note,) if note else (),
    )


def _describe(name: str, field: Record, words: DiscoverWords) -> ToldField:
    told, label = (find_path(field, path) if path else None for path in (words.type_path, words.label_path))
    return ToldField(
        words.prefix + join_path([name]),
        find_type(told, words.types) if isinstance(told, str) else None,
        told if isinstance(told, str) else "",
        label if isinstance(label, str) else "",
        is_stale=has_value(field, words.stale),
    )


def _list_by_option(entity: EntityConfig) -> set[str]:
    """Name the fields of which a column has the labels of the options."""
    paths = (path for name, field in entity.fields.items() for path in source_paths(name, field.source))
    keys = (split_path(path) for path in paths)
    return {one[1] for one in keys if one[0] == ROOT and len(one) > 1}


def _find_missing(
    entity: EntityConfig, words: DiscoverWords, known: set[str], faults: dict[str, str]
) -> dict[str, str]:
    """Give the columns that no field fills, each with what it names."""
    missing = {}
    for column, field in entity.fields.items():
        paths = source_paths(column, field.source)
        if column in faults:
            missing[column] = " or ".join(f"the label '{one}'" for one in field.labels)
        elif all(_is_gone(path, words.prefix, known) for path in paths):
            missing[column] = " or ".join(paths)
    return missing


def _is_gone(path: str, prefix: str, known: set[str]) -> bool:
    # what lies outside of the prefix, or is made by the read, is not the account's to list
    if not path.startswith(prefix) or path.startswith("_"):
        return False
    return split_path(path.removeprefix(prefix))[0] not in known
