"""The DAG and the commands that compare tables with their sources, and the plan of a run."""

from __future__ import annotations

import json

import pytest

from tests.command_line import run_command
from tests.e2e.dag_runs import run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]

DAG = "crm_sync_verify"
ASKED = {"crm_source": "csv", "entities": ["zip_codes"], "method": "full"}


def test_verify_is_good_until_a_row_is_changed_and_names_it_and_a_whole_read_mends_it(
    csv, warehouse, read_log
):
    # nothing ran yet, so there is nothing to compare by schedule
    assert run_dag(DAG).state == "success"
    assert ask("plan", "csv", "zip_codes")[:2] == (0, {"mode": "full", "records": None, "warning": None})
    assert run_dag("crm_sync_csv").state == "success"
    result = run_dag(DAG, ASKED)
    assert (result.state, json.loads(result.xcom["compare/return_value"])) == ("success", {"equal": 1})
    assert ask("verify", "csv", "zip_codes")[:2] == (0, {"verdict": "equal", "differences": 0})
    assert ask("plan", "csv", "--full")[1]["records"] == 300
    result = run_command("verify", "csv", "--sample", "5")
    assert (result.exit_code, "no single records by id" in result.output) == (1, True)

    key = csv.source.entities["zip_codes"].primary_key[0]
    ((gone,),) = warehouse.fetch_all(
        f"delete from csv.zip_codes where {key} = (select min({key}) from csv.zip_codes) returning {key}"
    )
    code, told, output = ask("verify", "csv", "zip_codes")
    assert (code, told) == (1, {"verdict": "different", "differences": 1})
    ((kind, record_id),) = [(one["kind"], one["record_id"]) for one in output[0]["examples"]]
    assert (kind, record_id) == ("missing", gone)
    shown = run_command("verify", "csv", "zip_codes")
    assert (shown.exit_code, gone in shown.output, "missing" in shown.output) == (1, True, True)
    assert "different, 1 differ, " in run_command("status", "csv").output
    result = run_dag(DAG, ASKED)
    # another try would find the same
    assert (result.state, result.tries["compare"]) == ("failed", 1)
    assert "1 table(s) differ from their source. csv.zip_codes: 1 differences." in read_log()

    assert run_dag("crm_sync_csv", {"full": True}).state == "success"
    state = json.loads(run_command("status", "csv", "--json").output)[0]
    assert (state["proof"]["verdict"], state["proof"]["mended"]) == ("equal", True)


def test_verify_and_plan_refuse_what_is_unknown_in_one_sentence(csv):
    for arguments, said in (
        (("verify", "csv", "towns"), "csv has no entity 'towns': expected one of zip_codes."),
        (("verify", "csv", "--sample", "few"), "Sample 'few': expected a number of rows up to 100,000"),
        (("verify", "csv", "--method", "ids", "--seed", "a"), "--seed belong to method sample, not to ids."),
        (("plan", "csv", "--flag", "odd"), "'odd' has no value: expected NAME=VALUE."),
        (("plan", "csv", "--flag", "odd=1"), "Unknown flag 'odd'"),
        (("plan", "csv", "--flag", "replay_rejected=true"), "asks the CRM for nothing"),
    ):
        result = run_command(*arguments)
        assert result.exit_code in (1, 2)
        assert said in " ".join(result.output.split())
    result = run_command("verify", "csv", "--method", "slice")
    assert (result.exit_code, "not provable" in result.output) == (1, True)
    result = run_dag(DAG, {**ASKED, "entities": ["towns"]})
    assert result.state == "failed"


def ask(*arguments):
    """Run a command; gives its exit code, what counts of its first answer, and all of it."""
    result = run_command(*arguments, "--json")
    answers = json.loads(result.output)
    names = ("verdict", "differences") if arguments[0] == "verify" else ("mode", "records", "warning")
    return result.exit_code, {name: answers[0][name] for name in names}, answers
