"""Makes calls under the shared budget from many threads and prints the moment of each one's arrival.

Usage: budget_worker.py DSN REQUESTS PER_S THREADS RUN_S; says "ready" and reads the moment to start at.
"""

from __future__ import annotations

import random
import sys
import threading
import time

import psycopg2

from crm_sync.config.rest_config import RateLimit
from crm_sync.storage.budget.rate_budget import PostgresRateBudget

_JITTER_S = 0.01


def main(dsn: str, requests: str, per_s: str, threads: str, run_s: str) -> None:
    limit = RateLimit(requests=int(requests), per_s=float(per_s))
    budget = PostgresRateBudget(lambda: psycopg2.connect(dsn), "hubspot", "a", {"default": limit})
    print("ready", flush=True)  # noqa: T201 - the test reads it
    start_at = float(sys.stdin.readline())
    end_at = start_at + float(run_s)
    arrivals: list[float] = []

    def call() -> None:
        time.sleep(max(0.0, start_at - time.time()))
        turn = None
        while True:
            turn = budget.take_turn("default", turn)
            moment = time.time() + turn.wait_s
            # a process that a busy machine lets come late has its turn, too
            if moment >= end_at and arrivals:
                return
            time.sleep(max(0.0, moment - time.time()))
            if time.time() - moment + turn.unsure_s <= budget.get_tolerance_s("default"):
                time.sleep(random.random() * _JITTER_S)
                arrivals.append(time.time())
                turn = None

    workers = [threading.Thread(target=call) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(*arrivals)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
