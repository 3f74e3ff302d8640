"""The gate of `make test`: it fails on too few branches, and names where they are."""

from __future__ import annotations

import json

import pytest

from scripts.coverage_gate import count_branches, judge, main, merge


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


def lines_of(branches):
    return {"executed_lines": [], "missing_lines": [], **branches}


def note(folder, worker, files):
    folder.mkdir(exist_ok=True)
    meta = {"software": "slipcover", "branch_coverage": True}
    (folder / f"{worker}.json").write_text(json.dumps({"meta": meta, "files": files}))


@pytest.mark.parametrize(("missing", "code"), [(0, 0), (9, 1)])
def test_exit_code_says_whether_it_is_enough(tmp_path, capsys, missing, code):
    note(tmp_path / "notes", "gw0", {"a.py": lines_of(describe(10, missing))})
    assert main([str(tmp_path / "notes"), str(tmp_path / "code")]) == code
    assert "at least 95%" in capsys.readouterr().out


def test_branch_is_taken_where_one_process_took_it(tmp_path):
    note(tmp_path, "gw0", {"a.py": lines_of({"executed_branches": [[1, 2]], "missing_branches": [[1, 3]]})})
    note(tmp_path, "gw1", {"a.py": lines_of({"executed_branches": [[1, 3]], "missing_branches": [[1, 2]]})})
    (found,) = merge(tmp_path, tmp_path / "code").values()
    assert sorted(found["executed_branches"]) == [[1, 2], [1, 3]]
    assert not found["missing_branches"]


def test_file_that_no_test_imports_has_no_branch_taken(tmp_path):
    code = tmp_path / "code"
    code.mkdir()
    (code / "unseen.py").write_text("def odd(x):\n    if x:\n        return 1\n    return 2\n")
    note(tmp_path / "notes", "gw0", {"a.py": lines_of(describe(40, 0))})
    files = merge(tmp_path / "notes", code)
    assert count_branches(files) == (40, {"a.py": 0, str(code / "unseen.py"): 2})


def test_tests_that_noted_nothing_are_no_success(tmp_path, capsys):
    assert main([str(tmp_path), str(tmp_path)]) == 1
    assert "No branch was measured" in capsys.readouterr().out
