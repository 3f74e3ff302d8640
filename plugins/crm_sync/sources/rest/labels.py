"""Which field of the account has the label that a column names; none is guessed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crm_sync.config.discovery import DiscoverWords
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.fields.key_paths import join_path, split_path
from crm_sync.fields.labels import Labels, list_known
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record
from crm_sync.sources.rest.option_labels import ROOT, option_path

_CLOSE = 0.6
_MOST_LIKELY = 4
_SHOWN_CHARS = 80
_RUN_FULL = "run a `full` to fill the rows that do not change meanwhile"


@dataclass(frozen=True)
class FoundLabels:
    """What an account says of the labels of an entity."""

    labels: Labels = field(default_factory=dict)
    """What this read fills its columns from."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """By column that nothing fills, why."""
    absent: tuple[str, ...] = ()
    """The labels of those columns."""
    notes: tuple[str, ...] = ()
    """Sentences about columns that are filled, but not from all that YAML names or the account has now."""
    names: Mapping[str, str] = field(default_factory=dict)
    """By source path, the label that each field of the account has."""


def find_labels(
    entity: EntityConfig, words: DiscoverWords, found: Mapping[str, Record], begun: Labels
) -> FoundLabels:
    """Look up the labels of all columns that have one.

    Args:
        entity: as YAML has it.
        words: where a field has its label.
        found: the account's fields by name.
        begun: what earlier pages of the same read were filled from; they hold no other field, so this read
            goes on with them.

    Raises:
        UnexpectedResponseError: no field has a label.
    """
    columns = {name: one for name, one in entity.fields.items() if one.labels}
    if not columns:
        return FoundLabels()
    names = _read_labels(words, found)
    paths: dict[str, list[str]] = {}
    for path, label in names.items():
        paths.setdefault(fold_label(label), []).append(path)
    labels: dict[str, dict[str, str]] = {}
    faults: dict[str, str] = {}
    notes: list[str] = []
    most = 1 if words.same_label == "first" else None
    for column, config in columns.items():
        hits = {label: paths.get(fold_label(label), [])[:most] for label in config.labels}
        sole = {label: fields[0] for label, fields in hits.items() if len(fields) == 1}
        if config.options:
            sole = {label: _turn_to_options(path, words) for label, path in sole.items()}
        twice = [_describe_twice(label, fields, words) for label, fields in hits.items() if len(fields) > 1]
        kept = list_known(config, begun.get(column, {}))
        if kept:
            labels[column] = kept
            notes += [] if kept == sole else [_describe_kept(column, kept, sole, words)]
        elif sole:
            labels[column] = sole
            notes += [f"{one}; column {column} is filled from its other labels." for one in twice]
        else:
            lost = [label for label, fields in hits.items() if not fields]
            faults[column] = "; ".join([*twice, *_describe_lost(lost, names, words)])
    absent = dict.fromkeys(label for column in faults for label in columns[column].labels)
    return FoundLabels(labels, faults, tuple(absent), tuple(notes), names)


def fold_label(label: str) -> str:
    """Give what two labels have in common that people can't tell apart, or would not."""
    return " ".join(unicodedata.normalize("NFC", label).split()).casefold()


def describe_moves(
    entity: EntityConfig, found: FoundLabels, earlier: Labels, absent: Collection[str], *, prefix: str = ""
) -> list[str]:
    """Say what became of labels since the previous run.

    Args:
        entity: the columns.
        found: by this read.
        earlier: what the columns were filled from before.
        absent: labels that no field had then.
        prefix: of source paths before a field's name.
    """
    notes = []
    for column, config in entity.fields.items():
        before, now = list_known(config, earlier.get(column, {})), found.labels.get(column, {})
        if before and now and list(before.values()) != list(now.values()):
            was, is_now = (_show_fields(paths.values(), prefix) for paths in (before, now))
            notes.append(
                f"column {column} is filled from {is_now} now and was filled from {was} before, because "
                f"{_quote(config.labels)} is the label of another field; {_RUN_FULL}."
            )
        elif back := [label for label in now if label in absent]:
            notes.append(f"the account has a field with the label {_quote(back)} again; {_RUN_FULL}.")
        elif not now:
            notes += [
                f"{_show_fields([path], prefix)}, from which column {column} was filled before, has the "
                f"label '{_show_label(found.names[path])}' now."
                for label, path in before.items()
                if fold_label(found.names.get(path, label)) != fold_label(label)
            ]
    return notes


def _turn_to_options(path: str, words: DiscoverWords) -> str:
    """Give the path at which a staged record has the labels of a field's options."""
    return option_path(split_path(path.removeprefix(words.prefix))[0])


def _read_labels(words: DiscoverWords, found: Mapping[str, Record]) -> dict[str, str]:
    labels = {name: find_path(one, words.label_path) for name, one in found.items()}
    told = {
        words.prefix + join_path([name]): label
        for name, label in labels.items()
        if isinstance(label, str) and label.strip()
    }
    if not told:
        raise UnexpectedResponseError(f"no field of the account has a label at '{words.label_path}'")
    return told


def _describe_twice(label: str, paths: Sequence[str], words: DiscoverWords) -> str:
    shown = _show_fields(paths, words.prefix, "and")
    return f"the label '{label}' is that of {shown}, so none of them is taken: name the one by `source`"


def _describe_lost(lost: Sequence[str], names: Mapping[str, str], words: DiscoverWords) -> list[str]:
    if not lost:
        return []
    folded: dict[str, list[str]] = {}
    for path, label in names.items():
        folded.setdefault(fold_label(label), []).append(path)
    near = [one for label in lost for one in difflib.get_close_matches(fold_label(label), folded, 2, _CLOSE)]
    likely = [path for one in dict.fromkeys(near) for path in folded[one]][:_MOST_LIKELY]
    shown = [f"'{_show_label(names[path])}' ({_show_fields([path], words.prefix)})" for path in likely]
    hint = f" (now {' or '.join(shown)}?)" if shown else ""
    return [f"the account has no field with the label {_quote(lost)}{hint}, or hides it from the key"]


def _describe_kept(
    column: str, kept: Mapping[str, str], sole: Mapping[str, str], words: DiscoverWords
) -> str:
    begun, label = _show_fields(kept.values(), words.prefix), _quote(kept)
    now = f"{label} is the label of {_show_fields(sole.values(), words.prefix)} by now"
    now = now if sole else f"no single field has the label {label} any more"
    return f"column {column} is filled from {begun} to the end of this read, as it began, although {now}."


def _show_fields(paths: Iterable[str], prefix: str, word: str = "or else") -> str:
    return f" {word} ".join(path.removeprefix(f"{ROOT}.").removeprefix(prefix) for path in paths)


def _show_label(label: str) -> str:
    """Give an account's label as log and history may show it; people who have no part in either write it."""
    shown = "".join(one if one.isprintable() else "?" for one in " ".join(label.split()))
    return shown if len(shown) <= _SHOWN_CHARS else shown[:_SHOWN_CHARS] + "…"


def _quote(labels: Iterable[str]) -> str:
    return " or ".join(f"'{label}'" for label in labels)
