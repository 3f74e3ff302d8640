"""What the pages name exists: files, links, flags, make targets, confs, YAML examples, settings."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from functools import cache
from pathlib import Path

import click
import pytest

from crm_sync.cli.main import main
from crm_sync.cli.run_flags import collect_conf
from crm_sync.config.dag_config import DagConfig
from crm_sync.config.field_config import FieldConfig
from crm_sync.config.flags import FLAGS, RENAMED, build_own_flags
from crm_sync.config.loader import list_sources, load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.run_options import parse_options
from crm_sync.constants import FieldType
from crm_sync.exceptions import OptionsError
from scripts import connection_types, generate_docs, systems_table
from tests.shipped import CONFIGS, read_shipped

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
TOP_LEVEL = ("bench", "dags", "docs", "include", "plugins", "sandbox", "scripts", "tests")
MADE_LATER = frozenset({"bench/README.md"}) if not (CHECKOUT / "bench/README.md").exists() else frozenset()
"""Pages that another part of the project brings."""

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)(?: CRM=(\w+))?(?: FLAGS='([^']*)')?")
_CONF = re.compile(r"(?:airflow dags (?:test|trigger) crm_sync_(\w+) --conf '(\{.*?\})')")
_CELL_CONF = re.compile(r"\| `(\{\"entities\".*?\})` \|")
_PLACEHOLDER = re.compile(r"[<>…{}]")

page = pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(CHECKOUT)) for path in PAGES])


def read_code(path: Path) -> list[str]:
    """List what a page shows as code: inline pieces and the lines of its fences."""
    text = path.read_text(encoding="utf-8")
    fenced = [line for _, body in _FENCE.findall(text) for line in body.splitlines()]
    return [*_CODE.findall(_FENCE.sub("", text)), *fenced]


@page
def test_page_paths_in_code_exist(path: Path):
    pattern = re.compile(rf"^(?:{'|'.join(TOP_LEVEL)})/[^\s`,;]*$")
    pieces = [piece.partition("::")[0].rstrip("/") for code in read_code(path) for piece in code.split()]
    named = {piece for piece in pieces if pattern.match(piece)}
    named = {name for name in named if not _PLACEHOLDER.search(name)} - example_files()
    missing = [name for name in named - MADE_LATER if not any(CHECKOUT.glob(name))]
    assert missing == []


@page
def test_page_links_lead_somewhere(path: Path):
    broken = []
    for target in _LINK.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        file, _, anchor = target.partition("#")
        if "://" in target or file in MADE_LATER:
            continue
        linked = (path.parent / file).resolve() if file else path
        if not linked.exists() or (anchor and anchor not in list_anchors(linked)):
            broken.append(target)
    assert broken == []


def list_anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@page
def test_page_make_commands_are_targets_and_flags(path: Path):
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    for code in read_code(path):
        for target, crm, flags in _MAKE.findall(code):
            assert target in targets, code
            if crm:
                assert crm in list_sources(CONFIGS), code
            check_conf(crm or "hubspot", parse_flags(crm or "hubspot", shlex.split(flags)))


def parse_flags(crm: str, flags: list[str]) -> dict[str, object]:
    whole = click.Context(main, **main.context_settings)
    given = main.commands["sync"].make_context("sync", [crm, *flags], parent=whole).params
    own = {"crm_source", "entities_named", "is_triggered", "url", "log", "is_json"}
    return collect_conf({name: value for name, value in given.items() if name not in own})


@page
def test_page_confs_are_taken_by_their_dag(path: Path):
    text = path.read_text(encoding="utf-8")
    confs = [*_CONF.findall(text), *(("hubspot", conf) for conf in _CELL_CONF.findall(text))]
    for crm, conf in confs:
        check_conf(crm, json.loads(conf))


@cache
def read_source(crm: str) -> SourceConfig:
    return read_shipped(crm)


def check_conf(crm: str, conf: dict[str, object]) -> None:
    source = read_source(crm)
    try:
        parse_options(conf, known_entities=list(source.entities), own_flags=build_own_flags(source.flags))
    except OptionsError as error:
        pytest.fail(str(error))


@page
def test_page_command_line_flags_exist(path: Path):
    own = [name for crm_source in list_sources(CONFIGS) for name in read_source(crm_source).flags]
    names = [*(flag.name for flag in FLAGS), *RENAMED, *own]
    known = {f"--{name.replace('_', '-')}" for name in names}
    for code in _CODE.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        option = re.match(r"^(--[a-z-]+)", code)
        if option:
            assert option[1] in {*known, *list_options(), "--conf"}, code


@cache
def list_options() -> set[str]:
    """Give the options of all commands of `crm-sync`."""
    options = (option for command in main.commands.values() for option in command.params)
    return {name for option in options for name in option.opts}


@page
def test_page_settings_exist(path: Path):
    for name in re.findall(r"\bCRM_SYNC_[A-Z_]+", path.read_text(encoding="utf-8")):
        assert name in read_all_code(), name


@cache
def read_all_code() -> str:
    readers = ("plugins/**/*.py", "sandbox/**/*.py", "tests/*.py")
    return "\n".join(file.read_text() for pattern in readers for file in CHECKOUT.glob(pattern))


def test_flags_page_explains_every_flag():
    text = (CHECKOUT / "docs/flags.md").read_text(encoding="utf-8")
    assert [flag.name for flag in FLAGS if f"| `{flag.name}` |" not in text] == []


def test_entity_page_explains_every_key():
    text = (CHECKOUT / "docs/adding-an-entity.md").read_text(encoding="utf-8")
    left_out = {"crm_source", "sync_type", "table_schema", "title", "conformance"}
    keys = {*EntityConfig.name_words(), *FieldConfig.model_fields} - left_out
    assert sorted(key for key in keys if f"`{key}`" not in text) == []
    assert sorted(word for word in FieldType if f"`{word}`" not in text) == []


def test_entity_page_names_no_key_that_is_gone():
    text = (CHECKOUT / "docs/adding-an-entity.md").read_text(encoding="utf-8")
    tables = text[text.index("## Keys of an entity") : text.index("## Rules")]
    first_cells = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", tables, re.MULTILINE)
    named = {name for cell in first_cells for name in _CODE.findall(cell)}
    assert named - {*EntityConfig.name_words(), *FieldConfig.model_fields, *FieldType} == set()


def test_every_source_has_its_page():
    own = [name for name in list_sources(CONFIGS) if read_shipped(name).extends is None]
    assert [name for name in own if not (CHECKOUT / f"docs/sources/{name}.md").exists()] == []


def list_examples() -> dict[str, str]:
    """Give the YAML files that the pages show: the fence's first line is a comment with the path."""
    bodies = [
        body for path in PAGES for kind, body in _FENCE.findall(path.read_text("utf-8")) if kind == "yaml"
    ]
    return {body.splitlines()[0].removeprefix("# "): body for body in bodies}


