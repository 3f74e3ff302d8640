"""`crm-sync check`: a line for each finding, or a JSON document, and the exit code; checks are stand-ins."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_sync.sync.connection_check import Finding
from tests.command_line import run_command

DAGS = Path(__file__).resolve().parents[3] / "dags"
GOOD = Finding("csv.zip_codes", is_good=True, text="can be read")
BAD = Finding("warehouse crm_warehouse", is_good=False, text="can't be reached")
STAGING = Finding("staging /tmp", is_good=False, text="is full")


@pytest.fixture
def check(monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(DAGS))

    def run(*arguments, findings, staging=GOOD):
        fake = SimpleNamespace(check_crm=lambda *_: iter(findings), check_staging=lambda: staging)
        monkeypatch.setitem(sys.modules, "crm_sync.connection_check", fake)
        return run_command("check", "csv", *arguments)

    return run


def test_all_good_exits_with_0_and_without_colours_in_a_pipe(check):
    result = check(findings=[GOOD])
    assert (result.exit_code, result.stdout) == (0, "ok      csv.zip_codes: can be read\n")


def test_failures_are_named_and_exit_with_1(check):
    result = check(findings=[GOOD, BAD], staging=STAGING)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == [
        "FAILED  warehouse crm_warehouse: can't be reached",
        "FAILED  staging /tmp: is full",
    ]


def test_json_has_the_same_findings(check):
    result = check("--json", findings=[GOOD, BAD], staging=STAGING)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {"about": one.about, "is_good": one.is_good, "text": one.text} for one in (GOOD, BAD, STAGING)
    ]
