"""How near `crm-sync plan` comes to what runs then take: whole reads and deltas of several fakes.

Before each run the plan is made as the command makes it, then the run is done and compared. A delta's changes
differ from run to run by up to a fifth, as a company's days do. A plan's seconds go by the runs before on the
same machine, so they are judged where that is as busy as it was then.

The first six accounts answer at once: their reads are over in a second or two, of which chance is a good
part. The others take 200 ms for an answer, as vendors do, and have more records: reads of 6 to 19 seconds.
"""

from __future__ import annotations

import logging
import random
import statistics
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.services import CHECKOUT, Server, running_server
from bench.tables import make_table
from crm_sync.config.run_options import RunOptions
from crm_sync.storage.migrations import migrate

NEAR_FULL, NEAR_DELTA = 0.10, 0.30
CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("hubspot", "contacts", {"counts": {"contacts": 3000, "owners": 20}}),
    ("pipedrive", "deals", {"counts": {"deals": 3000, "users": 9, "pipelines": 2, "stages": 6}}),
    ("callrail", "calls", {"counts": {"calls": 3000}, "retention_days": 730}),
    ("genius", "jobs", {}),
    ("salesforce", "accounts", {"counts": {"accounts": 3000}}),
    ("salesrabbit", "leads", {"counts": {"leads": 3000}}),
    ("hubspot", "contacts", {"counts": {"contacts": 30_000, "owners": 20}, "latency_ms": 200}),
    (
        "pipedrive",
        "deals",
        {"counts": {"deals": 30_000, "users": 9, "pipelines": 2, "stages": 6}, "latency_ms": 200},
    ),
    ("callrail", "calls", {"counts": {"calls": 3000}, "retention_days": 730, "latency_ms": 200}),
    ("salesrabbit", "leads", {"counts": {"leads": 30_000}, "latency_ms": 200}),
)
_RUNS = ("full", "delta", "full", *["delta"] * 5, "full", "delta", "full")
_CHANGES = 50
_FIGURES = ("records read", "calls", "rows written", "seconds")


@dataclass(frozen=True)
class Pair:
    """A plan and the run after it, by the figures of `_FIGURES`."""

    name: str
    mode: str
    is_long: bool
    has_history: bool
    planned: tuple[float | None, ...]
    taken: tuple[float, ...]

    def is_near(self, at: int) -> bool | None:
        """Tell whether one figure was within the promised distance; None: the plan said that nobody knows."""
        planned, taken = self.planned[at], self.taken[at]
        if planned is None:
            return None
        most = NEAR_FULL if self.mode == "full" else NEAR_DELTA
        return abs(planned - taken) <= most * max(taken, 1)


def measure(folder: Path, crm_source: str = "") -> str:
    """Plan and run the cases of one CRM, or all; gives the report."""
    logging.getLogger("crm_sync").setLevel(logging.ERROR)
    with running_server(folder) as server:
        chosen = [case for case in CASES if crm_source in ("", case[0])]
        pairs = [pair for case in chosen for pair in _run_case(folder, server, *case)]
    return "\n\n".join([_report(pairs, mode) for mode in ("full", "delta")])


def _run_case(
    folder: Path, server: Server, crm_source: str, sync_type: str, settings: dict[str, Any]
) -> list[Pair]:
    conformance = _load_conformance()
    dsn = server.make_database(f"plan_{crm_source}")
    warehouse = conformance.Warehouse(dsn)
    migrate(warehouse.connect)
    dice, pairs, is_long = random.Random(3), list[Pair](), "latency_ms" in settings
    with conformance.open_account(crm_source, folder, **settings) as account:
        pipeline = conformance.Pipeline(account, warehouse, folder / "staging")
        entity = account.source.entities[sync_type]
        for number, mode in enumerate(_RUNS):
            # the fakes' records move on by days, so that no look-back reads a run's changes again
            pipeline.pass_time(2 * max(86_400.0, entity.lookback_s))
            if number:
                account.change(entity, dice.randint(_CHANGES * 4 // 5, _CHANGES * 6 // 5))
                account.add(entity)
            # a change of the last seconds would be read by the next run, too
            pipeline.pass_time(3600)
            estimate = conformance.plan(pipeline, sync_type, RunOptions(full=mode == "full"))
            row = pipeline.run(sync_type, full=mode == "full").row
            counts, figures = row.counts, row.performance_metrics
            known = estimate.created is not None and estimate.updated is not None
            written = (estimate.created or 0) + (estimate.updated or 0) if known else None
            planned = (estimate.records, estimate.calls, written, estimate.seconds)
            taken = (
                counts.processed + counts.duplicates,
                figures.get("api_calls", 0),
                counts.created + counts.updated,
                figures["duration_seconds"],
            )
            # a delta may turn out to be the comparison with the whole source that is due
            has_history = any(pair.mode == estimate.mode for pair in pairs)
            pairs.append(
                Pair(f"{crm_source} {sync_type}", estimate.mode, is_long, has_history, planned, taken)
            )
            print(f"  {crm_source} {mode}: planned {planned}, taken {taken}", flush=True)
    warehouse.close()
    return pairs


def _report(pairs: list[Pair], mode: str) -> str:
    near = NEAR_FULL if mode == "full" else NEAR_DELTA
    rows = []
    for at, what in enumerate(_FIGURES):
        for title, chosen in _CHOICES.items():
            some = [pair for pair in pairs if pair.mode == mode and chosen(pair)]
            known = [pair for pair in some if pair.planned[at] is not None]
            off = [abs((pair.planned[at] or 0) - pair.taken[at]) / max(pair.taken[at], 1) for pair in known]
            within = sum(bool(pair.is_near(at)) for pair in known)
            told = f"{statistics.median(off):.1%}, {max(off):.1%}" if off else ""
            rows.append([what, title, str(len(some)), str(len(known)), str(within), told])
    head = [mode, "runs", "of them", "planned", f"within {near:.0%}", "off: median, most"]
    return make_table(head, rows)


_CHOICES: dict[str, Callable[[Pair], bool]] = {
    "at once, first of its kind": lambda pair: not pair.is_long and not pair.has_history,
    "at once, later ones": lambda pair: not pair.is_long and pair.has_history,
    "200 ms, first of its kind": lambda pair: pair.is_long and not pair.has_history,
    "200 ms, later ones": lambda pair: pair.is_long and pair.has_history,
}


def _load_conformance() -> types.SimpleNamespace:
    """Import what the conformance suite runs entities with; an installed package may call itself `tests`."""
    tests = types.ModuleType("tests")
    tests.__path__ = [str(CHECKOUT / "tests")]
    sys.modules["tests"] = tests
    modules = {
        "open_account": "tests.conformance.accounts",
        "Pipeline": "tests.conformance.driver",
        "plan": "tests.conformance.proofs",
        "Warehouse": "tests.warehouse",
    }
    return types.SimpleNamespace(
        **{name: getattr(import_module(module), name) for name, module in modules.items()}
    )
