"""An Airflow of the test session's own: its home, set up before anything imports Airflow.

Importing this module names the home in the environment. Its dags/ is a copy of the checkout's in which a
failed task is tried again at once, with a second HubSpot account beside the first.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DAGS = CHECKOUT / "dags"
CONFIGS = DAGS / "configs"
PLUGINS = CHECKOUT / "plugins"
SECOND_ACCOUNT = "hubspoteu"
KEPT = {
    "genius": ("job_change_orders", "job_statuses"),
    "hubspot": ("associations", "companies", "contacts", "deals", "owners", "products"),
}
"""Entities that the home's copy has: each of the others would be four tasks more in each run."""
_STUB = '''"""Airflow DAG of a second account."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("{name}")
'''


def build_settings(home: Path) -> dict[str, str]:
    """Give the environment of an Airflow whose home is this folder."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONFIG": str(home / "airflow.cfg"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PLUGINS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "CRM_SYNC_STAGING": "",
        # the first is of use under `make test-dates` alone
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT / "tests" / "clock"), str(PLUGINS), str(CHECKOUT)]),
    }


def copy_dags(target: Path, *, retries: int = 2) -> Path:
    """Copy the checkout's DAG folder, without pauses before a retry and with a second account."""
    shutil.copytree(DAGS, target, ignore=shutil.ignore_patterns("__pycache__"))
    replace_text(target / "configs/defaults.yaml", "retry_delay_s: 60s", "retry_delay_s: 0s")
    replace_text(target / "configs/defaults.yaml", "retries: 2", f"retries: {retries}")
    # a request that goes on failing gives up after a second instead of two minutes
    replace_text(target / "configs/hubspot/source.yaml", "\nrest:\n", "\nrest:\n  max_retries: 1\n")
    add_account(target)
    return target


def copy_one_dag(target: Path, dag_id: str, *, schedule: str, retries: int = 2) -> Path:
    """Copy the DAG folder with the stub of one DAG.

    Args:
        target: the folder to make.
        dag_id: of a DAG that runs every hour, such as HubSpot's.
        schedule: in YAML, what it has instead; null: no run but those that a test starts.
        retries: of its tasks.
    """
    dags = leave_only(copy_dags(target, retries=retries), dag_id)
    source = dags / "configs" / dag_id.removeprefix("crm_sync_") / "source.yaml"
    replace_text(source, 'schedule: "0 * * * *"', f"schedule: {schedule}")
    return dags


def leave_only(dags: Path, *dag_ids: str) -> Path:
    """Remove the stubs of all other DAGs, which each process of Airflow would build, too."""
    for stub in dags.glob("crm_sync_*.py"):
        if stub.stem not in dag_ids:
            stub.unlink()
    return dags


def add_account(dags: Path, name: str = SECOND_ACCOUNT) -> None:
    """Add a second HubSpot account as the docs tell the user to."""
    (dags / f"crm_sync_{name}.py").write_text(_STUB.format(name=name))
    folder = dags / "configs" / name
    folder.mkdir()
    (folder / "source.yaml").write_text("extends: hubspot\ntitle: HubSpot Europe\n")


def replace_text(file: Path, old: str, new: str) -> None:
    """Replace a text that must be there exactly once."""
    text = file.read_text()
    assert text.count(old) == 1, f"{file.name} has {text.count(old)} times {old!r}"
    file.write_text(text.replace(old, new))


@contextmanager
def dags_folder(folder: Path) -> Iterator[Path]:
    """Let the package read its configuration from this DAG folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(folder))
        yield folder


@cache
def initialise_database() -> Path:
    """Make the metadata database once; gives an untouched copy of it, too."""
    from airflow.utils.db import initdb

    initdb()
    fresh = HOME / "fresh.db"
    # a plain copy would lack what still stands in the write-ahead log
    with closing(sqlite3.connect(HOME / "airflow.db")) as source, closing(sqlite3.connect(fresh)) as target:
        source.backup(target)
    return fresh


def filter_warnings(item: pytest.Item) -> None:
    """Let Airflow's own warnings pass; those of this package stay errors."""
    item.add_marker(pytest.mark.filterwarnings("default"))
    item.add_marker(pytest.mark.filterwarnings("error:::crm_sync"))


def _keep(folder: Path, names: Collection[str]) -> None:
    left_out = "|".join(file.stem for file in folder.glob("*.yaml") if file.stem not in {"source", *names})
    for name in left_out.split("|"):
        (folder / f"{name}.yaml").unlink()
    links = folder / "associations.yaml"
    if links.exists():
        text = re.sub(rf"^.*from_type:.*\b({left_out})\b.*\n", "", links.read_text(), flags=re.MULTILINE)
        links.write_text(re.sub(rf", ({left_out})\b", "", text))


def _prepare() -> Path:
    if "airflow" in sys.modules:
        raise RuntimeError("Airflow was imported before the tests could give it a home of its own")
    home = Path(tempfile.mkdtemp(prefix="crm-sync-airflow-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    copy_dags(home / "dags")
    for crm_source, names in KEPT.items():
        _keep(home / "dags/configs" / crm_source, names)
    own = build_settings(home)
    # other tests read the checkout's DAG folder
    os.environ.pop("AIRFLOW__CORE__DAGS_FOLDER", None)
    del own["AIRFLOW__CORE__DAGS_FOLDER"]
    # the import path stays: workers of pytest-xdist inherit it, and under `make test-dates` its mended sleep
    del own["PYTHONPATH"]
    os.environ.update(own)
    return home


HOME = _prepare()
