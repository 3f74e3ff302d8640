"""`crm-sync new` in a copy of the checkout: docs, guards, its tests and a part of the suite pass at once."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = ("dags", "docs", "include", "plugins", "sandbox", "scripts", "tests")
FILES = ("test_madeup_lists", "test_traps", "test_basics", "test_fakes", "test_docs", "test_layout")
CHOSEN = (
    # guards: stubs, pages, generated parts, accounts, names
    "stubs_and_config", "generated_parts", "source_has_its_page", "has_an_account_here", "no_crm_is_named",
    # the fake, what the product reads of it, and whole runs of the suite
    "madeup_lists", "test_traps", "(madeup and (equal_to_the_source or changed_and_new or mapped_path))",
)  # fmt: skip
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache")

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


@pytest.fixture
def copy(tmp_path):
    """A copy of the checkout with a CRM that was just written."""
    for name in FOLDERS:
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=LEFT_OUT)
    for file in CHECKOUT.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    shutil.copytree(CHECKOUT / "bench", tmp_path / "bench", ignore=LEFT_OUT)
    done = run(tmp_path, "-m", "crm_sync", "new", "madeup", "--auth", "oauth", "--paging", "link")
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a checkout, with nothing of this one on its import path."""
    paths = os.pathsep.join([str(folder / "plugins"), str(folder)])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_that_new_writes_passes_at_once(copy, postgres_dsn):
    docs = run(copy, "-m", "scripts.generate_docs")
    assert docs.returncode == 0, docs.stdout + docs.stderr
    assert "docs/sources/madeup.md written." in docs.stdout
    written = [str(path) for path in copy.rglob("*madeup*") if path.suffix == ".py" or path.is_dir()]
    written += ["sandbox/run_environment.py", "tests/conformance/accounts.py"]
    for arguments in (("check", *written), ("format", "--check", *written)):
        tidy = run(copy, "-m", "ruff", *arguments)
        assert tidy.returncode == 0, tidy.stdout + tidy.stderr
    tests = run(
        copy,
        *("-m", "pytest", "-v", "-p", "no:cacheprovider", "-n", "0", "-m", "", "-k", " or ".join(CHOSEN)),
        *("tests/unit/test_docs.py", "tests/unit/test_layout.py", "tests/sandbox/test_madeup_lists.py"),
        *("tests/sources/madeup", "tests/conformance/test_fakes.py", "tests/conformance/test_basics.py"),
        CRM_SYNC_TEST_DSN=postgres_dsn,
    )
    assert tests.returncode == 0, tests.stdout[-6000:] + tests.stderr[-2000:]
    for name in FILES:
        assert re.search(rf"/{name}\.py::.* PASSED", tests.stdout), tests.stdout[-3000:]
