"""What a run without flags can miss, and what finds it: a sentence or two from the YAML alone."""

from __future__ import annotations

from collections.abc import Iterator

from crm_sync.config.facts import reads_whole, show_rhythm, show_span
from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.rest_reads import RestListRead


def describe_gaps(entity: EntityConfig) -> str:
    """Say what a run without flags can miss, and what finds it.

    Args:
        entity: its configuration.
    """
    missed = list(_list_missed(entity))
    if not missed:
        return "Nothing: each run reads everything and compares."
    told = "; ".join(missed)
    return f"{told[0].upper()}{told[1:]}. {_name_cure(entity)}"


def _list_missed(entity: EntityConfig) -> Iterator[str]:
    read = entity.read
    hides = getattr(read, "missing_rows", "mark") == "keep"
    if reads_whole(entity):
        if hides:
            yield "a record that is deleted at the source, because it hides records or keeps them for a while"
        return
    if isinstance(read, RestListRead) and read.windows is not None and not read.filters_by_change:
        span = show_span(entity.lookback_s + read.windows.back_s)
        yield f"a change of a record that is older than {span}, because only later days are read again"
    elif isinstance(read, RestListRead) and read.event_cursor is not None:
        yield f"an event that the source shows more than {show_span(entity.lookback_s)} late"
    elif isinstance(read, RestLinksRead):
        yield "a link that came or went while its parent stayed as it was"
    else:
        yield f"a change that the source shows more than {show_span(entity.lookback_s)} late"
    if entity.refresh is not None:
        columns = ", ".join(f"`{name}`" for name in entity.refresh.columns)
        yield f"for up to {show_span(entity.refresh.every)}, new values of {columns}"
    if entity.deleted is None and not entity.parent_key and not hides:
        yield "a record that is deleted at the source"
    elif hides:
        yield "a record that is deleted at the source, because it hides records or keeps them for a while"


def _name_cure(entity: EntityConfig) -> str:
    if getattr(entity.read, "missing_rows", "mark") == "keep":
        return "A run with `full` reads everything that the source still shows; its absence is no deletion."
    if entity.reconcile_every == "never":
        return "Nothing but a run with `full` finds it."
    return f"The comparison with the whole source finds it, {show_rhythm(entity.reconcile_every)}."
