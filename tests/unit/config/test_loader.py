"""YAML to models: layers, the second account, and one sentence for each thing that can be wrong."""

from __future__ import annotations

import pytest

from crm_sync.config.loader import list_sources, load_source
from crm_sync.constants import FieldType, OnError
from crm_sync.exceptions import ConfigError
from tests.unit.config.loader_support import ITEMS, SOURCE, WriteConfigs


def test_list_sources_folder_without_source_yaml_is_left_out(write_configs: WriteConfigs):
    configs = write_configs({"notes/readme.yaml": "a: 1"})
    assert list_sources(configs) == ["demo"]


def test_load_source_merges_layers_key_by_key(write_configs: WriteConfigs):
    source = load_source(write_configs({"demo/items.yaml": ITEMS + "lookback_s: 2d\n"}), "demo")
    assert (source.dag.retries, source.dag.owner, source.dag.schedule) == (5, "data", "@hourly")
    assert source.entities["items"].lookback_s == 2 * 86400, "the entity's own key wins"
    assert source.entities["orders"].lookback_s == 3600, "the CRM's default wins over the shared one"
    assert source.entities["orders"].chunk_records == 1000


def test_load_source_names_follow_the_folder(write_configs: WriteConfigs):
    source = load_source(write_configs(), "demo")
    assert (source.connection_id, source.table_schema) == ("demo_default", "demo")
    assert source.entities["items"].table == "demo.items"
    assert list(source.entities) == ["items", "orders"]


def test_load_source_second_account_has_its_own_names(write_configs: WriteConfigs):
    configs = write_configs({"demo2/source.yaml": "extends: demo\ntitle: Second\n"})
    second = load_source(configs, "demo2")
    assert (second.crm_source, second.connection_id, second.table_schema) == (
        "demo2",
        "demo2_default",
        "demo2",
    )
    assert (second.title, second.dag.schedule) == ("Second", "@hourly")
    assert {(e.crm_source, e.table) for e in second.entities.values()} == {
        ("demo2", "demo2.items"),
        ("demo2", "demo2.orders"),
    }


def test_load_source_second_account_ignores_names_that_the_first_one_sets(write_configs: WriteConfigs):
    named = SOURCE + "connection_id: demo_live\ntable_schema: demo_live\n"
    configs = write_configs({"demo/source.yaml": named, "demo2/source.yaml": "extends: demo\n"})
    second = load_source(configs, "demo2")
    assert (second.connection_id, second.table_schema) == ("demo2_default", "demo2")


def test_load_source_second_account_replaces_one_entity(write_configs: WriteConfigs):
    own = ITEMS.replace("items.csv", "other.csv")
    configs = write_configs({"demo2/source.yaml": "extends: demo\n", "demo2/items.yaml": own})
    second = load_source(configs, "demo2")
    paths = {name: entity.read.path for name, entity in second.entities.items()}  # type: ignore[union-attr]
    assert paths == {"items": "other.csv", "orders": "orders.csv"}


def test_load_source_on_error_null_means_the_word(write_configs: WriteConfigs):
    fields = ITEMS + "  age: {type: integer, on_error: null}\n  paid: {type: boolean, on_error: reject}\n"
    entity = load_source(write_configs({"demo/items.yaml": fields}), "demo").entities["items"]
    assert entity.fields["age"].on_error is OnError.NULL
    assert entity.fields["paid"].on_error is OnError.REJECT


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5min", 300), ("6h", 21600), ("7d", 604800), ("2 h", 7200), ("45", None)],
)
def test_load_source_span_is_read_with_its_unit(write_configs: WriteConfigs, text: str, seconds: int | None):
    content = ITEMS + f"lookback_s: {text}\n"
    entity = load_source(write_configs({"demo/items.yaml": content}), "demo").entities["items"]
    assert entity.lookback_s == (45 if seconds is None else seconds)


