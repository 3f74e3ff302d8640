"""Labels of options that records name by an id: looked up in the account, added to each record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.models import EntityConfig
from crm_sync.fields.key_paths import join_path, split_path
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record
from crm_sync.untyped import Json

Options = Mapping[str, tuple[str, Mapping[str, str]]]
"""By a field's name: the path of its value in a record, and the labels of its options by id."""
ROOT = "_option_labels"
"""Key under which a staged record has the labels, by field."""


def option_path(name: str) -> str:
    """Give the path at which a staged record has the labels of a field's value."""
    return join_path((ROOT, name))


def list_options(entity: EntityConfig, words: DiscoverWords, found: Mapping[str, Record]) -> Options:
    """Collect the options of the fields behind columns that ask for labels.

    Args:
        entity: settled, so that its columns say which fields those are.
        words: where a field has its options.
        found: the account's fields by name.
    """
    paths = (path for one in entity.fields.values() if one.options for path in _list_paths(one.source))
    names = (keys[1] for path in paths if (keys := split_path(path))[0] == ROOT and len(keys) == 2)
    return {
        name: (words.prefix + join_path((name,)), _read_options(words, found[name]))
        for name in names
        if name in found
    }


def add_option_labels(options: Options, record: Record) -> Record:
    """Give a record with the labels of its options: of a list a list, of an unknown option its id."""
    labels = {
        name: _translate(value, known)
        for name, (path, known) in options.items()
        if (value := find_path(record, path)) is not None
    }
    return {**record, ROOT: labels} if labels else record


def _translate(value: Json, known: Mapping[str, str]) -> Json:
    if isinstance(value, list):
        return [_translate(one, known) for one in value]
    return known.get(str(value), value) if isinstance(value, str | int) else value


def _read_options(words: DiscoverWords, field: Record) -> dict[str, str]:
    listed = find_path(field, words.options_path)
    pairs = (
        (find_path(one, words.option_id_path), find_path(one, words.option_label_path))
        for one in (listed if isinstance(listed, list) else ())
    )
    return {str(key): label for key, label in pairs if key is not None and isinstance(label, str) and label}


def _list_paths(source: str | Sequence[str] | None) -> tuple[str, ...]:
    return (source,) if isinstance(source, str) else tuple(source or ())
