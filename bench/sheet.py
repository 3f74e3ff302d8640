"""A tab of 50,000 rows and 60 columns against a plain download of the very same answers.

The product decodes each answer, looks at it, and makes records of its cells; the download throws the bytes
away.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from bench.machine import get_load
from bench.services import Fake, Server, running_fake, running_server
from bench.tables import judge, make_table
from bench.worker import run_job

TARGET = 1.3
LATENCY_MS = 200
_ROWS, _COLUMNS, _USUAL_COLUMNS = 50_000, 60, 27
_KEY = "sandbox-api-key"
_CONNECTION: dict[str, Any] = {
    "password": _KEY,
    "extra": {"auth": "api_key", "spreadsheet_id": "1AbCInvented_0123456789-abcdefghijklmnopqrst"},
}


def measure(folder: Path, *, rounds: int) -> str:
    """Read and download the tab so many times, by turns; gives the report."""
    data = ["--counts", f"marketing_leads={_ROWS}", "--further-columns", str(_COLUMNS - _USUAL_COLUMNS)]
    ours, theirs, result = list[float](), list[float](), dict[str, Any]()
    with running_server(folder) as server:
        for number in range(rounds):
            with running_fake(
                folder, *data, "--latency-ms", str(LATENCY_MS), crm_source="googlesheets"
            ) as fake:
                result = _read(folder, server, fake)
                paths = fake.list_paths()
                refused = fake.summarise()["by_status"].get("429", 0)
            # a fake of its own: the minute's requests are those of one contestant
            with running_fake(
                folder, *data, "--latency-ms", str(LATENCY_MS), crm_source="googlesheets"
            ) as fake:
                headers = {"x-goog-api-key": _KEY}
                plain = run_job(folder / "list", "download", url=fake.url, paths=paths, headers=headers)
            ours.append(result["seconds"])
            theirs.append(plain["seconds"])
            print(
                f"  round {number + 1}: {ours[-1]:.2f} s, plain {theirs[-1]:.2f} s, {refused} x 429",
                flush=True,
            )
    times = statistics.median(ours) / statistics.median(theirs)
    head = [
        "tab",
        "rows",
        "calls",
        "s",
        "plain download, s",
        "ratio",
        f"target ≤ {TARGET}",
        "own CPU s",
        "load",
    ]
    row = [
        f"googlesheets marketing_leads, {_COLUMNS} columns",
        f"{result['records']:,}",
        f"{result['calls']:,}",
        f"{statistics.median(ours):.2f}",
        f"{statistics.median(theirs):.2f}",
        f"{times:.2f}",
        judge(times, at_most=TARGET),
        f"{result['cpu_s']:.1f}",
        get_load(),
    ]
    return make_table(head, [row])


def _read(folder: Path, server: Server, fake: Fake) -> dict[str, Any]:
    return run_job(
        folder / "list",
        "list",
        url=fake.url,
        dsn=server.make_database("sheet"),
        crm_source="googlesheets",
        sync_type="marketing_leads",
        page_size=None,
        connection=_CONNECTION,
        own_options={},
    )
