"""Makes cases, runs them, makes the failing ones small and keeps them as seeds."""

from __future__ import annotations

import copy
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.cases import Case, Kind

SEEDS = Path(__file__).parent / "seeds"
_MOST_SHRINKS = 300
_MOST_SHRINK_S = 8.0


@dataclass
class Fault:
    """One kind of difference, and its smallest case."""

    kind: str
    signature: str
    case: Case
    differences: list[str]
    times: int = 1
    seed: int = 0


@dataclass
class Report:
    """What a fuzz run found."""

    cases: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    seconds: float = 0.0


def fuzz(
    kinds: Mapping[str, Kind],
    cases: int,
    seed: int,
    *,
    warehouse: Any = None,
    most_s: float | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> Report:
    """Run that many cases, spread over the kinds; each case has a seed of its own."""
    report, began = Report(), time.monotonic()
    usable = {name: kind for name, kind in kinds.items() if warehouse is not None or not kind.needs_warehouse}
    whole = sum(kind.share for kind in usable.values())
    for name, kind in usable.items():
        wanted, made, number = max(1, round(cases * kind.share / whole)), 0, 0
        while made < wanted:
            if most_s is not None and time.monotonic() - began > most_s:
                break
            own_seed = _mix(seed, name, number)
            case = kind.generate(random.Random(own_seed))
            made, number = made + kind.size(case), number + 1
            known = len(report.faults)
            run_one(kind, case, report, warehouse=warehouse, seed=own_seed)
            for fault in list(report.faults.values())[known:]:
                say(f"  {fault.signature}")
        report.by_kind[name] = made
        report.cases += made
        say(f"{name}: {made:,} cases, {time.monotonic() - began:.0f} s, {len(report.faults)} faults so far")
    report.seconds = time.monotonic() - began
    return report


def _mix(seed: int, name: str, number: int) -> int:
    return int.from_bytes(f"{seed}:{name}:{number}".encode()[-16:], "big") ^ (seed << 64) ^ hash_text(name)


def hash_text(text: str) -> int:
    """Give a number for a text that is the same in each process."""
    import zlib

    return zlib.crc32(text.encode())


def run_one(kind: Kind, case: Case, report: Report, *, warehouse: Any, seed: int) -> None:
    """Run a case; a new kind of difference is made small."""
    for signature, difference in _find(kind, case, warehouse).items():
        known = report.faults.get(signature)
        if known is not None:
            known.times += 1
            continue
        small = shrink(case, lambda one, wanted=signature: wanted in _find(kind, one, warehouse))
        found = _find(kind, small, warehouse)
        told = [found.get(signature, difference)]
        report.faults[signature] = Fault(kind.name, signature, small, told, seed=seed)


def _find(kind: Kind, case: Case, warehouse: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for difference in check(kind, case, warehouse):
        found.setdefault(f"{kind.name}: {sign(difference, case)}", difference)
    return found


def check(kind: Kind, case: Case, warehouse: Any) -> list[str]:
    """Run a case; a crash of the product outside of its own errors is a difference as well."""
    return kind.check(case, warehouse) if kind.needs_warehouse else kind.check(case)


def sign(difference: str, case: Case) -> str:
    """Give the kind of a difference: its sentence without the values."""
    column = case.get("column") or {}
    about = "/".join(str(column.get(name)) for name in ("type", "format", "decimal_mark") if column.get(name))
    text = difference.split(" <- ", maxsplit=1)[0]
    text = re.sub(r"'[^']*'|\"[^\"]*\"|datetime\S*\([^)]*\)|Decimal\([^)]*\)|\d+", "*", text)
    for _ in range(6):
        text = re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)", "*", text)
    return f"{about} {text}"[:160]


def shrink(case: Case, is_bad: Callable[[Case], bool]) -> Case:
    """Leave out and shorten what isn't needed for the difference."""
    tried, went_on, end = 0, True, time.monotonic() + _MOST_SHRINK_S
    while went_on and tried < _MOST_SHRINKS:
        went_on = False
        for smaller in _list_smaller(case):
            tried += 1
            if tried >= _MOST_SHRINKS or time.monotonic() > end:
                return case
            try:
                bad = is_bad(smaller)
            except Exception:  # noqa: BLE001 - the case lost something that it can't be without
                bad = False
            if bad:
                case, went_on = smaller, True
                break
    return case


def _list_smaller(case: Case) -> Iterator[Case]:
    for path, value in _walk(case):
        if isinstance(value, list) and len(value) > 1:
            for size in (len(value) // 2, len(value) // 4, 1):
                for start in range(0, len(value), size) if size else ():
                    yield _with(case, path, value[:start] + value[start + size :])
        if isinstance(value, dict) and path:
            for key in value:
                yield _with(case, path, {one: inner for one, inner in value.items() if one != key})


def _walk(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, (*path, key))
    if isinstance(value, list):
        for key, inner in enumerate(value):
            yield from _walk(inner, (*path, key))


def _with(case: Case, path: tuple[Any, ...], value: Any) -> Case:
    changed = copy.deepcopy(case)
    if not path:
        return dict(value)
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


def write_seeds(report: Report, folder: Path) -> list[Path]:
    """Keep each fault's smallest case."""
    written = []
    for fault in report.faults.values():
        name = f"{fault.kind}-{hash_text(fault.signature):08x}.json"
        content = {"kind": fault.kind, "case": fault.case, "seen": fault.differences, "seed": fault.seed}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n")
        written.append(folder / name)
    return written