TYPES = "'" + "', '".join([*FieldType][:-1]) + "' or 'json'"
NAME = "a name of lowercase letters, digits and _, at most 63 characters"
FREE_NAMES = "names that the sync does not use itself"
SPAN = "a span such as 90s, 5min, 6h or 7d"
NO_OBJECT = "could not determine a constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.getcwd'"
FILES = "one YAML file per entity beside source.yaml, not this key"
STRATEGIES = (
    "one of 'rest_list', 'job', 'partitioned', 'rest_ids', 'rest_links', 'rest_grid', 'rest_files', 'files', "
    "'sql_table'"
)
WRONG_ITEMS = {
    "unknown key": (ITEMS + "lokback: 5\n", "demo/items.yaml: expected only known keys, got 'lokback'"),
    "unknown key of a field": (
        ITEMS + "  age: {typ: integer}\n",
        "demo/items.yaml, key 'fields.age': expected only known keys, got 'typ'",
    ),
    "unknown key of the read": (
        ITEMS.replace("path: items.csv", "path: items.csv, colour: red"),
        "demo/items.yaml, key 'read': expected only known keys, got 'colour'",
    ),
    "missing key": (
        ITEMS.replace("primary_key: [id]", ""),
        "demo/items.yaml, key 'primary_key': expected a value, the key is missing",
    ),
    "misspelled key is named as unknown, not as missing": (
        ITEMS.replace("primary_key", "primary_kee"),
        "demo/items.yaml: expected only known keys, got 'primary_kee'",
    ),
    "missing strategy": (
        ITEMS.replace("strategy: files, ", ""),
        "demo/items.yaml, key 'read.strategy': expected a value, the key is missing",
    ),
    "unknown type": (
        ITEMS + "  age: {type: int}\n",
        f"demo/items.yaml, key 'fields.age.type': expected {TYPES}, got 'int'",
    ),
    "unknown strategy": (
        ITEMS.replace("strategy: files", "strategy: ftp"),
        f"demo/items.yaml, key 'read.strategy': expected {STRATEGIES}, got 'ftp'",
    ),
    "duplicate column": (
        ITEMS + "  name: {type: text}\n",
        "demo/items.yaml, key 'name': expected each key once, got 'name' a second time at line 7",
    ),
    "column name": (
        ITEMS + "  First Name: {}\n",
        f"demo/items.yaml, key 'fields.First Name': expected {NAME}, got 'First Name'",
    ),
    "reserved column": (
        ITEMS + "  sync_updated_at: {}\n",
        f"demo/items.yaml, key 'fields': expected {FREE_NAMES}, got 'sync_updated_at'",
    ),
    "key column that is no field": (
        ITEMS.replace("primary_key: [id]", "primary_key: [key]"),
        "demo/items.yaml, key 'primary_key': expected columns that fields has, got 'key'",
    ),
    "empty key": (
        ITEMS.replace("primary_key: [id]", "primary_key: []"),
        "demo/items.yaml, key 'primary_key': expected at least 1 entries, got []",
    ),
    "modified column that is no field": (
        ITEMS + "modified_column: changed\n",
        "demo/items.yaml, key 'modified_column': expected columns that fields has, got 'changed'",
    ),
    "wrong kind of value": (
        ITEMS + "  age: {source: 5}\n",
        "demo/items.yaml, key 'fields.age.source': expected text, got 5",
    ),
    "not a span": (
        ITEMS + "safety_lag_s: 5 minutes\n",
        "demo/items.yaml, key 'safety_lag_s': expected a span such as 90s, 5min, 6h or 7d, got '5 minutes'",
    ),
    "negative span": (
        ITEMS + "safety_lag_s: -1\n",
        "demo/items.yaml, key 'safety_lag_s': expected a number greater than or equal to 0, got -1",
    ),
    "reconcile_every": (
        ITEMS + "reconcile_every: sometimes\n",
        f"demo/items.yaml, key 'reconcile_every': expected {SPAN}, got 'sometimes'",
    ),
    "after names no entity": (
        ITEMS + "after: [contacts]\n",
        "demo/items.yaml, key 'after': expected names of other entities of this CRM, got 'contacts'",
    ),
    "after names itself": (
        ITEMS + "after: [items]\n",
        "demo/items.yaml, key 'after': expected names of other entities of this CRM, got 'items'",
    ),
    "rule without a message": (
        ITEMS + "rules: [{name: positive, check: id > 0}]\n",
        "demo/items.yaml, key 'rules.0.message': expected a value, the key is missing",
    ),
    "other name than the file": (
        ITEMS + "sync_type: things\n",
        "demo/items.yaml, key 'sync_type': expected 'items', the file's name, got 'things'",
    ),
    "another CRM": (
        ITEMS + "crm_source: hubspot\n",
        "demo/items.yaml, key 'crm_source': expected no such key, since the folder names the CRM",
    ),
    "broken YAML": (
        ITEMS + "rules: [1\nreaders: []\n",
        "demo/items.yaml: expected valid YAML at line 8, column 8, got did not find expected ',' or ']'",
    ),
    "list as a key": (
        ITEMS + "? [a]\n: 1\n",
        "demo/items.yaml: expected valid YAML at line 7, column 3, got a list or mapping as key",
    ),
    "a list": ("- id\n", "demo/items.yaml: expected a mapping of keys to values, got ['id']"),
    "a Python object": (
        "read: !!python/object/apply:os.getcwd []\n",
        f"demo/items.yaml: expected valid YAML at line 1, column 7, got {NO_OBJECT}",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_ITEMS.values(), ids=WRONG_ITEMS.keys())
def test_load_source_wrong_entity_file_is_one_sentence(
    write_configs: WriteConfigs, content: str, sentence: str
):
    configs = write_configs({"demo/items.yaml": content})
    with pytest.raises(ConfigError) as raised:
        load_source(configs, "demo")
    assert str(raised.value) == sentence


WRONG_SOURCES = {
    "missing kind": ("title: Demo\n", "demo/source.yaml, key 'kind': expected a value, the key is missing"),
    "unknown kind": (
        "kind: soap\n",
        "demo/source.yaml, key 'kind': expected 'rest', 'database' or 'files', got 'soap'",
    ),
    "entities inside": (
        SOURCE + "entities: {}\n",
        f"demo/source.yaml, key 'entities': expected {FILES}",
    ),
    "unknown default": (
        SOURCE.replace("lookback_s", "lookback"),
        "demo/source.yaml, key 'defaults': expected only known keys, got 'lookback'",
    ),
    "unknown key deep inside": (
        SOURCE.replace("schedule", "scedule"),
        "demo/source.yaml, key 'dag': expected only known keys, got 'scedule'",
    ),
    "other name than the folder": (
        SOURCE + "crm_source: demo3\n",
        "demo/source.yaml, key 'crm_source': expected 'demo', the folder's name, got 'demo3'",
    ),
    "extends itself": (
        "extends: demo\n",
        "demo/source.yaml, key 'extends': expected the name of another CRM's folder, got 'demo'",
    ),
    "extends nothing": (
        "extends: nope\n",
        "demo/source.yaml, key 'extends': expected the name of another CRM's folder, got 'nope'",
    ),
    "extends an extension": (
        "extends: demo2\n",
        "demo/source.yaml, key 'extends': expected a CRM that extends no other, got 'demo2'",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_SOURCES.values(), ids=WRONG_SOURCES.keys())
def test_load_source_wrong_source_file_is_one_sentence(
    write_configs: WriteConfigs, content: str, sentence: str
):
    configs = write_configs({"demo/source.yaml": content, "demo2/source.yaml": "extends: demo\n"})
    with pytest.raises(ConfigError) as raised:
        load_source(configs, "demo")
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(
            {"defaults.yaml": None},
            "defaults.yaml: expected this file to exist in {configs}",
            id="no defaults",
        ),
        pytest.param(
            {"defaults.yaml": "entities: {}\n"},
            "defaults.yaml: expected only known keys, got 'entities'",
            id="unknown section",
        ),
        pytest.param(
            {"defaults.yaml": "entity: {lookback: 5}\n"},
            "defaults.yaml, key 'entity': expected only known keys, got 'lookback'",
            id="unknown default",
        ),
        pytest.param(
            {"defaults.yaml": "entity: [5]\n"},
            "defaults.yaml, key 'entity': expected a mapping of keys to values, got [5]",
            id="list",
        ),
        pytest.param(
            {"demo/items.yaml": None, "demo/orders.yaml": None},
            "demo: expected at least one entity YAML beside source.yaml, and not switched off",
            id="no entity",
        ),
        pytest.param(
            {"demo/source.yaml": None},
            "demo/source.yaml: expected this file to exist in {configs}",
            id="no source",
        ),
    ],
)
def test_load_source_wrong_folder_is_one_sentence(
    write_configs: WriteConfigs, changes: dict[str, str | None], sentence: str
):
    configs = write_configs(changes)
    with pytest.raises(ConfigError) as raised:
        load_source(configs, "demo")
    assert str(raised.value) == sentence.replace("{configs}", str(configs))


def test_load_source_file_that_is_no_utf8_is_named(write_configs: WriteConfigs):
    configs = write_configs({"demo/items.yaml": b"title: \xff\xfe\n"})
    with pytest.raises(ConfigError, match=r"demo/items\.yaml: expected valid YAML in UTF-8"):
        load_source(configs, "demo")
