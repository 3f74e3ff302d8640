"""An Airflow on several machines, here processes: Celery's executor, and workers that share no folder."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.cluster.hosts import HOST
from tests.dags.airflow_home import CHECKOUT
from tests.e2e.processes import (
    AIRFLOW,
    RUN_STEP_S,
    SERVICES,
    AirflowServices,
    find_free_ports,
    running_services,
    wait_for,
)

_OVER = {"success", "failed"}
_UNFINISHED = {None, "scheduled", "queued", "running", "restarting", "up_for_retry", "deferred"}
HEARTBEAT_TIMEOUT_S = 20
_PRELOADED = """
import airflow.providers.amazon.aws.fs.s3
import crm_sync.dag_factory
import crm_sync.hooks.crm
import s3fs
"""
"""Imported once by a worker: each task is a fork of it, and would take half a second of its own for them."""


class Task(NamedTuple):
    """How a task of a run is."""

    state: str | None
    try_number: int
    host: str


@dataclass
class Cluster:
    """Airflow's services and the Celery workers.

    Args:
        services: api-server, scheduler, DAG processor and triggerer.
        base: folder in which each worker has a home of its own.
        workers: those that run, by name.
    """

    services: AirflowServices
    base: Path
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_worker(self, name: str) -> None:
        """Start a worker that runs one task at a time."""
        home = self._home(name)
        (home / "config").mkdir(parents=True, exist_ok=True)
        (home / "config" / "airflow_local_settings.py").write_text(_PRELOADED)
        (port,) = find_free_ports(1)
        environment = {
            **self.services.environment,
            "AIRFLOW_HOME": str(home),
            "AIRFLOW_CONFIG": str(home / "airflow.cfg"),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(port),
            HOST: name,
        }
        with self.log_of(name).open("ab") as log:
            self.workers[name] = subprocess.Popen(
                [AIRFLOW, "celery", "worker", "--celery-hostname", f"{name}@localhost", "--concurrency", "1"],
                env=environment, cwd=CHECKOUT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait_for_workers(self) -> None:
        """Wait until all of them take tasks."""
        for name, process in self.workers.items():

            def is_ready(name: str = name, process: subprocess.Popen[bytes] = process) -> bool:
                text = self.log_of(name).read_text()
                assert process.poll() is None, text[-3000:]
                return f"{name}@localhost ready" in text

            wait_for(is_ready, f"worker {name}", timeout_s=120)

    def lose(self, name: str) -> None:
        """Let a machine disappear with all that runs on it."""
        for process in self._list_processes(name):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.workers.pop(name).wait(timeout=10)

    def find_host(self, pid: int) -> str:
        """Name the machine that a process runs on."""
        return next(
            name for name in self.workers if pid in {process.pid for process in self._list_processes(name)}
        )

    def list_tasks(self, dag_id: str, run_id: str) -> dict[str, Task]:
        """Ask how the tasks of a run are."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        answer = self.services.call("GET", path)
        assert answer["total_entries"] == len(answer["task_instances"])
        return {
            task["task_id"]: Task(task["state"], task["try_number"], task["hostname"] or "")
            for task in answer["task_instances"]
        }

    def wait_for_end(self, dag_id: str, run_id: str, *, timeout_s: float) -> tuple[str, dict[str, Task]]:
        """Wait until a run has ended, its teardown too; gives its state and its tasks."""

        def find_end() -> tuple[str, dict[str, Task]] | None:
            state = self.services.read_state(dag_id, run_id)
            if state not in _OVER:
                return None
            tasks = self.list_tasks(dag_id, run_id)
            return None if any(task.state in _UNFINISHED for task in tasks.values()) else (state, tasks)

        try:
            end: tuple[str, dict[str, Task]] = wait_for(
                find_end, f"run {run_id}", timeout_s=timeout_s, step_s=RUN_STEP_S
            )
        except AssertionError as error:
            logs = [self.services.home / "scheduler.log", *map(self.log_of, self.workers)]
            tails = "\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in logs)
            raise AssertionError(f"{error}\n{tails}") from None
        return end

    def log_of(self, name: str) -> Path:
        """Give the file with what a worker prints."""
        return self.base / f"{name}.log"

    def stop(self) -> None:
        """End the workers, and whatever they have started."""
        for name in list(self.workers):
            self.lose(name)

    def _list_processes(self, name: str) -> list[psutil.Process]:
        # not by environment: Airflow's tasks write their titles over it
        worker = psutil.Process(self.workers[name].pid)
        return [worker, *worker.children(recursive=True)]

    def _home(self, name: str) -> Path:
        return self.base / name


@contextmanager
def running_cluster(
    base: Path,
    environment: Mapping[str, str],
    *,
    broker: str,
    workers: tuple[str, ...],
    names: Sequence[str] = SERVICES,
) -> Iterator[Cluster]:
    """Run Airflow with Celery's executor until the block ends.

    Args:
        base: a folder of the test's own.
        environment: of an Airflow whose metadata database is made already.
        broker: URL of a Redis.
        workers: their names.
        names: of Airflow's other processes.
    """
    settings = {
        **environment,
        "AIRFLOW__CELERY__BROKER_URL": broker,
        # a lost machine's tasks are found after seconds, not after five minutes
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(HEARTBEAT_TIMEOUT_S),
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "tests.cluster.hosts.get_name",
    }
    home = Path(settings["AIRFLOW_HOME"])
    with running_services(home, settings, executor="CeleryExecutor", names=names) as services:
        cluster = Cluster(services, base)
        try:
            for name in workers:
                cluster.start_worker(name)
            cluster.wait_for_workers()
            yield cluster
        finally:
            cluster.stop()
