"""YAML folders to models: the only module that sees YAML; what the keys mean is left to `models.py`."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.names import check_names
from crm_sync.config.neighbours import check_neighbours
from crm_sync.config.validation import show_value, validate_model
from crm_sync.exceptions import ConfigError

DEFAULTS_FILE = "defaults.yaml"
SOURCE_FILE = "source.yaml"


class _DuplicateKeyError(yaml.MarkedYAMLError):
    def __init__(self, key: str, mark: yaml.Mark) -> None:
        super().__init__(problem=f"'{key}' a second time", problem_mark=mark)
        self.key = key


class _StrictLoader(yaml.CSafeLoader):
    """Safe YAML in which a key given twice is an error instead of a silent override."""


def _construct_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    mapping: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(
                None, None, "a list or mapping as key", key_node.start_mark
            )
        if key in mapping:
            raise _DuplicateKeyError(str(key), key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def list_sources(configs_dir: Path) -> list[str]:
    """Name the configured CRMs.

    Args:
        configs_dir: folder with one folder per crm_source.

    Returns:
        Sorted crm_source names: every folder that holds a source.yaml.
    """
    return sorted(path.parent.name for path in configs_dir.glob(f"*/{SOURCE_FILE}"))


def load_source(configs_dir: Path, crm_source: str, *, with_disabled: bool = False) -> SourceConfig:
    """Load one CRM with its entities; layers: defaults.yaml, the extended CRM, source.yaml, entity YAML.

    Args:
        configs_dir: folder with defaults.yaml and one folder per crm_source.
        crm_source: name of the folder.
        with_disabled: entities that are switched off are among the entities; they are checked in any case.

    Returns:
        The validated configuration; entities in alphabetical order of their file names.

    Raises:
        ConfigError: a file is missing or wrong, or another CRM has the same table; names file, key path and
            what was expected.
    """
    source = _load_alone(configs_dir, crm_source, with_disabled=with_disabled)
    files = sorted(configs_dir.glob(f"*/{SOURCE_FILE}"))
    check_neighbours(source, files, lambda name: _load_alone(configs_dir, name, with_disabled=False))
    return source


def _load_alone(configs_dir: Path, crm_source: str, *, with_disabled: bool) -> SourceConfig:
    shared = _read_yaml(configs_dir / DEFAULTS_FILE, configs_dir)
    _check_keys(shared, {"source", "entity"}, DEFAULTS_FILE, "")
    own = _read_yaml(configs_dir / crm_source / SOURCE_FILE, configs_dir)
    where = f"{crm_source}/{SOURCE_FILE}"
    if "entities" in own:
        raise ConfigError(where, "entities", "one YAML file per entity beside source.yaml, not this key")
    files = _entity_files(configs_dir, crm_source)
    layers = [_as_mapping(shared.get("source", {}), DEFAULTS_FILE, "source")]
    if (parent := own.get("extends")) is not None:
        others = [name for name in list_sources(configs_dir) if name != crm_source]
        if parent not in others:
            raise ConfigError(where, "extends", "the name of another CRM's folder", got=show_value(parent))
        parent_source = _read_yaml(configs_dir / parent / SOURCE_FILE, configs_dir)
        if "extends" in parent_source:
            raise ConfigError(where, "extends", "a CRM that extends no other", got=show_value(parent))
        layers.append(parent_source)
        files = {**_entity_files(configs_dir, parent), **files}
    named = {"crm_source": crm_source, "connection_id": f"{crm_source}_default", "table_schema": crm_source}
    inherited = _merge(*layers)
    merged = _merge({k: v for k, v in inherited.items() if k not in named}, named, own)
    if own.get("crm_source", crm_source) != crm_source:
        raise ConfigError(
            where, "crm_source", f"'{crm_source}', the folder's name", got=show_value(own["crm_source"])
        )
    entity_keys = EntityConfig.name_words().keys()
    _check_keys(shared.get("entity", {}), entity_keys, DEFAULTS_FILE, "entity")
    _check_keys(merged.get("defaults", {}), entity_keys, where, "defaults")
    entity_layer = _merge(
        _as_mapping(shared.get("entity", {}), DEFAULTS_FILE, "entity"),
        _as_mapping(merged.get("defaults", {}), where, "defaults"),
        {"crm_source": crm_source, "table_schema": merged["table_schema"]},
    )
    entities = {name: _load_entity(path, entity_layer, configs_dir) for name, path in sorted(files.items())}
    _check_after(entities, files, configs_dir)
    _check_tables(entities, files, configs_dir)
    source = validate_model(SourceConfig, {**merged, "entities": {}}, where)
    for name, entity in entities.items():
        check_names(source, entity, files[name].relative_to(configs_dir).as_posix())
    if not with_disabled:
        entities = {name: entity for name, entity in entities.items() if entity.enabled}
        _check_after(entities, files, configs_dir, "names of entities that are not switched off")
    if not entities:
        raise ConfigError(crm_source, "", "at least one entity YAML beside source.yaml, and not switched off")
    return validate_model(SourceConfig, {**source.model_dump(), "entities": entities}, where)


def _check_keys(content: object, known: Collection[str], where: str, key_path: str) -> None:
    unknown = [key for key in _as_mapping(content, where, key_path) if key not in known]
    if unknown:
        raise ConfigError(where, key_path, "only known keys", got=show_value(unknown[0]))


def _check_after(
    entities: Mapping[str, EntityConfig],
    files: Mapping[str, Path],
    configs_dir: Path,
    expected: str = "names of other entities of this CRM",
) -> None:
    for name, entity in entities.items():
        others = entities.keys() - {name}
        for other in entity.after:
            if other not in others:
                where = files[name].relative_to(configs_dir).as_posix()
                raise ConfigError(where, "after", expected, got=show_value(other))


def _check_tables(entities: Mapping[str, EntityConfig], files: Mapping[str, Path], configs_dir: Path) -> None:
    owners: dict[str, str] = {}
    # an entity on the table of its own name is there by right: the other one has to give way
    for name, entity in sorted(entities.items(), key=lambda item: item[1].table_name != item[0]):
        owner = owners.setdefault(entity.table, name)
        if owner != name:
            raise ConfigError(
                files[name].relative_to(configs_dir).as_posix(),
                "table",
                "a table that no other entity has",
                got=f"'{entity.table_name}', the table of {owner}",
            )


def _entity_files(configs_dir: Path, crm_source: str) -> dict[str, Path]:
    return {p.stem: p for p in (configs_dir / crm_source).glob("*.yaml") if p.name != SOURCE_FILE}


def _load_entity(path: Path, layer: Mapping[str, Any], configs_dir: Path) -> EntityConfig:
    own = _read_yaml(path, configs_dir)
    where = path.relative_to(configs_dir).as_posix()
    if "crm_source" in own:
        raise ConfigError(where, "crm_source", "no such key, since the folder names the CRM")
    if own.get("sync_type", path.stem) != path.stem:
        raise ConfigError(
            where, "sync_type", f"'{path.stem}', the file's name", got=show_value(own["sync_type"])
        )
    fitting = _leave_out_other_strategy(layer, own)
    return validate_model(EntityConfig, _merge(fitting, {"sync_type": path.stem}, own), where)


def _leave_out_other_strategy(layer: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the layer's `read` where the entity's is of another strategy, which has words of its own."""
    shared, read = layer.get("read"), own.get("read")
    if not isinstance(shared, dict) or not isinstance(read, dict):
        return layer
    strategy = shared.get("strategy")
    if read.get("strategy", strategy) == strategy:
        return layer
    return {key: value for key, value in layer.items() if key != "read"}


def _read_yaml(path: Path, configs_dir: Path) -> dict[str, Any]:
    where = path.relative_to(configs_dir).as_posix()
    try:
        # _StrictLoader extends CSafeLoader, so no Python object can be built from the file
        content = yaml.load(path.read_bytes(), Loader=_StrictLoader)  # noqa: S506
    except FileNotFoundError:
        raise ConfigError(where, "", f"this file to exist in {configs_dir}") from None
    except _DuplicateKeyError as error:
        line = "?" if error.problem_mark is None else error.problem_mark.line + 1
        raise ConfigError(where, error.key, "each key once", got=f"{error.problem} at line {line}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
        raise ConfigError(where, "", f"valid YAML{line}", got=error.problem or "something else") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(where, "", "valid YAML in UTF-8", got=show_value(str(error))) from None
    return _as_mapping(content if content is not None else {}, where, "")


def _as_mapping(value: object, where: str, key_path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(where, key_path, "a mapping of keys to values", got=show_value(value))
    return value


def _merge(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Merge mappings, later ones winning key by key; lists and scalars are replaced whole."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            before = merged.get(key)
            merged[key] = (
                _merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
            )
    return merged
