"""Which entities stand for which others: by how they are read, by how their deltas ask, by CRM.

A check runs for one entity of each kind, most of them for one of each behaviour; `make test-all` runs these
for every entity. Kinds follow from the YAML alone, so a new CRM is covered without a list.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cache

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_reads import OffsetPaging, RestListRead
from tests.conformance.free_columns import TEXTS, list_free_columns
from tests.shipped import CONFIGS, read_shipped

Name = tuple[str, str]
"""crm_source and sync_type."""


@cache
def read_source(crm_source: str) -> SourceConfig:
    """Read a CRM's configuration once for the whole suite, what is switched off too; it is frozen."""
    return read_shipped(crm_source, with_disabled=True)


@cache
def list_entities() -> list[Name]:
    """Name every entity of every configured CRM."""
    folders = sorted(path.parent.name for path in CONFIGS.glob("*/source.yaml"))
    return [(folder, sync_type) for folder in folders for sync_type in read_source(folder).entities]


def get_entity(name: Name) -> EntityConfig:
    """Give an entity's configuration."""
    return read_source(name[0]).entities[name[1]]


def pick(kind: str) -> list[Name]:
    """Give one entity of each kind, in the order of the configuration.

    Args:
        kind: `entity` (each), `behaviour` (how it is read, keyed, deleted, judged and kept),
            `reader` (how it is read and paged), `reader_with_pages`, `rest_reader`,
            `rest_reader_with_pages`, `delta` (how its deltas ask by modified time), `delta_entity` (each that
            does), `delta_or_window`, `deleting_entity` (whose records say that they are gone),
            `numbered_entity` (whose lists come in numbered pages and are swept),
            `untyped_entity` (whose source has no column types of its own), `strategy`,
            `strategy_alone` (needs no other entity), `crm`, `crm_with_texts` (two columns of text at
            least), `rest_crm`, `login` (each with an address of its own to log in at), `sql_reader` or
            `sql_crm`.
    """
    tell = _KINDS[kind]
    names = list_entities()
    if kind in _COARSE:
        names = sorted(names, key=lambda name: _rank(get_entity(name)))
    found = _first_of(names, lambda name: tell(name, get_entity(name))).values()
    return sorted(found, key=list_entities().index)


def asks_by_time(entity: EntityConfig) -> bool:
    """Tell whether deltas ask the source for what has a modified time since the last run."""
    return _tell_delta(entity) is not None


def reads_windows(entity: EntityConfig) -> bool:
    """Tell whether deltas read a trailing window of events again."""
    return isinstance(entity.read, RestListRead) and entity.read.windows is not None


def has_pages(entity: EntityConfig) -> bool:
    """Tell whether what is read comes in several pages, given enough records."""
    read = entity.read
    if not isinstance(read, RestListRead) or read.partition is not None:
        return True
    return all(one.paged for one in read.passes)


def _has_rest_pages(entity: EntityConfig) -> bool:
    """Tell whether a web API gives an entity in pages; a file comes in one answer."""
    is_rest = entity.read.kind == "rest"
    return is_rest and has_pages(entity) and not isinstance(entity.read, FileWords)


def orders_by_time(entity: EntityConfig) -> bool:
    """Tell whether lists are read in the order of changes, so that what changes moves to their end."""
    read = entity.read
    return isinstance(read, RestListRead) and bool(getattr(read.paging, "by_path", ""))


def has_numbered_pages(entity: EntityConfig) -> bool:
    """Tell whether all that is read comes in numbered pages, and what is not in them is taken as deleted."""
    read = entity.read
    if not isinstance(read, RestListRead) or read.missing_rows == "keep":
        return False
    return all(one.paged and isinstance(one.paging or read.paging, OffsetPaging) for one in read.passes)


def _rank(entity: EntityConfig) -> tuple[bool, ...]:
    """Put first what has pages and deltas and needs no other entity."""
    return (bool(entity.after), not has_pages(entity), not asks_by_time(entity) and not reads_windows(entity))


def _first_of(names: Iterable[Name], tell: Callable[[Name], Hashable | None]) -> dict[Hashable, Name]:
    found: dict[Hashable, Name] = {}
    for name in names:
        if (kind := tell(name)) is not None:
            found.setdefault(kind, name)
    return found


