"""Airflow as processes of its own: `airflow dags test`, and a scheduler with what belongs to it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.dags.airflow_home import CHECKOUT, build_settings
from tests.e2e.dag_runs import DagResult, read_result

AIRFLOW = str(Path(sys.executable).with_name("airflow"))
_STEP_S = 0.3
RUN_STEP_S = 1.0
"""Between two looks at a run: each is work for the api-server, which the tasks wait for, too."""
_STOP_S = 8
SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")


def wait_for(find: Callable[[], Any], what: str, *, timeout_s: float = 60, step_s: float = _STEP_S) -> Any:
    """Ask every `step_s` seconds until the answer is neither None nor False."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = find()
        if found is not None and found is not False:
            return found
        time.sleep(step_s)
    raise AssertionError(f"waited {timeout_s:.0f} s for {what}")


def build_environment(home: Path, fresh_database: Path, **connections: str) -> dict[str, str]:
    """Give the environment of an Airflow with home, metadata and connections of its own."""
    own = build_plain_environment(home)
    shutil.copy(fresh_database, home / "airflow.db")
    return own | {"CRM_SYNC_STAGING": str(home / "staging")} | connections


def build_plain_environment(home: Path) -> dict[str, str]:
    """Give the environment of an Airflow with a home of its own, and nothing of the user's."""
    home.mkdir(parents=True, exist_ok=True)
    own = {name: text for name, text in os.environ.items() if not name.startswith(("AIRFLOW", "CRM_SYNC"))}
    own["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), own.get("PATH", os.defpath)])
    return own | build_settings(home)


def start_dag_test(environment: Mapping[str, str], dag_id: str, log: Path) -> subprocess.Popen[bytes]:
    """Start `airflow dags test` in a process group of its own."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [AIRFLOW, "dags", "test", dag_id],
            env=dict(environment), cwd=CHECKOUT, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


def stop_group(process: subprocess.Popen[bytes], *, by_force: bool = False) -> None:
    """End a process and its children."""
    for number in (signal.SIGKILL,) if by_force else (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_STOP_S)


def list_processes(home: Path) -> list[int]:
    """Find the processes that run with this Airflow home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            text = (folder / "environ").read_bytes()
            if f"AIRFLOW_HOME={home}".encode() in text.split(b"\0") and _is_alive(folder):
                found.append(int(folder.name))
    return found


def _is_alive(folder: Path) -> bool:
    return ") Z " not in (folder / "stat").read_text()


@dataclass
class AirflowServices:
    """Api-server, scheduler, DAG processor and triggerer on loopback."""

    home: Path
    environment: dict[str, str]
    port: int
    names: Sequence[str] = SERVICES
    user: str | None = None
    """Who asks; None: everybody is an admin."""
    prefix: str = ""
    """Path of Airflow's base URL."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        """Airflow's base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    def start(self) -> None:
        """Start them all and get a token."""
        for name in self.names:
            self._launch(name)
        self.session.trust_env = False
        token = wait_for(self._find_token, "the api-server", timeout_s=90)
        self.session.headers["Authorization"] = f"Bearer {token}"

    @contextmanager
    def running_beside(self, name: str) -> Iterator[None]:
        """Run one more of them until the block ends."""
        self._launch(name)
        try:
            yield
        finally:
            stop_group(self.running.pop(name))

    def _launch(self, name: str) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [AIRFLOW, name],
                env=self.environment, cwd=CHECKOUT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def stop(self) -> None:
        """End them, and whatever they have started."""
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            stop_group(process, by_force=True)
        for pid in list_processes(self.home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.session.close()

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Send a request to the REST API."""
        url = f"{self.url}/api/v2/{path}"
        # a busy machine is no fault
        answer = self.session.request(method, url, json=body or None, timeout=120)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def find_dag(self, dag_id: str) -> bool:
        """Tell whether the DAG processor has stored the DAG."""
        url = f"{self.url}/api/v2/dags/{dag_id}"
        return self.session.get(url, timeout=30).ok

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run as the form does; gives its id."""
        return str(self.call("POST", f"dags/{dag_id}/dagRuns", logical_date=None, conf=conf)["dag_run_id"])

    def read_state(self, dag_id: str, run_id: str) -> str:
        """Ask how a run is."""
        return str(self.call("GET", f"dags/{dag_id}/dagRuns/{run_id}")["state"])

    def wait_for_end(self, dag_id: str, run_id: str, *, timeout_s: float = 300) -> DagResult:
        """Wait until a run has ended, its teardown too; a whole run is 38 processes."""

        def is_over() -> bool:
            return self.read_state(dag_id, run_id) in {"success", "failed"} and not [
                task for task, state in read_result(self.home / "airflow.db", dag_id, run_id).tasks.items()
                if state in {None, "scheduled", "queued", "running", "up_for_retry"}
            ]  # fmt: skip

        try:
            wait_for(is_over, f"the end of run {run_id}", timeout_s=timeout_s, step_s=RUN_STEP_S)
        except AssertionError as error:
            tail = (self.home / "scheduler.log").read_text()[-3000:]
            raise AssertionError(f"{error}\n{tail}") from None
        return read_result(self.home / "airflow.db", dag_id, run_id)

    def _find_token(self) -> str | None:
        for name, process in self.running.items():
            assert process.poll() is None, (self.home / f"{name}.log").read_text()[-3000:]
        url = f"{self.url}/auth/token"
        try:
            if self.user is None:
                answer = self.session.get(url, timeout=5)
            else:
                body = {"username": self.user, "password": self.user}
                answer = self.session.post(url, json=body, timeout=5)
        except requests.ConnectionError:
            return None
        return str(answer.json()["access_token"]) if answer.ok else None


@contextmanager
def running_services(
    home: Path,
    environment: dict[str, str],
    *,
    executor: str = "LocalExecutor",
    names: Sequence[str] = SERVICES,
    users: Mapping[str, str] | None = None,
    prefix: str = "",
) -> Iterator[AirflowServices]:
    """Run Airflow on free ports until the block ends; whatever happens, nothing of it is left.

    Args:
        home: folder of its metadata and logs.
        environment: of its processes.
        executor: of the scheduler.
        names: of its processes.
        users: role by name, the first asks in `call`; a user's password is the name. None: all are admins.
        prefix: path of Airflow's base URL, such as `/airflow`.
    """
    port, worker_port, trigger_port = find_free_ports(3)
    environment = environment | {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}{prefix}",
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(16),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}{prefix}/execution/",
        "AIRFLOW__CORE__EXECUTOR": executor,
        "AIRFLOW__CORE__PARALLELISM": "4",
        **_build_users(home, users),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(worker_port),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_port),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.4",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    }
    user = next(iter(users), None) if users else None
    services = AirflowServices(home, environment, port, names, user, prefix)
    try:
        services.start()
        yield services
    finally:
        services.stop()


def _build_users(home: Path, users: Mapping[str, str] | None) -> dict[str, str]:
    prefix = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER"
    if users is None:
        return {f"{prefix}_ALL_ADMINS": "True"}
    passwords = home / "passwords.json"
    passwords.write_text(json.dumps({name: name for name in users}))
    named = ",".join(f"{name}:{role}" for name, role in users.items())
    return {f"{prefix}_USERS": named, f"{prefix}_PASSWORDS_FILE": str(passwords)}


@contextmanager
def running_server(
    command: list[str], port: int, log: Path, environment: Mapping[str, str]
) -> Iterator[None]:
    """Run a program until the block ends, which begins once the program listens on a port of loopback."""

    def answers() -> bool:
        assert process.poll() is None, log.read_text()[-3000:]
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=dict(environment), stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(answers, command[0])
        yield
    finally:
        stop_group(process)


def find_free_ports(count: int) -> list[int]:
    """Find ports of loopback on which nothing listens at the moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
