"""How much of a vendor's allowed rate the reading of a list uses when each answer takes 200 ms.

Where the limit is not what binds (calls an hour, say), the share is of what latency and page style allow: one
page after the other, or as many at once as the read may ask for. Latency is the fake's 200 ms and the time in
which it makes its answer.
"""

from __future__ import annotations

import base64
from pathlib import Path

from bench.list_cases import CASES, Case
from bench.machine import get_load
from bench.services import Fake, Server, running_fake, running_server
from bench.tables import judge, make_table
from bench.worker import run_job

TARGET = 0.95
LATENCY_S = 0.2


def measure(folder: Path, crm_source: str = "") -> str:
    """Run the cases of one CRM, or all; gives the report."""
    with running_server(folder) as server:
        rows = [_measure(folder, server, case) for case in CASES if crm_source in ("", case.crm_source)]
    head = ["list", "calls", "s", "records/s", "best possible, s", "share", f"target ≥ {TARGET:.0%}"]
    return make_table([*head, "429s and repeats (target 0)", "load"], rows)


def _measure(folder: Path, server: Server, case: Case) -> list[str]:
    dsn = server.make_database("lists")
    size = "--counts" if "=" in case.data else "--records"
    arguments = [size, case.data, "--latency-ms", str(LATENCY_S * 1000), *case.arguments]
    with running_fake(folder, *arguments, crm_source=case.crm_source) as fake:
        _write_files(fake, case)
        fake.clear_log()
        load = get_load()
        result = run_job(
            folder / "list",
            "list",
            url=fake.url,
            dsn=dsn,
            crm_source=case.crm_source,
            sync_type=case.sync_type,
            page_size=case.page_size,
            connection=dict(case.connection),
            own_options=dict(case.own_options),
        )
        found = fake.summarise(limit=case.limit, window_s=case.window_s)
    calls, seconds = result["calls"], result["seconds"]
    # some vendors refuse with another status: then the client has repeated the request
    refused = max(found["by_status"].get("429", 0), int(result["retries"]))
    best_s = case.find_best_s(calls, result["answer_s"])
    print(f"  {case.name}: {calls} calls in {seconds:.1f} s, {best_s / seconds:.1%}, load {load}", flush=True)
    return [
        case.name,
        f"{calls:,}",
        f"{seconds:.1f}",
        f"{result['records'] / seconds:,.0f}",
        f"{best_s:.1f}",
        f"{best_s / seconds:.1%}",
        judge(best_s / seconds, at_least=TARGET),
        f"{refused} ({judge(refused, at_most=0)})",
        load,
    ]


def _write_files(fake: Fake, case: Case) -> None:
    """Put the case's files into a repository, none with a key of another."""
    count, rows = case.files
    for number in range(count):
        lines = "".join(f"{number * rows + row:08d},North,Town,Lane,OR\n" for row in range(rows))
        content = base64.b64encode(f"zipcode,division,city,county,state\n{lines}".encode()).decode()
        fake.change({"op": "write", "path": f"parts/{number:04d}.csv", "content": content})
