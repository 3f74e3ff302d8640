"""The environment in which `make sync` and `make ui` run Airflow: folders, embedded warehouse, sandbox CRMs.

What the user's environment names already (AIRFLOW_CONN_…, AIRFLOW_HOME) is used as it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.extras import MissingExtraError, require
from sandbox.kept_port import keep_port
from sandbox.mariadb_program import NoMariaDBError
from sandbox.postgres import start_postgres

CHECKOUT = Path(__file__).resolve().parents[1]
STATE = CHECKOUT / ".sandbox"
_WAREHOUSE_VARIABLE = "AIRFLOW_CONN_CRM_WAREHOUSE"
QUIET = "airflow=WARNING airflow.sdk.definitions.dag=WARNING task=WARNING py.warnings=ERROR crm_sync=INFO"
"""Log levels of `make check-connection`: our own lines, and what else goes wrong."""
_START_TIMEOUT_S = 60
_SANDBOX_RECORDS = 20_000
_ACTIVITY = 40


def airflow_settings() -> dict[str, str]:
    """Give the Airflow configuration of the sandbox; variables that the user has set win."""
    home = Path(os.environ.get("AIRFLOW_HOME", STATE / "airflow"))
    port = os.environ.get("AIRFLOW__API__PORT", "8080")
    settings = {
        # `airflow standalone` calls `airflow` by its name
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        # nothing of a sandbox is reachable from outside
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        # a task is a process of its own; more of them than this only wait for each other on a small machine
        "AIRFLOW__CORE__PARALLELISM": str(max(4, 2 * (os.cpu_count() or 2))),
    }
    return {
        name: value if name == "PATH" else os.environ.get(name, value) for name, value in settings.items()
    }


@contextmanager
def running(crm_sources: list[str], *, keep_data: bool = True) -> Iterator[dict[str, str]]:
    """Start what the named CRMs need, and stop it at the end.

    Args:
        crm_sources: CRMs whose sandbox is wanted.
        keep_data: fresh activity is added to the sandbox CRMs, so that a second sync has changes to find.

    Yields:
        Environment variables for Airflow: its settings and the connections.
    """
    STATE.mkdir(exist_ok=True)
    environment = airflow_settings()
    with ExitStack() as services:
        if _WAREHOUSE_VARIABLE not in os.environ:
            try:
                postgres = start_postgres(STATE / "postgres")
            except RuntimeError as error:
                raise SystemExit(str(error)) from error
            services.callback(postgres.stop)
            environment[_WAREHOUSE_VARIABLE] = _connection_from_dsn(postgres.dsn)
        for crm_source in crm_sources:
            variable = f"AIRFLOW_CONN_{crm_source.upper()}_DEFAULT"
            starter = _SANDBOXES.get(crm_source)
            if variable not in os.environ and starter is not None:
                try:
                    connection = services.enter_context(starter(activity=keep_data))
                except (NoMariaDBError, MissingExtraError) as error:
                    if len(crm_sources) == 1:
                        raise SystemExit(str(error)) from error
                    print(f"{crm_source} has no sandbox here. {error}")
                    continue
                environment[variable] = json.dumps(connection)
        yield environment


def is_sandbox(environment: Mapping[str, str], crm_source: str) -> bool:
    """Tell whether the CRM's connection was made here and not by the user."""
    return f"AIRFLOW_CONN_{crm_source.upper()}_DEFAULT" in environment


def sandbox_sources() -> list[str]:
    """Name the CRMs that have a sandbox."""
    return sorted(_SANDBOXES)


def _fake(
    crm_source: str, connection: Mapping[str, object], settings: Sequence[str] = ()
) -> Callable[..., AbstractContextManager[dict[str, object]]]:
    """Build the starter of a REST CRM's fake, the package `sandbox.<crm_source>`.

    Args:
        crm_source: its name.
        connection: of its Airflow connection, beside type and host.
        settings: further arguments of its command line.
    """

    @contextmanager
    def start(*, activity: bool) -> Iterator[dict[str, object]]:
        require("uvicorn", of="sandbox")
        url_file, state = STATE / f"{crm_source}.url", STATE / f"{crm_source}_changes.json"
        url_file.unlink(missing_ok=True)
        port = str(keep_port(STATE / f"{crm_source}.port"))
        command = [sys.executable, "-m", f"sandbox.{crm_source}", "--port", port]
        command += ["--records", str(_SANDBOX_RECORDS), "--url-file", str(url_file), "--state", str(state)]
        command += ["--activity", str(_ACTIVITY if activity and state.exists() else 0)]
        command += settings
        log = (STATE / f"{crm_source}.log").open("ab")
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=log, stderr=log)  # noqa: S603  # own command
        try:
            yield {"conn_type": "http", "host": _wait_for_url(url_file, process), **connection}
        finally:
            process.terminate()
            process.wait(timeout=10)
            log.close()

    return start


