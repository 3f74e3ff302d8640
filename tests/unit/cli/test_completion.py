"""What a shell offers: the script, CRMs, and the entities of the CRM that stands before."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from crm_sync.cli.main import main
from tests.command_line import run_command

DAGS = Path(__file__).resolve().parents[3] / "dags"


def complete(line):
    *words, last = line.split(" ")
    found = BashComplete(main, {}, "crm-sync", "_CRM_SYNC_COMPLETE").get_completions(words, last)
    return [item.value for item in found]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_of_each_shell_calls_the_command(shell):
    result = run_command("completion", shell)
    assert result.exit_code == 0
    assert "_CRM_SYNC_COMPLETE" in result.output


def test_unknown_shell_is_wrong_use():
    assert run_command("completion", "tcsh").exit_code == 2


@pytest.mark.parametrize("command", ["sync", "replay", "history", "rejected", "status", "check"])
def test_crms_are_those_of_the_dag_folder(command, tmp_path, monkeypatch):
    for name in ("callrail", "csv", "hubspot"):
        folder = tmp_path / "configs" / name
        folder.mkdir(parents=True)
        (folder / "source.yaml").write_text("")
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path))
    assert complete(f"{command} c") == ["callrail", "csv"]


def test_entities_are_those_of_the_crm(monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(DAGS))
    assert complete("sync hubspot co") == ["companies", "contacts"]
    assert complete("sync hubspot contacts de") == ["deals"]
    assert complete("sync nobody ") == []


def test_shipped_crms_are_offered_where_airflow_has_none(tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    assert "hubspot" in complete("sync hub")
