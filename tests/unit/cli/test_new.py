"""`crm-sync new`: what it refuses, what it never touches, and what a DAG folder gets."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_sync.cli.dag_files import STUB
from crm_sync.cli.main import main
from crm_sync.config.loader import load_source

CHECKOUT = Path(__file__).resolve().parents[3]
MARKS = ("sandbox/run_environment.py", "tests/conformance/accounts.py", "sandbox/frame/sandbox.py",
         "scripts/generate_docs.py", "dags/configs/defaults.yaml")  # fmt: skip


def run(*arguments: object):
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


def read_files(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.fixture
def checkout(tmp_path):
    """As much of a checkout as the command looks at."""
    for file in MARKS:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / file, tmp_path / file)
    return tmp_path


@pytest.fixture
def dags(tmp_path):
    """A DAG folder as `crm-sync init` leaves one."""
    (tmp_path / "dags" / "configs").mkdir(parents=True)
    (tmp_path / "dags" / "their_own.py").write_text("# a DAG of theirs\n")
    return tmp_path / "dags"


@pytest.mark.parametrize("place", ["dags", "."])
def test_dag_folder_gets_yaml_and_dag_that_load(dags, place):
    result = run(
        "acme", dags if place == "dags" else dags.parent, "--entity", "site_visits", "--title", "Acme & Co"
    )
    assert result.exit_code == 0, result.output
    files = read_files(dags)
    assert files["crm_sync_acme.py"].decode() == STUB.format(crm_source="acme")
    assert files[".airflowignore"] == b"configs/acme/\n"
    assert files["their_own.py"] == b"# a DAG of theirs\n"
    assert set(files) == {"crm_sync_acme.py", ".airflowignore", "their_own.py", "configs/defaults.yaml",
                          "configs/acme/source.yaml", "configs/acme/site_visits.yaml"}  # fmt: skip
    source = load_source(dags / "configs", "acme")
    assert (source.title, list(source.entities)) == ("Acme & Co", ["site_visits"])
    assert "acme_default" in result.output


def test_defaults_of_a_dag_folder_stay_as_they_are(dags):
    ours = (CHECKOUT / "dags/configs/defaults.yaml").read_text() + "# ours\n"
    (dags / "configs/defaults.yaml").write_text(ours)
    assert run("acme", dags).exit_code == 0
    assert (dags / "configs/defaults.yaml").read_text() == ours


@pytest.mark.parametrize(
    "arguments",
    [
        ("Acme",), ("acme_crm",), ("1crm",), ("class",), ("health",), ("a" * 31,),
        ("acme", "--entity", "Customers"), ("acme", "--entity", "a b"), ("acme", "--title", 'A" b'),
        ("acme", "--title", "x" * 41), ("acme", "--base-url", "api.example.com"), ("acme", "--path", "v1/x"),
        ("acme", "--path", "/v1/{x}"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_value_that_can_be_no_crm_is_one_sentence_and_writes_nothing(checkout, arguments):
    before = read_files(checkout)
    name, *options = arguments
    result = run(name, checkout, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: crm-sync new, key ")
    assert read_files(checkout) == before


@pytest.mark.parametrize(
    "there",
    ["dags/configs/acme/own.yaml", "dags/crm_sync_acme.py", "sandbox/acme.py", "sandbox/acme/notes.txt",
     "docs/sources/acme.md", "tests/sources/acme/conftest.py"],
)  # fmt: skip
def test_name_that_is_taken_is_one_sentence_and_overwrites_nothing(checkout, there):
    (checkout / there).parent.mkdir(parents=True, exist_ok=True)
    (checkout / there).write_text("theirs")
    before = read_files(checkout)
    result = run("acme", checkout)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "is there" in result.stderr
    assert read_files(checkout) == before


def test_folder_that_is_neither_checkout_nor_dag_folder_is_one_sentence(tmp_path):
    result = run("acme", tmp_path)
    assert (result.exit_code, "expected a checkout of crm_sync, or a DAG folder" in result.stderr) == (
        1,
        True,
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["sandbox/run_environment.py", "tests/conformance/accounts.py"])
def test_checkout_whose_lists_look_different_is_one_sentence_and_stays(checkout, file):
    (checkout / file).write_text("# nothing that we know\n")
    before = read_files(checkout)
    result = run("acme", checkout)
    assert (result.exit_code, f"whose {file} lists" in result.stderr) == (1, True)
    assert read_files(checkout) == before


def test_file_that_can_not_be_written_is_one_sentence(dags):
    (dags / "configs/acme").symlink_to("/nowhere/at/all")
    result = run("acme", dags)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)


@pytest.mark.parametrize("name", ["aaa", "salesrabbit2", "zzz"])
def test_lists_of_a_checkout_get_one_entry_each_in_their_order(checkout, name):
    assert run(name, checkout).exit_code == 0
    accounts = (checkout / "tests/conformance/accounts.py").read_text()
    lines = accounts.splitlines()
    imports = [line for line in lines if line.startswith("from tests.conformance.account_")]
    assert imports == sorted(imports)
    assert f"from tests.conformance.account_{name} import open_{name}" in imports
    assert lines.count(f'    "{name}": open_{name},') == 1
    assert f'    "{name}": _fake(' in (checkout / "sandbox/run_environment.py").read_text()
