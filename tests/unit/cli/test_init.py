"""`crm-sync init`: what it writes, what it never touches, and how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_sync.cli.dag_files import OWN_STUBS, STUB
from crm_sync.cli.main import main
from crm_sync.config.loader import list_sources, load_source

CHECKOUT = Path(__file__).resolve().parents[3]
DAGS = CHECKOUT / "dags"


@pytest.fixture
def dags(tmp_path):
    folder = tmp_path / "project" / "dags"
    folder.mkdir(parents=True)
    (folder / "their_own.py").write_text("# a DAG of theirs\n")
    return folder


def run(*arguments: object):
    return CliRunner().invoke(main, ["init", *map(str, arguments)])


def read_files(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_init_writes_stub_yaml_and_ignore_file(dags: Path):
    result = run(dags, "--crm", "csv", "--crm", "hubspot")
    assert result.exit_code == 0, result.output
    files = read_files(dags)
    for name in ("csv", "hubspot"):
        assert files[f"crm_sync_{name}.py"] == (DAGS / f"crm_sync_{name}.py").read_bytes()
        for file in (DAGS / "configs" / name).iterdir():
            assert files[f"configs/{name}/{file.name}"] == file.read_bytes()
        assert load_source(dags / "configs", name).entities
    assert files[".airflowignore"] == b"configs/csv/\nconfigs/hubspot/\n"
    assert files["their_own.py"] == b"# a DAG of theirs\n"
    assert "connections csv_default and crm_warehouse" in result.output


@pytest.mark.parametrize("crm_source", list_sources(DAGS / "configs"))
def test_stubs_of_the_checkout_are_what_init_writes(crm_source: str):
    assert (DAGS / f"crm_sync_{crm_source}.py").read_text() == STUB.format(crm_source=crm_source)


@pytest.mark.parametrize("file", OWN_STUBS)
def test_dags_of_no_crm_are_those_of_the_checkout(dags: Path, file: str):
    run(dags, "--crm", "csv")
    assert not (dags / file).exists()
    run(dags, "--crm", "csv", "--upkeep")
    assert (dags / file).read_text() == OWN_STUBS[file] == (DAGS / file).read_text()


def test_json_names_each_file_and_what_became_of_it(dags: Path):
    run(dags, "--crm", "csv")
    (dags / "crm_sync_csv.py").write_text("# ours\n")
    result = run(dags, "--crm", "csv", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["kept"], found["faults"], found["ignored"]) == (1, 1, [], [])
    assert found["files"]["crm_sync_csv.py"] == "other"
    assert found["files"]["configs/csv/source.yaml"] == "same"
    assert result.stderr == "1 file(s) of these CRMs differ from this version's and were kept.\n"


def test_init_may_be_run_twice(dags: Path):
    run(dags, "--crm", "csv")
    before = read_files(dags)
    result = run(dags, "--crm", "csv")
    assert (result.exit_code, read_files(dags)) == (0, before)
    assert "wrote" not in result.output


@pytest.mark.parametrize("file", ["crm_sync_csv.py", "configs/csv/source.yaml"])
def test_file_that_differs_is_kept_named_and_a_failure(dags: Path, file: str):
    run(dags, "--crm", "csv")
    (dags / file).write_bytes((dags / file).read_bytes() + b"# ours\n")
    before = read_files(dags)
    result = run(dags, "--crm", "csv")
    assert (result.exit_code, read_files(dags)) == (1, before)
    assert f"kept   {dags / file}\n" in result.output
    assert "1 file(s) of these CRMs differ from this version's and were kept." in result.output


def test_shared_defaults_that_the_project_changed_stay_and_are_no_failure(dags: Path):
    run(dags, "--crm", "csv")
    defaults = dags / "configs" / "defaults.yaml"
    defaults.write_text(defaults.read_text().replace("owner: data", "owner: sales"))
    result = run(dags, "--crm", "callrail")
    assert result.exit_code == 0, result.output
    assert load_source(dags / "configs", "callrail").dag.owner == "sales"


def test_defaults_of_another_meaning_are_kept_and_the_fault_is_named(dags: Path):
    (dags / "configs").mkdir()
    (dags / "configs" / "defaults.yaml").write_text("retries: 3\n")
    result = run(dags, "--crm", "csv")
    assert result.exit_code == 1
    assert "defaults.yaml: expected only known keys" in result.output
    assert (dags / "configs" / "defaults.yaml").read_text() == "retries: 3\n"


def test_lines_of_an_ignore_file_stay(dags: Path):
    (dags / ".airflowignore").write_bytes(b"old_*.py\nconfigs/csv/\n\xff without an end")
    run(dags, "--crm", "csv", "--crm", "genius")
    ignored = (dags / ".airflowignore").read_bytes()
    assert ignored == b"old_*.py\nconfigs/csv/\n\xff without an end\nconfigs/genius/\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{dags}", "--crm", "hupspot"], "CRM 'hupspot' is unknown: expected one of arrivy,"),
        (["{dags}"], "Missing option '--crm'"),
        (["{dags}/none", "--crm", "csv"], "does not exist"),
        (["--crm", "csv"], "Missing argument 'DAGS'"),
    ],
    ids=["crm", "no crm", "no folder", "no argument"],
)
def test_wrong_use_exits_with_2_and_writes_nothing(dags: Path, arguments: list[str], said: str):
    before = read_files(dags)
    result = run(*(one.format(dags=dags) for one in arguments))
    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert read_files(dags) == before


def test_folder_that_can_not_be_written_is_one_sentence(dags: Path):
    # a file where a folder is needed: permissions do not stop root
    (dags / "configs").write_text("")
    result = run(dags, "--crm", "csv")
    assert result.exit_code == 1
    assert result.output == f"Error: {dags / 'configs'}: {os.strerror(17)}\n"
