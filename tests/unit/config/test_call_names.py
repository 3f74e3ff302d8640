"""Names in reads by ids and reads of links: one sentence at load where a name has no value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from crm_sync.config.loader import load_source
from crm_sync.config.models import SourceConfig
from crm_sync.exceptions import ConfigError

SOURCE = {"kind": "rest", "rest": {"rate_limits": {"search": {"requests": 1, "per_s": 1}}}}
LIST = {"path": "/{object}", "params": {"a": "{after}", "l": "{limit}"}, "next_path": "next"}
SEARCH = {
    "path": "/{object}/search",
    "id_field": "id",
    "rate_class": "search",
    "body": {"q": ["{since}", "{after}", "{before}"], "order": "{order}", "limit": "{limit}"},
}
IDS = {
    "strategy": "rest_ids",
    "slots": {"object": "things"},
    "discover": {"path": "/{object}/fields"},
    "listing": LIST,
    "search": SEARCH,
    "batch": {"path": "/{object}/batch", "body": {"of": "{inputs}"}, "input": {"id": "{id}"}},
}
LINKS = {
    "strategy": "rest_links",
    "pairs": [{"from_type": "a", "to_type": "b"}],
    "path": "/{from_type}/{to_type}",
    "body": {"of": "{inputs}"},
    "input": {"id": "{id}"},
    "parent_path": "from",
    "next_path": "next",
    "links_paths": ["to"],
    "target": "id",
    "none": {"path": "e", "code_path": "c", "code": "none", "ids_path": "i", "fault_path": "f"},
}


def load(folder: Path, read: dict[str, Any], shared: dict[str, Any] | None = None) -> SourceConfig:
    (folder / "demo").mkdir()
    (folder / "defaults.yaml").write_text("{}")
    (folder / "demo" / "source.yaml").write_text(
        yaml.safe_dump({**SOURCE, "defaults": {"read": shared} if shared else {}})
    )
    entity = {"read": read, "primary_key": ["id"], "fields": {"id": {}}}
    (folder / "demo" / "items.yaml").write_text(yaml.safe_dump(entity))
    return load_source(folder, "demo")


@pytest.mark.parametrize("read", [IDS, LINKS], ids=["ids", "links"])
def test_names_that_are_defined_load(tmp_path: Path, read):
    assert load(tmp_path, read).entities["items"].read.strategy == read["strategy"]


@pytest.mark.parametrize(
    ("read", "key", "got"),
    [
        ({**IDS, "slots": {}}, "read.discover.path", "'object'"),
        ({**IDS, "slots": {"object": "a", "after": "b"}}, "read.slots", "after"),
        ({**IDS, "listing": {**LIST, "path": "/{after}"}}, "read.listing.path", "'after'"),
        ({**IDS, "listing": {**LIST, "params": {"a": "{after}"}}}, "read.listing", "none"),
        ({**IDS, "search": {**SEARCH, "rate_class": "serach"}}, "read.search.rate_class", "'serach'"),
        ({**IDS, "search": {**SEARCH, "params": {"x": "{inputs}"}}}, "read.search.params", "'inputs'"),
        ({**IDS, "search": {**SEARCH, "params": {"x": "{since:isoo}"}}}, "read.search.params", "isoo"),
        ({**IDS, "batch": {**IDS["batch"], "input": {"id": "{ix}"}}}, "read.batch.input", "'ix'"),
        ({**LINKS, "path": "/{from}"}, "read.path", "'from'"),
        ({**LINKS, "body": {"of": "{inputs}", "x": "{limt}"}}, "read.body", "'limt'"),
        ({**LINKS, "input": {"id": "{id}", "b": "{behind}"}}, "read.input", "'behind'"),
        ({**LINKS, "rate_classes": ["links"]}, "read.rate_classes.0", "'links'"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_name_that_is_defined_nowhere_is_one_sentence(tmp_path: Path, read, key, got):
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, read)
    assert f"demo/items.yaml, key '{key}'" in str(raised.value)
    assert got in str(raised.value)


def test_entity_takes_the_rest_of_its_read_from_the_defaults(tmp_path: Path):
    shared = {name: value for name, value in IDS.items() if name != "slots"}
    read = load(tmp_path, {"slots": {"object": "others"}}, shared).entities["items"].read
    assert (read.slots, read.listing.path) == ({"object": "others"}, "/{object}")


def test_entity_of_another_strategy_takes_nothing_of_the_defaults_read(tmp_path: Path):
    assert load(tmp_path, LINKS, IDS).entities["items"].read.strategy == "rest_links"
