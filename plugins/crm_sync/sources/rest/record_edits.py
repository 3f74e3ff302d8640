"""Changes of a record's form before it is staged, as YAML says, so that columns can name its values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from functools import partial, reduce
from typing import Any

import msgspec

from crm_sync.config.record_edits import PickWords
from crm_sync.config.rest_reads import RestListRead
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record
from crm_sync.sources.rest.option_labels import Options, add_option_labels

Edit = Callable[[Record], Record]
HASH = "_hash"
"""The key under which a record has a hash of itself, for lists whose records have no key."""


def build_edit(
    read: RestListRead, additions: Mapping[str, Any], options: Options, *, hashes: bool = False
) -> Edit | None:
    """Give what makes the staged record out of a sent one, which stays as it is; None: nothing changes.

    Args:
        read: its words.
        additions: values that each record gets.
        options: by source path, the labels of a field's options.
        hashes: each record gets `_hash`, over all that is in it by then.
    """
    edits: list[Edit] = []
    if read.drop:
        edits.append(partial(_drop, read.drop))
    edits += [partial(_gather, name, re.compile(pattern)) for name, pattern in read.gather.items()]
    if read.pick:
        edits.append(partial(_pick_all, read.pick))
    if options:
        edits.append(partial(add_option_labels, options))
    if additions:
        edits.append(lambda record: {**record, **additions})
    if hashes:
        edits.append(_add_hash)
    return (lambda record: reduce(lambda made, edit: edit(made), edits, record)) if edits else None


def _add_hash(record: Record) -> Record:
    """Add a sha-256 of a record, the same whatever the order of its keys."""
    content = msgspec.json.encode(record, order="sorted")
    return {**record, HASH: hashlib.sha256(content).hexdigest()}


def _drop(keys: Collection[str], record: Record) -> Record:
    return {key: one for key, one in record.items() if key not in keys}


def _gather(name: str, pattern: re.Pattern[str], record: Record) -> Record:
    moved = {key: one for key, one in record.items() if pattern.fullmatch(key)}
    there = record.get(name) or {}
    if not moved or not isinstance(there, dict):
        return record  # what stands in the way is not overwritten, and the keys go to extra
    kept = {key: one for key, one in record.items() if key not in moved}
    return {**kept, name: {**there, **moved}}


def _pick_all(wanted: Mapping[str, PickWords], record: Record) -> Record:
    picked = {}
    for name, words in wanted.items():
        listed = find_path(record, words.path)
        objects = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        flagged = [one for one in objects if words.flag and one.get(words.flag) is True]
        one = next(iter(flagged or objects), None)
        if one is not None:
            picked[f"_{name}"] = one.get(words.value)
    return {**record, **picked}
