"""Command line: `python -m bench.run [PART …]`, with the parts that `--help` names."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from bench import end_to_end, job_files, latency, list_rates, memory, plans, profiling, sheet, sql_source, web
from bench.machine import describe_machine

Part = Callable[[Path, argparse.Namespace], str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen parts and print their tables; returns 1 when a target was missed."""
    parser = _make_parser()
    settings = parser.parse_args(arguments)
    if unknown := set(settings.parts) - set(_PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}: expected {', '.join(_PARTS)}")
    given = sys.argv[1:] if arguments is None else arguments
    reports = ["\n".join(["Command: " + " ".join(["python -m bench.run", *given]), "", *_list_facts()])]
    print(reports[0], flush=True)
    for name in settings.parts or list(_PARTS)[:3]:
        print(f"{name} …", flush=True)
        folder = Path(tempfile.mkdtemp(prefix="crm-sync-bench-", dir=settings.folder))
        try:
            reports.append(f"### {name}\n\n{_PARTS[name](folder, settings)}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    report = "\n\n".join(reports)
    print(f"\n{'-' * 80}\n\n{report}")
    return 1 if "MISSED" in report else 0


def _list_facts() -> list[str]:
    return [f"- {fact}" for fact in describe_machine()]


def _end_to_end(folder: Path, settings: argparse.Namespace) -> str:
    with_dlt = not settings.no_dlt and find_spec("dlt") is not None
    if not with_dlt and not settings.no_dlt:
        print("  dlt is not installed (requirements-bench.txt): left out")
    return end_to_end.measure(folder, records=settings.records, rounds=settings.rounds, with_dlt=with_dlt)


def _memory(folder: Path, settings: argparse.Namespace) -> str:
    return memory.measure(folder, few=settings.records // 4, many=settings.records // 4 * 10)


_PARTS: dict[str, Part] = {
    "end_to_end": _end_to_end,
    "memory": _memory,
    "latency": lambda folder, _: latency.measure(folder),
    "lists": lambda folder, settings: list_rates.measure(folder, settings.crm),
    "sheet": lambda folder, settings: sheet.measure(folder, rounds=settings.rounds),
    "sql": lambda folder, settings: sql_source.measure(
        folder, rows=settings.records * 5, rounds=settings.rounds, dlt_python=settings.dlt_python
    ),
    "web": lambda folder, settings: web.measure(
        folder, runs=settings.history_rows, rejects=settings.history_rows // 10
    ),
    "files": lambda folder, settings: job_files.measure(
        folder, rows=settings.records * 5, rounds=settings.rounds
    ),
    "plan": lambda folder, settings: plans.measure(folder, settings.crm),
    "profile": lambda folder, settings: profiling.measure(folder, records=settings.records // 4),
}


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"what to measure: {', '.join(_PARTS)}")
    parser.add_argument(
        "--records",
        type=int,
        default=200_000,
        help="contacts; memory takes a quarter and 2.5 times, sql and files five times",
    )
    parser.add_argument("--rounds", type=int, default=3, help="of end_to_end, sheet, sql and files")
    parser.add_argument("--no-dlt", action="store_true", help="leave dlt out, which takes longest")
    parser.add_argument(
        "--dlt-python",
        default="",
        help="Python with dlt[postgres,sql_database], pyarrow and connectorx, for sql",
    )
    parser.add_argument(
        "--history-rows", type=int, default=10_000_000, help="runs, and ten times the rejects, of web"
    )
    parser.add_argument("--crm", default="", help="measure the lists or plans of this CRM only")
    parser.add_argument(
        "--folder", default=os.environ.get("TMPDIR"), help="where files and databases are put"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
