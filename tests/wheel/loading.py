"""An Airflow process of a deployment's own: what it loads from its folders, and what it says about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PROGRAM = """
import json
import airflow.plugins_manager as core
core.ensure_plugins_loaded()
from airflow.sdk import plugins_manager as sdk
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag

dags, errors = {}, {}
for bundle in DagBundlesManager().get_all_dag_bundles():
    bundle.initialize()
    bag = BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    errors |= bag.import_errors
    for dag_id, dag in bag.dags.items():
        last = dag.task_dict.get("close_history")
        dags[dag_id] = str(last.configs) if last else ""
import crm_sync
from crm_sync.settings import configs_dir
# plugins of providers that the development environment has
_PROVIDERS = {"OpenLineageProviderPlugin"}
from crm_sync.storage import sql_files
print("result:" + json.dumps({
    "dags": dags,
    "errors": errors,
    "package": crm_sync.__file__,
    "sql": [str(sql_files.find_root()), len(sql_files.list_sql("schema"))],
    "configs_dir": str(configs_dir()),
    "core": [plugin.name for plugin in core._get_plugins()[0] if plugin.name not in _PROVIDERS],
    "core_errors": core.get_import_errors(),
    "workers": [plugin.name for plugin in sdk._get_plugins()[0] if plugin.name not in _PROVIDERS],
}))
"""


def build_environment(home: Path, *import_path: Path, **settings: str) -> dict[str, str]:
    """Give the environment of an Airflow with this home, and nothing of the session's own.

    Args:
        home: its dags/ and plugins/ are Airflow's defaults.
        import_path: folders before those that Airflow adds by itself, as site-packages is.
        settings: further variables.
    """
    home.mkdir(parents=True, exist_ok=True)
    own = {name: text for name, text in os.environ.items() if not name.startswith(("AIRFLOW", "CRM_SYNC"))}
    own |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PYTHONPATH": os.pathsep.join(map(str, import_path)),
    }
    return own | settings


def load_deployment(environment: dict[str, str]) -> dict[str, Any]:
    """Load all bundles and plugins in a process of its own; gives what it found."""
    done = run_python(environment, "-c", _PROGRAM)
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("result:"))
    found: dict[str, Any] = json.loads(line.removeprefix("result:"))
    return found


def run_python(
    environment: dict[str, str], *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python in a deployment's environment."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=cwd or environment["AIRFLOW_HOME"],
        capture_output=True,
        text=True,
        timeout=600,  # a busy machine is no fault
        check=False,
    )


def run_crm_sync(
    environment: dict[str, str], arguments: Sequence[str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run the command `crm-sync`."""
    return run_python(environment, "-m", "crm_sync", *arguments, cwd=cwd)