def _tell_reader(entity: EntityConfig) -> Hashable:
    read = entity.read
    if isinstance(read, RestListRead):
        styles = frozenset(repr(one.paging or read.paging) if one.paged else "" for one in read.passes)
        how = (bool(read.parents), bool(read.windows), bool(read.modified_filter), read.end_on_repeat)
        return (read.strategy, styles, *how, any(one.feature_off for one in read.passes))
    facts = read.model_dump()
    told = [facts.get(name) for name in ("format", "page_by")]
    return (read.strategy, *told, bool(facts.get("cursor")), bool(facts.get("null_cursor")),
            len(entity.primary_key) > 1)  # fmt: skip


def _tell_handling(entity: EntityConfig) -> Hashable:
    """Tell what an entity asks of a run beside the way it is read."""
    return (
        *(bool(words) for words in (entity.deleted, entity.parent_key, entity.rules, entity.after)),
        *(entity.modified_column is None, len(entity.primary_key) > 1, entity.extra, entity.older),
        any(field.keep_when_missing for field in entity.fields.values()),
    )


def _list_free_texts(entity: EntityConfig) -> list[str]:
    return [name for name in list_free_columns(entity) if str(entity.fields[name].type) in TEXTS]


def _tell_delta(entity: EntityConfig) -> Hashable | None:
    read = entity.read
    if isinstance(read, RestListRead):
        if read.modified_filter is None:
            return (read.strategy, "slot") if read.filters_by_change else None
        return (read.strategy, read.modified_filter.place, read.modified_filter.format)
    facts = read.model_dump()
    if cursor := facts.get("cursor") or facts.get("search"):
        # one search for what changed is as good as another, and so is a cursor column
        return (read.strategy, type(cursor).__name__)
    return None


_COARSE = frozenset(
    {
        "strategy",
        "strategy_alone",
        "crm",
        "crm_with_texts",
        "rest_crm",
        "login",
        "sql_crm",
    }
)
_KINDS: dict[str, Callable[[Name, EntityConfig], Hashable | None]] = {
    "entity": lambda name, _entity: name,
    "behaviour": lambda name, entity: (name[0], _tell_reader(entity), _tell_handling(entity)),
    "reader": lambda name, entity: (name[0], _tell_reader(entity)),
    "reader_with_pages": lambda name, entity: (name[0], _tell_reader(entity)) if has_pages(entity) else None,
    "rest_reader": lambda name, entity: (
        (name[0], _tell_reader(entity)) if entity.read.kind == "rest" else None
    ),
    "rest_reader_with_pages": lambda name, entity: (
        (name[0], _tell_reader(entity)) if _has_rest_pages(entity) else None
    ),
    "sql_reader": lambda name, entity: (
        (name[0], _tell_reader(entity)) if read_source(name[0]).kind == "database" else None
    ),
    "sql_crm": lambda name, _entity: name[0] if read_source(name[0]).kind == "database" else None,
    "delta": lambda name, entity: (name[0], kind) if (kind := _tell_delta(entity)) is not None else None,
    "delta_entity": lambda name, entity: name if asks_by_time(entity) else None,
    "delta_or_window": lambda name, entity: (
        (name[0], _tell_delta(entity), reads_windows(entity))
        if asks_by_time(entity) or reads_windows(entity)
        else None
    ),
    "numbered_entity": lambda name, entity: name if has_numbered_pages(entity) else None,
    "deleting_entity": lambda name, entity: name if entity.deleted else None,
    "untyped_entity": lambda name, _entity: None if read_source(name[0]).kind == "database" else name,
    "strategy": lambda _name, entity: entity.read.strategy,
    "strategy_alone": lambda _name, entity: None if entity.after else entity.read.strategy,
    "crm": lambda name, _entity: name[0],
    "crm_with_texts": lambda name, entity: name[0] if len(_list_free_texts(entity)) >= 2 else None,
    **dict.fromkeys(
        ("rest_crm", "login"), lambda name, entity: name[0] if entity.read.kind == "rest" else None
    ),
}
