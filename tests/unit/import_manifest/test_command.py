"""The command: what it writes, what it leaves alone, and what it says."""

from __future__ import annotations

import hashlib

import pytest
import yaml
from click.testing import CliRunner

from crm_sync.config.loader import load_source
from crm_sync.import_manifest.main import main
from scripts.manifest_census import take_census
from tests.sources.manifests.patterns import selector, stream
from tests.unit.import_manifest.convert_support import retrieve

GOOD = stream("goodThings", retriever=retrieve())
DOUBTFUL = {**stream("doubtful", retriever=retrieve()), "primary_key": []}
BAD = stream("bad", retriever=retrieve(asks={"type": "CustomRequester", "class_name": "own.R"}))


def write(folder, *streams, name="manifest.yaml", **more):
    path = folder / "acme" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"version": "1", "streams": list(streams), **more}))
    return path


def run(path, folder, *words):
    return CliRunner().invoke(main, [str(path), "--output", str(folder / "configs"), *words])


def test_folder_is_valid_and_says_where_it_comes_from(tmp_path):
    path = write(tmp_path, GOOD, DOUBTFUL, BAD)
    result = run(path, tmp_path, "--title", "Acme")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "goodThings: converted as good_things",
        "doubtful: converted with doubts",
        "  doubt: rows have no key: a changed row is a new one beside the old one, which is marked as gone",
        "bad: not converted",
        "  because: own Python code that asks: own.R",
        "1 converted, 1 converted with doubts, 1 not converted",
        f"3 files written to {tmp_path / 'configs' / 'acme'}",
    ]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for name in ("source", "good_things", "doubtful"):
        text = (tmp_path / "configs" / "acme" / f"{name}.yaml").read_text()
        assert text.startswith(f"# Converted from manifest.yaml, SHA-256 {digest}.\n")
        assert "licence of that file applies" in text
    assert "# Doubt: rows have no key" in text
    (tmp_path / "configs" / "defaults.yaml").write_text("{}")
    source = load_source(tmp_path / "configs", "acme")
    assert (source.title, sorted(source.entities)) == ("Acme", ["doubtful", "good_things"])


def test_file_that_is_there_is_never_replaced_without_being_told(tmp_path):
    path = write(tmp_path, GOOD)
    own = tmp_path / "configs" / "acme"
    own.mkdir(parents=True)
    (own / "good_things.yaml").write_text("mine")
    result = run(path, tmp_path)
    assert result.exit_code == 2
    assert "is there already; nothing is written without --overwrite" in result.output
    assert [one.name for one in own.iterdir()] == ["good_things.yaml"]
    assert (own / "good_things.yaml").read_text() == "mine"
    assert run(path, tmp_path, "--overwrite").exit_code == 0
    assert (own / "good_things.yaml").read_text() != "mine"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: [", "expected YAML"),
        ("a: 1", "expected a declarative manifest, a mapping with streams"),
        ("- 1", "expected a declarative manifest"),
        ("streams: [{$ref: '#/definitions/x'}]", "a reference that leads nowhere: #/definitions/x"),
        ("streams: [!!python/object/apply:os.getcwd []]", "expected YAML"),
    ],
)
def test_input_that_is_no_manifest_is_one_sentence(tmp_path, content, words):
    path = tmp_path / "m.yaml"
    path.write_text(content)
    result = run(path, tmp_path)
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "configs").exists()


def test_missing_file_is_one_sentence(tmp_path):
    result = run(tmp_path / "none.yaml", tmp_path)
    assert (result.exit_code, "can't be read" in result.output) == (2, True)


def test_manifest_of_which_nothing_can_be_said_writes_nothing(tmp_path):
    result = run(write(tmp_path, BAD), tmp_path)
    assert result.exit_code == 1
    assert "nothing is written, since no stream could be converted" in result.output
    assert not (tmp_path / "configs").exists()


def test_line_break_of_a_manifest_ends_no_comment(tmp_path):
    base = "{{ 'https://a.example\nkind: evil\n' if config.a else 'https://b.example' }}/v1"
    result = run(write(tmp_path, stream(retriever=retrieve(asks={"url_base": base}))), tmp_path)
    assert result.exit_code == 0, result.output
    text = (tmp_path / "configs" / "acme" / "source.yaml").read_text()
    assert "\nkind: evil" not in text
    assert yaml.safe_load(text)["kind"] == "rest"


def test_entity_that_our_yaml_refuses_is_left_out_and_the_others_stay(tmp_path):
    keep = selector("*", record_filter={"condition": "{{ record.a == 'b' }}"})
    csv = {**retrieve(), "record_selector": keep, "decoder": {"type": "XmlDecoder"}}
    result = run(write(tmp_path, GOOD, stream("odd", retriever=csv)), tmp_path)
    assert result.exit_code == 0
    assert "odd: not converted\n  because: a word that our YAML refuses: acme/odd.yaml" in result.output
    assert not (tmp_path / "configs" / "acme" / "odd.yaml").exists()


def test_streams_at_run_time_and_two_of_one_name_are_told(tmp_path):
    path = write(tmp_path, GOOD, GOOD, dynamic_streams=[{"type": "DynamicDeclarativeStream"}])
    lines = run(path, tmp_path).output.splitlines()
    assert lines[:4] == [
        "goodThings: converted as good_things",
        "goodThings: converted as good_things_2",
        "dynamic_streams[0]: not converted",
        "  because: streams that are made up at run time: DynamicDeclarativeStream",
    ]


def test_census_counts_streams_connectors_and_missing_words(tmp_path):
    write(tmp_path, GOOD, DOUBTFUL, name="a.yaml")
    write(tmp_path, GOOD, BAD, BAD, name="b.yaml")
    write(tmp_path, name="c.yaml")
    lines = list(take_census(sorted(tmp_path.rglob("*.yaml"))).describe())
    assert lines == [
        "connectors: 2, whole: 1 (50.0 %)",
        "streams: 5, converted: 3 (60.0 %)",
        "  converted: 2 (40.0 %)",
        "  converted with doubts: 1 (20.0 %)",
        "  not converted: 2 (40.0 %)",
        "missing words, by streams (connectors):",
        "  2 (1) own Python code that asks: own.R",
        "doubts, by streams:",
        "  1 rows have no key",
        "no manifest: c.yaml: expected a declarative manifest, a mapping with streams",
    ]