def example_files() -> set[str]:
    names = set(list_examples())
    return names | {f"dags/crm_sync_{Path(name).parent.name}.py" for name in names}


def test_yaml_examples_load(tmp_path: Path):
    shutil.copytree(CONFIGS, tmp_path / "dags/configs")
    for name, body in list_examples().items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(body)
    loaded = {
        name: load_source(tmp_path / "dags/configs", name) for name in list_sources(tmp_path / "dags/configs")
    }
    assert "communications" in loaded["hubspot"].entities
    assert loaded["hubspotus"].connection_id == "hubspotus_default"
    assert isinstance(loaded["examplecrm"], SourceConfig)
    assert loaded["examplecrm"].dag.schedule != DagConfig().schedule


_load_once = cache(load_source)


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the generator read the YAML, which no test here changes, once for all of them."""
    for module in (generate_docs, systems_table, connection_types):
        monkeypatch.setattr(module, "load_source", _load_once)


@pytest.mark.usefixtures("generator")
def test_generated_parts_are_up_to_date(capsys: pytest.CaptureFixture[str]):
    assert generate_docs.main(["--check"]) == 0, capsys.readouterr().out


@pytest.fixture
def docs_copy(generator: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CHECKOUT / "docs", tmp_path / "docs")
    monkeypatch.setattr(generate_docs, "CHECKOUT", tmp_path)
    monkeypatch.setattr(generate_docs, "DOCS", tmp_path / "docs")
    return tmp_path / "docs"


def test_generate_docs_check_names_a_stale_page_and_writes_nothing(
    docs_copy: Path, capsys: pytest.CaptureFixture[str]
):
    flags = docs_copy / "flags.md"
    stale = flags.read_text("utf-8").replace("| `full` |", "| `ful` |")
    flags.write_text(stale, "utf-8")
    assert generate_docs.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/flags.md is out of date: run 'make docs' and commit it.\n"
    assert flags.read_text("utf-8") == stale
    assert generate_docs.main([]) == 0
    assert generate_docs.main(["--check"]) == 0


def test_generate_docs_keeps_the_prose(docs_copy: Path):
    flags = docs_copy / "flags.md"
    flags.write_text(
        "Mine.\n<!-- flags:begin -->old<!-- flags:end -->\n<!-- pairs:begin --><!-- pairs:end -->\nToo.\n"
    )
    generate_docs.main([])
    assert flags.read_text("utf-8").startswith("Mine.\n<!-- flags:begin -->\n| flag |")
    assert flags.read_text("utf-8").endswith("<!-- pairs:end -->\nToo.\n")
    assert "old" not in flags.read_text("utf-8").split("| flag |")[0]


def test_generate_docs_missing_marker_is_said(docs_copy: Path):
    (docs_copy / "flags.md").write_text("No markers.\n")
    with pytest.raises(SystemExit, match=r"expected the markers <!-- flags:begin -->"):
        generate_docs.main([])


def test_sandbox_flags_are_the_flags():
    given = parse_flags("hubspot", ["--full", "--batch-size", "5", "--entities", "contacts,deals"])
    assert given == {"full": True, "batch_size": 5, "entities": ["contacts", "deals"]}
