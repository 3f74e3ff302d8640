"""`make sync` and `make ui`: one sync through `airflow dags test`, or Airflow with its UI."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from crm_sync.config.flags import FLAGS, Flag, build_own_flags
from crm_sync.config.loader import list_sources, load_source
from sandbox.run_environment import CHECKOUT, QUIET, running, sandbox_sources
from sandbox.run_report import print_report

CONFIGS = CHECKOUT / "dags" / "configs"
_STOP_TIMEOUT_S = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    # whoever stops this process ends what it started, too
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    known, rest = _build_parser().parse_known_args(arguments)
    if known.command == "ui":
        return run_ui()
    if known.crm not in list_sources(CONFIGS):
        print(f"CRM '{known.crm}' is unknown: expected one of {', '.join(list_sources(CONFIGS))}.")
        return 2
    return run_sync(known.crm, parse_flags(known.crm, rest))


def run_sync(crm_source: str, conf: Mapping[str, object]) -> int:
    """Sync one CRM once and show what came of it."""
    with running([crm_source]) as environment:
        full_environment = {"AIRFLOW__LOGGING__NAMESPACE_LEVELS": QUIET, **os.environ, **environment}
        _migrate_metadata(full_environment)
        command = [_airflow(), "dags", "test", f"crm_sync_{crm_source}", "--conf", json.dumps(conf)]
        result = subprocess.run(command, env=full_environment, cwd=CHECKOUT, check=False)  # noqa: S603
        print_report(full_environment["AIRFLOW_CONN_CRM_WAREHOUSE"], load_source(CONFIGS, crm_source))
    return result.returncode


def run_ui() -> int:
    """Run Airflow with its UI on loopback until it is interrupted."""
    with running(sandbox_sources()) as environment:
        full_environment = {**os.environ, **environment}
        _migrate_metadata(full_environment)
        password = _write_password(Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]))
        address = environment["AIRFLOW__API__BASE_URL"]
        print(f"Airflow comes up on {address}: user admin, password {password}; stop with Ctrl-C.")
        return _run_group([_airflow(), "standalone"], full_environment)


def _run_group(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command with all its children; `airflow standalone` leaves some of them behind when it stops."""
    process = subprocess.Popen(command, env=dict(environment), start_new_session=True)  # noqa: S603
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop_group(process)


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_STOP_TIMEOUT_S)


def parse_flags(crm_source: str, arguments: Sequence[str]) -> dict[str, object]:
    """Turn `--full --start-date 2026-01-01` into a run's conf; the DAG itself checks the values."""
    source = load_source(CONFIGS, crm_source)
    program = f"make sync CRM={crm_source} FLAGS=…"
    parser = argparse.ArgumentParser(prog=program, argument_default=argparse.SUPPRESS)
    for flag in (*FLAGS, *build_own_flags(source.flags)):
        _add_flag(parser, flag)
    return vars(parser.parse_args(arguments))


def _add_flag(parser: argparse.ArgumentParser, flag: Flag) -> None:
    name = f"--{flag.name.replace('_', '-')}"
    if flag.type == "boolean":
        parser.add_argument(name, dest=flag.name, action="store_true", help=flag.help)
    elif flag.type == "integer":
        parser.add_argument(name, dest=flag.name, type=int, help=flag.help)
    elif flag.type == "entities":
        parser.add_argument(name, dest=flag.name, type=lambda text: text.split(","), help=flag.help)
    else:
        parser.add_argument(name, dest=flag.name, help=flag.help)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.run", description=__doc__)
    parser.add_argument("command", choices=["sync", "ui"])
    parser.add_argument("--crm", default="hubspot")
    return parser


def _airflow() -> str:
    return str(Path(sys.executable).with_name("airflow"))


def _migrate_metadata(environment: Mapping[str, str]) -> None:
    """Bring Airflow's own database up to date; it keeps no record of ours."""
    marker = Path(environment["AIRFLOW_HOME"]) / ".migrated-by-crm-sync"
    if marker.exists():
        return
    print("Setting up Airflow's metadata database …", flush=True)
    result = subprocess.run(  # noqa: S603  # own command line
        [_airflow(), "db", "migrate"], env=dict(environment), check=False, capture_output=True, text=True
    )
    if result.returncode:
        sys.exit(f"airflow db migrate failed:\n{result.stdout[-2000:]}\n{result.stderr[-2000:]}")
    marker.touch()


def _write_password(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists():
        password: str = json.loads(file.read_text())["admin"]
        return password
    password = secrets.token_urlsafe(9)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"admin": password}))
    return password


if __name__ == "__main__":
    sys.exit(main())
