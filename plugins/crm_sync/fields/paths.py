"""Where columns come from inside a record: source paths, and the schema that reads just those from JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.key_paths import join_path, split_path

NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL})


def source_paths(column: str, source: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Give the paths of a column in the order they are tried."""
    if source is None:
        return (column,)
    return (source,) if isinstance(source, str) else source


def path_keys(path: str, entity: EntityConfig) -> tuple[str, ...]:
    """Give the keys of a path; a column of a table is one key, dots and all, as a row holds no objects."""
    return (path,) if entity.read.has_flat_records else split_path(path)


@dataclass
class PathNode:
    """One key of the tree of mapped paths."""

    is_leaf: bool = False
    children: dict[str, PathNode] = field(default_factory=dict)

    def add(self, keys: tuple[str, ...]) -> None:
        """Add one path below this node."""
        node = self
        for key in keys:
            node = node.children.setdefault(key, PathNode())
        node.is_leaf = True

    def covers(self, keys: tuple[str, ...]) -> bool:
        """Say whether a path is mapped, itself or as a part of a mapped object."""
        node = self
        for key in keys:
            if node.is_leaf and node is not self:
                return True
            if key not in node.children:
                return False
            node = node.children[key]
        return node.is_leaf

    def is_inner(self, keys: tuple[str, ...]) -> bool:
        """Say whether mapped paths lie below this one."""
        node: PathNode | None = self
        for key in keys:
            node = node.children.get(key) if node else None
        return bool(node and node.children and not node.is_leaf)

    def schema(self) -> pl.Schema:
        """Give the Polars schema that reads the leaves as text."""
        return pl.Schema({key: child.dtype() for key, child in self.children.items()})

    def dtype(self) -> pl.DataType:
        """Give the Polars type of this node."""
        return pl.Struct(self.schema()) if self.children else pl.String()


@dataclass(frozen=True)
class PathPlan:
    """All mapped paths of an entity, ready for reading."""

    keys: dict[str, tuple[str, ...]]
    """Each path, as YAML writes it, to its keys."""
    tree: PathNode
    layers: tuple[PathNode, ...]
    """Trees that together hold all paths; a second one only where a path is part of another."""
    comma_paths: tuple[str, ...] = ()
    """Paths of numbers whose texts have a decimal comma."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths, as YAML writes them, in its order."""
        return tuple(self.keys)


def build_plan(entity: EntityConfig) -> PathPlan:
    """Collect the mapped paths of an entity."""
    named = (source_paths(name, config.source) for name, config in entity.fields.items())
    keys_by_path = {path: path_keys(path, entity) for paths in named for path in paths}
    tree = PathNode()
    layers: list[PathNode] = []
    for keys in sorted(keys_by_path.values(), key=len, reverse=True):
        tree.add(keys)
        layer = next((layer for layer in layers if not layer.is_inner(keys)), None)
        if layer is None:
            layer = PathNode()
            layers.append(layer)
        layer.add(keys)
    commas = dict.fromkeys(list_comma_paths(entity))
    return PathPlan(keys_by_path, tree, tuple(layers), tuple(commas))


def list_comma_paths(entity: EntityConfig) -> Iterator[str]:
    """List the paths of numbers whose texts have a decimal comma."""
    for name, config in entity.fields.items():
        if config.type in NUMBERS and (config.decimal_mark or entity.decimal_mark) == ",":
            yield from source_paths(name, config.source)


def flatten(frame: pl.DataFrame, node: PathNode, prefix: tuple[str, ...] = ()) -> pl.DataFrame:
    """Spread the objects that a layer's schema read over columns named by their paths.

    Unnesting costs a quarter of what an expression per path does.
    """
    for key, child in node.children.items():
        if not child.children:
            continue
        name = join_path((*prefix, key))
        inner = [join_path((*prefix, key, below)) for below in child.children]
        frame = frame.with_columns(pl.col(name).struct.rename_fields(inner)).unnest(name)
        frame = flatten(frame, child, (*prefix, key))
    return frame


def collect_key_paths(records: Collection[dict[str, Any]], entity: EntityConfig) -> frozenset[str]:
    """Collect the key paths of a page: those of the records, and below objects that hold mapped paths.

    Args:
        records: decoded records; anything that is no object is passed over.
        entity: whose mapping says which objects to look into.

    Returns:
        Paths such as `id` and `properties.email`; an object that is looked into is not named itself.
    """
    return frozenset(_collect(records, build_plan(entity).tree, ()))


def _collect(records: Iterable[Any], node: PathNode, prefix: tuple[str, ...]) -> set[str]:
    objects = [record for record in records if type(record) is dict]
    keys: set[str] = set().union(*objects)
    found: set[str] = set()
    for key in keys:
        child = node.children.get(key)
        if child is not None and child.children and not child.is_leaf:
            found |= _collect((record.get(key) for record in objects), child, (*prefix, key))
        else:
            found.add(join_path((*prefix, key)))
    return found