@contextmanager
def _start_csv(*, activity: bool) -> Iterator[dict[str, object]]:  # noqa: ARG001  # same shape as the other starters
    folder = STATE / "files"
    folder.mkdir(exist_ok=True)
    target = folder / "zip_codes.csv"
    if not target.exists():
        subprocess.run(  # noqa: S603  # own command line
            [sys.executable, "-m", "sandbox.csv", "--out", str(target)], cwd=CHECKOUT, check=True
        )
    yield {"conn_type": "fs", "extra": {"path": str(folder)}}


def _start_genius(*, activity: bool) -> AbstractContextManager[dict[str, object]]:
    require("mysql", of="genius")
    # only it needs the MySQL driver
    from sandbox.genius.sandbox import running_genius  # noqa: PLC0415

    return running_genius(STATE / "mariadb", activity=activity)


@contextmanager
def _start_googlesheets(*, activity: bool) -> Iterator[dict[str, object]]:
    require("uvicorn", of="sandbox")
    # only it needs the machinery of keys
    from sandbox.googlesheets.config import SPREADSHEET_ID  # noqa: PLC0415
    from sandbox.googlesheets.key_file import make_key_file  # noqa: PLC0415

    path = STATE / "googlesheets_key.json"
    signing = {"auth": "service_account", "keyfile_dict": make_key_file(path), "token_url": "/token"}
    start = _fake(
        "googlesheets", {"extra": {**signing, "spreadsheet_id": SPREADSHEET_ID}}, ("--key-file", str(path))
    )
    with start(activity=activity) as connection:
        yield connection


@contextmanager
def _start_salespro(*, activity: bool) -> Iterator[dict[str, object]]:
    # only it needs the fake's made-up keys
    from sandbox.salespro.config import ACCESS_KEY, DATABASE, REGION, SECRET_KEY  # noqa: PLC0415

    with _fake("salespro", {"login": ACCESS_KEY, "password": SECRET_KEY})(activity=activity) as connection:
        url = connection.pop("host")
        extra = {
            "endpoint_url": url,
            "s3_endpoint_url": url,
            "region_name": REGION,
            "database": DATABASE,
            "poll_seconds": 0.1,
        }
        yield {**connection, "conn_type": "aws", "extra": extra}


_SANDBOXES: dict[str, Callable[..., AbstractContextManager[dict[str, object]]]] = {
    "hubspot": _fake(
        "hubspot",
        {"password": "sandbox-token", "extra": {"auth": "private_app", "tier": "professional"}},
    ),
    "csv": _start_csv,
    "github": _fake("github", {"password": "sandbox-token", "extra": {"owner": "example", "repo": "data"}}),
    "genius": _start_genius,
    "callrail": _fake("callrail", {"password": "sandbox-token"}),
    # the fake counts 50 requests a minute, a sync needs a dozen
    "salesrabbit": _fake("salesrabbit", {"password": "sandbox-token"}),
    # the fake's own limit is as high: with the real one, 30 a minute, a first sync takes a quarter of an hour
    "arrivy": _fake(
        "arrivy",
        {"login": "sandbox-key", "password": "sandbox-token", "extra": {"requests_per_minute": 3000}},
    ),
    # the fake counts 30,000 tokens a day, a first sync takes about a thousand
    "pipedrive": _fake("pipedrive", {"password": "sandbox-token"}),
    "googlesheets": _start_googlesheets,
    "salespro": _start_salespro,
    # the fake's own limit is as high: a whole read asks for 90 days one by one
    "leadconduit": _fake(
        "leadconduit",
        {"login": "API", "password": "sandbox-token", "extra": {"requests_per_minute": 3000}},
    ),
    # without the pause between two calls that the real service wants
    "five9": _fake(
        "five9",
        {"login": "sync@example.test", "password": "sandbox-token", "extra": {"min_interval_s": 0}},
    ),
    # the fake takes the key, and its company's clock is New York's
    "marketsharp": _fake(
        "marketsharp",
        {
            "login": "1234",
            "password": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "extra": {
                "api_key": "00000000-1111-2222-3333-444444444444",
                "time_zone": "America/New_York",
                "requests_per_minute": 600,
            },
        },
    ),
    "salesforce": _fake(
        "salesforce", {"login": "sandbox-consumer-key", "password": "sandbox-consumer-secret"}
    ),
}


def _wait_for_url(url_file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        if url_file.exists() and (url := url_file.read_text().strip()):
            return url
        if process.poll() is not None:
            break
        time.sleep(0.05)
    message = f"The sandbox did not start; its log is {url_file.with_suffix('.log')}."
    raise SystemExit(message)


def _connection_from_dsn(dsn: str) -> str:
    parts = urlsplit(dsn)
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": parts.hostname,
            "port": parts.port,
            "login": parts.username,
            "password": parts.password,
            "schema": parts.path.lstrip("/"),
        }
    )
