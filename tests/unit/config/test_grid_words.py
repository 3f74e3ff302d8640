"""The words of `rest_grid`: what does not fit is one sentence with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crm_sync.config.facts import list_facts
from crm_sync.config.loader import load_source
from crm_sync.exceptions import ConfigError

CALL = {"path": "/files/{file}/{range}", "rows_path": "values"}
READ = {
    "strategy": "rest_grid",
    "file_extra": "sheet",
    "tab": "One",
    "layout": {
        "path": "/files/{file}", "tabs_path": "tabs", "title_path": "t", "id_path": "i", "rows_path": "r",
    },
    "header": CALL,
    "rows": CALL,
}  # fmt: skip
REST = {"extras": ["sheet"], "rate_limits": {"slow": {"requests": 1, "per_s": 1}}}


def load(folder: Path, read=None, rest=None, **entity):
    (folder / "demo").mkdir(exist_ok=True)
    (folder / "defaults.yaml").write_text("{}")
    source = {"kind": "rest", "rest": rest or REST}
    (folder / "demo" / "source.yaml").write_text(yaml.safe_dump(source))
    given = {"read": {**READ, **(read or {})}, "primary_key": ["id"], "fields": {"id": {}}, **entity}
    (folder / "demo" / "items.yaml").write_text(yaml.safe_dump(given))
    return load_source(folder, "demo").entities["items"]


def test_words_that_fit_are_read_and_a_title_may_have_dots(tmp_path):
    entity = load(tmp_path)
    assert entity.read.has_flat_records
    assert list(list_facts(entity)) == [
        "Key: `id`.",
        "Read whole, never as a delta.",
        "Each read marks the rows that are gone.",
    ]


def test_rows_that_are_kept_are_said(tmp_path):
    assert "Rows that the source no longer shows are kept." in list_facts(
        load(tmp_path, {"missing_rows": "keep"})
    )


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"file_extra": None}, "'read.file': expected the id of a file, or an extra in file_extra"),
        ({"file_extra": "other"}, "'read.file_extra': expected an extra of rest.extras, one of sheet"),
        ({"probes": True}, "'read.probes': expected the request in probe beside it"),
        ({"file_pattern": "/d/(.+)"}, "'read.file_pattern': expected a group named file"),
        ({"file_pattern": "("}, "'read.file_pattern': expected a regular expression"),
        ({"cells": {"price": {}}}, "'read.cells.price': expected columns that fields has, got 'price'"),
        ({"rate_class": "fast"}, "'read.rate_class': expected a class of rest.rate_limits"),
        ({"rows": {**CALL, "path": "/x/{page}"}}, "'read.rows.path': expected placeholders"),
        ({"layout": {**READ["layout"], "path": "/x/{range}"}}, "'read.layout.path': expected placeholders"),
        ({"header_row": 0}, "'read.header_row'"),
        ({"skip_rows": {"Date": []}}, "'read.skip_rows.Date'"),
        (
            {"probe": {"path": "/v", "version_paths": ["v"], "host_extra": "other"}},
            "'read.probe.host_extra': expected an extra of rest.extras",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_word_that_does_not_fit_is_one_sentence(tmp_path, read, said):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, read)
    assert said in str(caught.value)
    assert str(caught.value).startswith("demo/items.yaml")
