"""`python -m tests.fuzz`: the long form; see `make fuzz`."""

from __future__ import annotations

import argparse
import logging
import random
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fuzz.kinds import KINDS
from tests.fuzz.runner import fuzz, write_seeds
from tests.fuzz.server import opened_warehouse


def main() -> int:
    """Fuzz and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--out", type=Path, default=Path(".fuzz"), help="folder for the cases that fail")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    say = lambda line: print(line, flush=True)  # noqa: E731, T201
    say(f"seed {options.seed}")
    kinds = {name: KINDS[name] for name in options.kinds}
    with ExitStack() as stack:
        needed = any(kind.needs_warehouse for kind in kinds.values())
        warehouse = stack.enter_context(opened_warehouse()) if needed else None
        try:
            report = fuzz(kinds, options.cases, options.seed, warehouse=warehouse, say=say)
        except pytest.skip.Exception as error:
            parser.error(f"{error}; --kinds runs the others")
    for fault in sorted(report.faults.values(), key=lambda one: -one.times):
        say(
            f"\n[{fault.times}x] {fault.signature}\n   {fault.differences[0][:300]}\n   {str(fault.case)[:800]}"
        )
    paths = write_seeds(report, options.out)
    where = f", cases in {options.out}" if paths else ""
    say(
        f"\n{report.cases:,} cases in {report.seconds:.0f} s, seed {options.seed}: {len(paths)} faults{where}"
    )
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
