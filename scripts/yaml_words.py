"""Describes every word of the YAML from the models behind it; `generate_docs.py` writes the pages."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import textwrap
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scripts.markdown import build_anchor, build_table
from scripts.yaml_values import describe_default, describe_value

_HEADER = ("word", "value", "default", "meaning")
_BETWEEN: Mapping[object, str] = {tuple: "[]", dict: ".<name>"}
"""What stands in a place between a word and the words of the models in its list or mapping."""


@dataclass(frozen=True)
class File:
    """One kind of YAML file.

    Args:
        root: model of the whole file.
        shared: what defaults.yaml says for this kind of file; it comes before the models' own defaults.
        given: words of the top of the file that the loader fills in, and with what.
        left_out: fields of the root that are no words of the file.
    """

    root: type[BaseModel]
    shared: Mapping[str, Any]
    given: Mapping[str, str]
    left_out: frozenset[str]

    def list_words(self, model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
        """List the words of one model."""
        for name, info in model.model_fields.items():
            if not (model is self.root and name in self.left_out):
                yield info.alias or name, info


@dataclass
class Section:
    """One model, and every place of the file where its words may stand.

    Args:
        model: whose fields are the words.
        tag: word and value that choose this variant of a union, `strategy: files`; empty elsewhere.
        places: dotted places, as `read.passes[].paging`; empty for the top of the file.
    """

    model: type[BaseModel]
    tag: str
    places: list[str]

    @property
    def place(self) -> str:
        """The place nearest to the top of the file."""
        return min(self.places, key=lambda place: (place.count("."), place))

    @property
    def heading(self) -> str:
        """Title of the section; unique in its page."""
        title = f"`{self.place}`" if self.place else "The file"
        return f"{title} with `{self.tag}`" if self.tag else title


def build_reference(file: File) -> str:
    """Describe all words of one kind of file: a section with a table for each model that it may hold."""
    sections = list_sections(file)
    return "\n".join(
        line for one in sections.values() for line in _describe_section(one, sections, file)
    ).rstrip()


def list_sections(file: File) -> dict[type[BaseModel], Section]:
    """List every model that a file may hold, in the order in which a reader of the root meets them."""
    found: dict[type[BaseModel], Section] = {}
    _walk(file, Section(file.root, "", [""]), found)
    return found


def read_sentence(model: type[BaseModel], word: str) -> str:
    """Give what the model says about a word: the text under its field, or else its description."""
    name = next(one for one, info in model.model_fields.items() if word in (one, info.alias))
    owner = next(one for one in model.__mro__ if name in inspect.get_annotations(one))
    text = _read_texts(owner).get(name) or model.model_fields[name].description or ""
    if not text and typing.get_origin(model.model_fields[name].annotation) is typing.Literal:
        text = "Chooses the words of this table."
    return " ".join(text.split())


def _walk(file: File, section: Section, found: dict[type[BaseModel], Section]) -> None:
    known = found.setdefault(section.model, section)
    known.places += [place for place in section.places if place not in known.places]
    for name, info in file.list_words(section.model):
        models = list(_list_models(info.annotation))
        for model, between in models:
            tag = _read_tag(model, info) if len(models) > 1 else ""
            place = f"{section.places[0]}.{name}{between}".removeprefix(".")
            if model is section.model:
                # a model that may hold another of its own kind is described once
                known.places += [place] if place not in known.places else []
                continue
            _walk(file, Section(model, tag, [place]), found)


def _list_models(annotation: Any) -> Iterator[tuple[type[BaseModel], str]]:  # noqa: ANN401 - any type
    """List the models in an annotation, each with what stands between the word and the model's own words."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation, ""
        return
    for one in typing.get_args(annotation):
        for model, between in _list_models(one):
            yield model, _BETWEEN.get(typing.get_origin(annotation), "") + between


def _read_tag(model: type[BaseModel], info: FieldInfo) -> str:
    """Give the word and value that choose a variant of a union, which may stand before a `| None`."""
    inner = [part for one in typing.get_args(info.annotation) for part in typing.get_args(one)]
    words = [getattr(one, "discriminator", None) for one in (info, *inner)]
    word = next(one for one in words if isinstance(one, str))
    return f"{word}: {' or '.join(typing.get_args(model.model_fields[word].annotation))}"


def _describe_section(
    section: Section, sections: Mapping[type[BaseModel], Section], file: File
) -> Iterator[str]:
    path = Path(inspect.getfile(section.model))
    where = f"plugins/crm_sync/{path.parent.name}/{path.name}"
    shared: Any = file.shared
    for step in filter(None, section.place.split(".")):
        shared = shared.get(step, {}) if isinstance(shared, Mapping) else {}
    yield f"{'##' if section.model is file.root else '###'} {section.heading}"
    yield ""
    yield f"{' '.join((section.model.__doc__ or '').split())} Model `{section.model.__name__}` in `{where}`."
    if others := sorted({*section.places} - {section.place}):
        yield f"The same words stand in {', '.join(f'`{place}`' for place in others)}."
    yield ""
    rows = []
    for name, info in file.list_words(section.model):
        links = [_link(sections[model]) for model, _ in _list_models(info.annotation)]
        value = ": ".join([describe_value(name, info), *([", ".join(links)] if links else [])])
        default = describe_default(name, info, shared)
        if section.model is file.root:
            default = file.given.get(name, default)
        rows.append((f"`{name}`", value, default, read_sentence(section.model, name)))
    yield from build_table(_HEADER, rows)
    yield ""


def _link(section: Section) -> str:
    return f"[`{section.tag or section.place}`](#{build_anchor(section.heading)})"


@functools.cache
def _read_texts(owner: type) -> dict[str, str]:
    """Read the string that stands under each field in the text of a class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        before.target.id: str(after.value.value)
        for before, after in itertools.pairwise(body)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
