"""`make sync` and `make ui`: one sync by `crm-sync sync`, or Airflow with its UI, both with sandbox CRMs."""

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

from crm_sync.cli.main import main as crm_sync_command
from crm_sync.config.loader import list_sources
from sandbox.run_environment import CHECKOUT, running, sandbox_sources

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
    return run_sync(known.crm, rest)


def run_sync(crm_source: str, arguments: Sequence[str]) -> int:
    """Start what the CRM needs and call `crm-sync sync`, which shows the run and takes care of Ctrl-C."""
    if {"-h", "--help", "--trigger"}.intersection(arguments):
        return _run_command(["sync", crm_source, *arguments])
    with running([crm_source]) as environment:
        os.environ |= environment
        _migrate_metadata(os.environ)
        return _run_command(["sync", crm_source, *arguments])


def _run_command(arguments: list[str]) -> int:
    """Run `crm-sync` in this process, which is to have the terminal."""
    try:
        crm_sync_command(arguments, prog_name="crm-sync")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


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


def _build_parser() -> argparse.ArgumentParser:
    # `--help` behind `sync` is the command's own
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.run", description=__doc__, add_help=False, allow_abbrev=False
    )
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
