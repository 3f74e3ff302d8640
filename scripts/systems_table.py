"""The table of all systems on the front page: what is read, what finds changes, and what finds deletions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crm_sync.config.facts import describe_delta, reads_whole, show_rhythm
from crm_sync.config.loader import list_sources, load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from scripts.markdown import build_table

_HEADER = ("system", "entities", "a run without flags", "finds deletions by")
_NAMED = 12
"""Most entities that are named in a cell; the system's page has the others."""


def build_systems_table(configs: Path) -> str:
    """Give the table, a row for each system and way of reading.

    Args:
        configs: folder with one folder per CRM.
    """
    sources = (load_source(configs, name) for name in list_sources(configs))
    return "\n".join(build_table(_HEADER, [row for source in sources for row in _list_rows(source)]))


def _list_rows(source: SourceConfig) -> Iterator[tuple[str, ...]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for name, entity in source.entities.items():
        groups.setdefault((describe_delta(entity), _describe_deletions(entity)), []).append(name)
    title = f"[{source.title}](docs/sources/{source.crm_source}.md)"
    for number, ((delta, deletions), names) in enumerate(groups.items()):
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        named = ", ".join(f"`{name}`" for name in names[:_NAMED]) + more
        yield title if number == 0 else "", named, delta, deletions


def _describe_deletions(entity: EntityConfig) -> str:
    if entity.parent_key:
        ways = ["the links of each parent that is read"]
    elif entity.deleted:
        ways = ["the source's own mark"]
    else:
        ways = []
    if getattr(entity.read, "missing_rows", "mark") == "keep":
        return ", ".join(ways) or "nothing: the source hides records, or keeps them for a while only"
    if reads_whole(entity):
        return ", ".join([*ways, "each read"])
    if entity.reconcile_every == "never":
        return ", ".join(ways) or "nothing"
    return ", ".join([*ways, f"a comparison {show_rhythm(entity.reconcile_every)}"])
