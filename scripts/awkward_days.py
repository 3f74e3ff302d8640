"""Runs tests with the clock set to awkward days: `make test-dates ARGS='tests/unit tests/postgres'`.

The library libfaketime gives this process's children another date; it comes from the machine or, unpacked
into .sandbox, from Debian's packages. Only the date changes: the monotonic clock goes on as it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.debian_packages import UnpackError, unpack_package

CHECKOUT = Path(__file__).resolve().parents[1]
_LIBRARY = "faketime/libfaketimeMT.so.1"


@dataclass(frozen=True)
class Clock:
    """A moment at which a run of the tests begins.

    Args:
        name: what is awkward about it.
        start: aware UTC.
        zone: IANA zone of the machine.
    """

    name: str
    start: datetime
    zone: str = "UTC"


def list_clocks(today: datetime) -> list[Clock]:
    """Give the clocks; all lie ahead, so that nothing was made by a later one."""
    leap_year = next(year for year in range(today.year + 1, today.year + 9) if _has_leap_day(year))
    year = today.year + 1
    return [
        Clock("29 February", datetime(leap_year, 2, 29, 12, tzinfo=UTC)),
        Clock("the last minute of a year", datetime(year, 12, 31, 23, 59, tzinfo=UTC)),
        # a few minutes before the hour that comes twice, which the run then goes through
        Clock("clocks go back", _last_sunday(year, 10).replace(hour=0, minute=55), "Europe/Berlin"),
        Clock(
            "clocks go forward", _first_sunday(year, 3, week=1).replace(hour=6, minute=55), "America/New_York"
        ),
        Clock("five years on", datetime(today.year + 5, today.month, min(today.day, 28), 12, tzinfo=UTC)),
    ]


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments once per clock; returns the exit code."""
    try:
        library = find_library()
    except UnpackError as error:
        print(f"libfaketime isn't installed and can't be unpacked: {error}")
        return 1
    failed = []
    for clock in list_clocks(datetime.now(UTC)):
        print(f"\n{clock.start:%Y-%m-%d %H:%M} UTC in {clock.zone}: {clock.name}", flush=True)
        environment = {**os.environ, **build_environment(clock, library)}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "server_timers",
            "-p",
            "no:cacheprovider",
            *arguments,
        ]
        if subprocess.run(command, env=environment, cwd=CHECKOUT, check=False).returncode:  # noqa: S603  # own command line
            failed.append(clock.name)
    print("\nAll clocks passed." if not failed else f"\nFailed: {', '.join(failed)}.")
    return 1 if failed else 0


def build_environment(clock: Clock, library: Path) -> dict[str, str]:
    """Give the variables under which all children have the clock's date."""
    paths = [CHECKOUT / "tests" / "clock", CHECKOUT / "plugins", CHECKOUT]
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{round(clock.start.timestamp() - time.time()):+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": clock.zone,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
    }


def find_library() -> Path:
    """Find the machine's libfaketime, or unpack Debian's.

    Raises:
        UnpackError: there is none and none can be unpacked.
    """
    cache = CHECKOUT / ".sandbox" / "faketime"
    for base in (Path("/usr/lib"), cache / "root/usr/lib"):
        for found in (base / _LIBRARY, *base.glob(f"*/{_LIBRARY}")):
            if found.exists():
                return found
    return next(unpack_package("libfaketime", cache, "usr/lib").glob(f"usr/lib/*/{_LIBRARY}"))


def _has_leap_day(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _first_sunday(year: int, month: int, *, week: int = 0) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * week)


def _last_sunday(year: int, month: int) -> datetime:
    sunday = _first_sunday(year, month, week=4)
    return sunday if sunday.month == month else sunday - timedelta(days=7)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
