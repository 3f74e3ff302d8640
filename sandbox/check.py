"""`make check-connection`: the check of connections and rights, in the sandbox where no connection is named.

Connections in the environment (AIRFLOW_CONN_…) are checked as they are; with those in Airflow's own database
use `crm-sync check` where Airflow runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from crm_sync.config.loader import list_sources, load_source
from sandbox.run_environment import CHECKOUT, QUIET, is_sandbox, running

CONFIGS = CHECKOUT / "dags" / "configs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code of the check."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.check", description=__doc__)
    parser.add_argument("--crm", default="hubspot")
    crm_source = parser.parse_args(arguments).crm
    if crm_source not in list_sources(CONFIGS):
        print(f"CRM '{crm_source}' is unknown: expected one of {', '.join(list_sources(CONFIGS))}.")
        return 2
    with running([crm_source], keep_data=False) as environment:
        source = load_source(CONFIGS, crm_source)
        if is_sandbox(environment, crm_source):
            variable = f"AIRFLOW_CONN_{crm_source.upper()}_DEFAULT"
            print(f"{variable} is not set: {source.connection_id} is the sandbox's.")
        if "AIRFLOW_CONN_CRM_WAREHOUSE" in environment:
            print("AIRFLOW_CONN_CRM_WAREHOUSE is not set: the warehouse is the sandbox's.")
        command = [sys.executable, "-m", "crm_sync", "check", crm_source]
        paths = [str(CHECKOUT / "plugins"), str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
        quiet = {
            "AIRFLOW__LOGGING__NAMESPACE_LEVELS": QUIET,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }
        Path(environment["AIRFLOW_HOME"]).mkdir(parents=True, exist_ok=True)
        result = subprocess.run(  # noqa: S603  # own command line
            command, env={**quiet, **os.environ, **environment}, cwd=CHECKOUT, check=False
        )
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
