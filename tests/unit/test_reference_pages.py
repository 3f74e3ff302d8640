"""The reference pages have every word of the YAML: its values, its default, and a sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from crm_sync.config.models import EntityConfig, SourceConfig
from scripts.generate_docs import list_files
from scripts.yaml_values import describe_value
from scripts.yaml_words import File, build_reference

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
FILLED_IN = {"crm_source", "sync_type", "connection_id", "table_schema"}
PAGES = {
    "source-yaml": (SourceConfig, {"entities"}),
    "entity-yaml": (EntityConfig, {"crm_source"}),
}
page = pytest.mark.parametrize("name", PAGES)


def list_words(name: str) -> dict[str, dict[str, Any]]:
    """Walk the JSON schema, which pydantic makes itself: model to its words."""
    root, left_out = PAGES[name]
    schema = root.model_json_schema()
    parts = {root.__name__: schema, **schema.pop("$defs")}
    for word in left_out:
        del schema["properties"][word]
    reached, waiting = {}, [root.__name__]
    while waiting:
        model = waiting.pop()
        if model not in reached and "properties" in parts[model]:
            reached[model] = parts[model]
            waiting += re.findall(r"#/\$defs/(\w+)", json.dumps(parts[model]))
    enums = {key: part["enum"] for key, part in parts.items() if "enum" in part}
    for part in reached.values():
        for word in part["properties"].values():
            word["values"] = sorted(list_values(word, enums))
    return reached


def list_values(word: Any, enums: dict[str, list[str]]) -> set[str]:
    text = json.dumps(word)
    named = {value for ref in re.findall(r"#/\$defs/(\w+)", text) for value in enums.get(ref, ())}
    fixed = re.findall(r'"const": "(\w+)"', text) + re.findall(r'"(\S+?)"', ",".join(find_enums(text)))
    return named | set(fixed)


def find_enums(text: str) -> list[str]:
    return re.findall(r'"enum": \[(.*?)\]', text)


def read_rows(name: str) -> dict[str, dict[str, list[str]]]:
    """Read a page: model to word to the other cells of its row."""
    text = (REFERENCE / f"{name}.md").read_text("utf-8")
    sections = re.split(r"^#{2,3} ", text, flags=re.MULTILINE)[1:]
    rows = {}
    for section in sections:
        model = re.search(r"Model `(\w+)`", section)
        assert model is not None, section
        lines = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE)
        rows[model[1]] = {word: re.split(r" \| ", cells) for word, cells in lines}
    return rows


@page
def test_page_has_every_word_of_every_model_and_no_other(name: str):
    words = {model: set(part["properties"]) for model, part in list_words(name).items()}
    assert {model: set(rows) for model, rows in read_rows(name).items()} == words


@page
def test_page_has_a_sentence_for_every_word(name: str):
    mute = [
        f"{model}.{word}" for model, rows in read_rows(name).items() for word in rows if not rows[word][2]
    ]
    assert mute == [], "write what it means under the field of the model"


@page
def test_page_shows_every_value_of_a_closed_set(name: str):
    rows = read_rows(name)
    missing = [
        (model, word, value)
        for model, part in list_words(name).items()
        for word, facts in part["properties"].items()
        for value in facts["values"]
        if f"`{value}`" not in rows[model][word][0]
    ]
    assert missing == []


@page
def test_page_says_which_words_are_required(name: str):
    shown = {
        (model, word)
        for model, rows in read_rows(name).items()
        for word, cells in rows.items()
        if cells[1] == "required"
    }
    required = {
        (model, word) for model, part in list_words(name).items() for word in part.get("required", ())
    }
    top = PAGES[name][0].__name__
    assert required - {(top, word) for word in FILLED_IN} - {(top, "crm_source")} == shown


def test_default_of_the_yaml_comes_before_that_of_the_model():
    assert read_rows("source-yaml")["DagConfig"]["tags"][1] == "`[crm_sync]`"
    assert SourceConfig.model_fields["dag"].default.tags == ()


def test_description_stands_in_for_a_missing_text():
    class Words(BaseModel):
        told: int = Field(default=1, ge=1, description="From the field.")
        """From the text below it."""
        described: float = Field(default=0.5, description="From the field.")

    text = build_reference(File(Words, {"told": 7}, {}, frozenset()))
    assert "| `told` | whole number, 1 or more | `7` | From the text below it. |" in text
    assert "| `described` | number | `0.5` | From the field. |" in text


def test_type_without_words_stops_the_generator():
    class Words(BaseModel):
        odd: bytes = b""

    with pytest.raises(SystemExit, match=r"bytes.*has no words for this type"):
        describe_value("odd", Words.model_fields["odd"])


def test_every_kind_of_yaml_has_its_page():
    assert set(list_files()) == {path.stem for path in REFERENCE.glob("*.md")} == set(PAGES)
