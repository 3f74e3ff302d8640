"""The words of `rest_files`: what does not fit is one sentence with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crm_sync.config.facts import list_facts
from crm_sync.config.loader import load_source
from crm_sync.exceptions import ConfigError

READ = {
    "strategy": "rest_files",
    "path": "a.csv",
    "head": {"path": "/versions/{repo}", "version_path": "id"},
    "tree": {
        "path": "/folders/{id}", "entries_path": "entries", "name_path": "name", "id_path": "id",
        "kind_path": "kind", "kinds": {"file": ["f"]},
    },
    "file": {"path": "/files/{path}", "params": {"at": "{head}"}},
    "link": {"path": "/blobs/{id}"},
}  # fmt: skip
REST = {"extras": ["repo"], "rate_limits": {"slow": {"requests": 1, "per_s": 1}}}


def load(folder: Path, read=None, **source):
    (folder / "demo").mkdir(exist_ok=True)
    (folder / "defaults.yaml").write_text("{}")
    (folder / "demo" / "source.yaml").write_text(yaml.safe_dump({"kind": "rest", "rest": REST, **source}))
    given = {"read": {**READ, **(read or {})}, "primary_key": ["id"], "fields": {"id": {}}}
    (folder / "demo" / "items.yaml").write_text(yaml.safe_dump(given))
    return load_source(folder, "demo").entities["items"]


def test_words_of_files_and_of_requests_are_read_together(tmp_path):
    entity = load(tmp_path, {"delimiter": ";", "rate_class": "slow", "path_extra": "repo"})
    assert entity.read.has_flat_records
    assert entity.read.delimiter == ";"
    assert list(list_facts(entity)) == [
        "Key: `id`.",
        "Read whole, never as a delta.",
        "Each read marks the rows that are gone.",
    ]
    assert not load(tmp_path, {"format": "jsonl"}).read.has_flat_records


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"min_age_s": 60}, "'read.min_age_s': expected 0, since a version of a repository is never half"),
        ({"path_extra": "other"}, "'read.path_extra': expected an extra of rest.extras, one of repo"),
        ({"rate_class": "fast"}, "'read.rate_class': expected a class of rest.rate_limits"),
        ({"file": {"path": "/files/{paht}"}}, "'read.file.path': expected placeholders that have a value"),
        ({"link": {"path": "/blobs/{path}"}}, "'read.link.path': expected placeholders that have a value"),
        ({"head": {"path": "/x", "params": {"at": "{head}"}, "version_path": "id"}}, "'read.head.params'"),
        ({"file": {"path": "/x", "headers": {"Accept": "{kind}"}}}, "'read.file.headers'"),
        ({"file": {"path": "/x", "checksum": "md5"}}, "'read.file.checksum'"),
        ({"tree": {**READ["tree"], "kinds": {"file": []}}}, "'read.tree.kinds.file'"),
        ({"tree": {**READ["tree"], "kinds": {"folders": ["d"]}}}, "'read.tree.kinds.folders"),
        ({"footer_rows": 1, "format": "jsonl"}, "'footer_rows' is for CSV"),
    ],
    ids=[
        *("age", "path_extra", "rate_class", "path_slot", "link_slot", "param_slot", "header_slot"),
        *("checksum", "no_words", "odd_kind", "csv_word"),
    ],
)
def test_word_that_does_not_fit_is_one_sentence(tmp_path, read, said):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, read)
    assert str(caught.value).startswith("demo/items.yaml")
    assert said in str(caught.value)


def test_slot_of_the_entity_stands_for_an_extra(tmp_path):
    read = {"slots": {"branch": "main"}, "head": {"path": "/v/{branch}", "version_path": "id"}}
    assert load(tmp_path, read).read.slots == {"branch": "main"}


def test_files_of_a_repository_belong_to_a_crm_of_kind_rest(tmp_path):
    with pytest.raises(ConfigError, match=r"'read\.strategy': expected one for a CRM of kind files"):
        load(tmp_path, kind="files", rest=None)
