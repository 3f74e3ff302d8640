"""The gate of `make test`: it fails on too few branches, and names where they are."""

from __future__ import annotations

import json

import pytest

from scripts.coverage_gate import judge, main


def describe(taken: int, missing: int):
    branches = [[line, line + 1] for line in range(taken + missing)]
    return {"executed_branches": branches[:taken], "missing_branches": branches[taken:]}


@pytest.mark.parametrize(("missing", "is_enough"), [(4, True), (5, True), (6, False)])
def test_95_of_100_branches_are_enough(missing, is_enough):
    files = {"a.py": describe(60, 0), "b.py": describe(40 - missing, missing)}
    assert judge(files)[0] is is_enough


def test_too_few_names_the_files_where_most_are_missing():
    is_enough, lines = judge({"a.py": describe(5, 1), "b.py": describe(5, 3), "c.py": describe(5, 0)})
    assert not is_enough
    assert lines == [
        "Branches of plugins/ that tests take: 78.9% of 19, at least 95% are wanted.",
        "     3 not taken in b.py",
        "     1 not taken in a.py",
    ]


def test_report_without_branches_is_no_success():
    assert not judge({"a.py": describe(0, 0)})[0]
    assert not judge({})[0]


@pytest.mark.parametrize(("missing", "code"), [(0, 0), (9, 1)])
def test_exit_code_says_whether_it_is_enough(tmp_path, capsys, missing, code):
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"files": {"a.py": describe(10, missing)}}))
    assert main([str(report)]) == code
    assert "at least 95%" in capsys.readouterr().out
