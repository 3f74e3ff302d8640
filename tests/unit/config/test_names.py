"""Names across files: what an entity names and source.yaml does not define is one sentence at load."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crm_sync.config.loader import load_source
from crm_sync.exceptions import ConfigError
from crm_sync.rest.messages import find_path

SOURCE = {
    "kind": "rest",
    "rest": {
        "extras": ["account", "per_page"],
        "rate_limits": {"search": {"requests": 1, "per_s": 1}},
    },
    "flags": {"concurrent": {"type": "integer", "title": "t", "help": "h"}},
}
PASS = {"name": "all", "path": "/v{api_version}/{team}/{account}/items", "params": {"zone": "{time_zone}"}}
POST = {**PASS, "method": "POST", "only_reads": True}
XML = {**POST, "body": {"format": "xml", "content": "{since}"}}
READ = {
    "strategy": "rest_list",
    "passes": [PASS],
    "parents": {"name": "team", "path": "/teams", "pinned_by": "account"},
    "paging": {"style": "offset", "counts": "pages"},
    "page_size_extra": "per_page",
    "side_by_side": {"flag": "concurrent"},
    "only": [{"flag": "concurrent", "paths": ["status"]}],
}


def load(folder: Path, **read: object) -> None:
    (folder / "demo").mkdir()
    (folder / "defaults.yaml").write_text("{}")
    (folder / "demo" / "source.yaml").write_text(yaml.safe_dump(SOURCE))
    entity = {"read": {**READ, **read}, "primary_key": ["id"], "fields": {"id": {}}}
    (folder / "demo" / "items.yaml").write_text(yaml.safe_dump(entity))
    load_source(folder, "demo")


def test_names_that_are_defined_load(tmp_path: Path):
    load(tmp_path)
    assert find_path({"a.b": {"c": 1}}, r"a\.b.c") == 1, "a path is read as the fields' are"


@pytest.mark.parametrize(
    ("read", "key", "got"),
    [
        ({"passes": [{**PASS, "path": "/{acount}"}]}, "read.passes.0.path", "acount"),
        ({"passes": [{**PASS, "path": "/{}"}]}, "read.passes.0.path", ""),
        ({"passes": [{**PASS, "path": "/{x"}]}, "read.passes.0.path", "/{x"),
        ({"passes": [{**PASS, "params": {"q": "{tem}"}}]}, "read.passes.0.params.q", "tem"),
        ({"passes": [{**PASS, "rate_class": "serach"}]}, "read.passes.0.rate_class", "serach"),
        ({"passes": [{**PASS, "cost": {"tokns": 2}}]}, "read.passes.0.cost", "tokns"),
        ({"discover": {"path": "/{acount}"}}, "read.discover.path", "acount"),
        ({"discover": {"path": "/a", "mapped_only_extra": "nme"}}, "read.discover.mapped_only_extra", "nme"),
        ({"page_size_extra": "per_pge"}, "read.page_size_extra", "per_pge"),
        ({"parents": {**READ["parents"], "pinned_by": "acount"}}, "read.parents.pinned_by", "acount"),
        ({"parents": {**READ["parents"], "path": "/{team}"}}, "read.parents.path", "team"),
        ({"side_by_side": {"flag": "concurent"}}, "read.side_by_side.flag", "concurent"),
        ({"side_by_side": {"flag": "concurrent", "fast_flag": "f"}}, "read.side_by_side.fast_flag", "f"),
        ({"only": [{"flag": "statsu", "paths": ["a"]}]}, "read.only.0.flag", "statsu"),
        ({"passes": [PASS, PASS]}, "read.passes", "all"),
        ({"passes": [{**PASS, "path": "/{after}"}]}, "read.passes.0.path", "after"),
        ({"passes": [{**PASS, "params": {"q": "{since:isoo}"}}]}, "read.passes.0.params.q", "{since:isoo}"),
        ({"passes": [{**PASS, "headers": {"X": "{tem}"}}]}, "read.passes.0.headers.X", "tem"),
        ({"passes": [{**POST, "body": {"content": {"a": ["{tem}"]}}}]}, "read.passes.0.body", "tem"),
        ({"passes": [{**POST, "body": {"content": ["{limit:x}"]}}]}, "read.passes.0.body", "{limit:x}"),
        ({"passes": [XML]}, "read.passes.0.body.content", "{since}"),
        ({"passes": [{**PASS, "params": {"q": "{since:@Mars}"}}]}, "read.passes.0.params.q", "{since:@Mars}"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_name_that_is_defined_nowhere_is_one_sentence(tmp_path: Path, read, key, got):
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, **read)
    text = str(raised.value)
    assert "demo/items.yaml" in text
    assert f"'{key}'" in text
    assert f"'{got}'" in text


ASKED = {"path": "/fields", "each_read": False}


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ({"passes": [{**PASS, "params": {"q": "{fields}"}}]}, "true, since a request has the slot {fields}"),
        (
            {"answer": {"format": "csv", "cells": {"n": "integer"}}},
            "true, since answer.cells goes by the types",
        ),
        ({"discover": {**ASKED, "label_path": "label"}}, "true beside label_path and formats"),
    ],
    ids=["slot", "cells", "label"],
)
def test_read_that_needs_the_accounts_fields_asks_for_them(tmp_path: Path, read, expected):
    with pytest.raises(ConfigError, match="each_read") as raised:
        load(tmp_path, **{"discover": ASKED, **read})
    assert expected in str(raised.value)


def test_fields_that_no_read_needs_may_be_asked_for_by_discover_alone(tmp_path: Path):
    load(tmp_path, discover=ASKED)
