"""Tell whether a run of all tests reached enough branches of plugins/: make test does."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import slipcover

LEAST = 0.95
_NAMED = 10
"""How many files are named where the share is too small, those with most branches that no test took first."""


def count_branches(files: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
    """Count the branches that were taken, and by file those that were not.

    Args:
        files: `files` of slipcover's JSON.
    """
    taken = sum(len(file["executed_branches"]) for file in files.values())
    return taken, {name: len(file["missing_branches"]) for name, file in files.items()}


def judge(files: Mapping[str, Any], least: float = LEAST) -> tuple[bool, list[str]]:
    """Give whether enough was reached, and lines that say so."""
    taken, missing = count_branches(files)
    total = taken + sum(missing.values())
    if not total:
        return False, ["No branch was measured: expected plugins/crm_sync to be imported by the tests."]
    share = taken / total
    lines = [
        f"Branches of plugins/ that tests take: {share:.1%} of {total:,}, at least {least:.0%} are wanted."
    ]
    if share >= least:
        return True, lines
    worst = sorted(missing.items(), key=lambda item: -item[1])[:_NAMED]
    return False, lines + [f"  {count:4} not taken in {name}" for name, count in worst if count]


def merge(notes: Path, measured: Path) -> dict[str, Any]:
    """Merge the notes of the processes that ran tests; a file that none of them imported has no branch taken.

    Args:
        notes: folder that tests/branch_coverage.py wrote.
        measured: folder of the code.

    Returns:
        `files` of slipcover's JSON.
    """
    merged: dict[str, Any] = {}
    for path in sorted(notes.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        merged = slipcover.merge_coverage(merged, found) if merged else found
    files: dict[str, Any] = merged.get("files", {})
    if files and not {str(path) for path in measured.rglob("*.py")} <= files.keys():
        unseen = slipcover.Slipcover(branch=True, source=[str(measured)]).get_coverage()["files"]
        files = {**unseen, **files}
    return files


def main(arguments: list[str]) -> int:
    """Judge what the tests' processes noted; 1 if too few branches were reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=Path)
    parser.add_argument("measured", type=Path)
    given = parser.parse_args(arguments)
    is_enough, lines = judge(merge(given.notes, given.measured))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
