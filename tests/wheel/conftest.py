"""The wheel, built once for the session and unpacked into a folder of its own, as pip would."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout.

    Hatchling is a requirement of the build alone. Where it is not installed, uv gets it for the build from
    its cache or a package index; where that is not possible, the tests are skipped, or fail with CI=true.
    """
    out = tmp_path_factory.mktemp("wheel")
    if importlib.util.find_spec("hatchling"):
        command = ["hatchling", "build", "--target", "wheel", "--directory", str(out)]
    else:
        command = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(out), "--python", sys.executable]
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        message = f"the wheel can't be built here: {(done.stderr or done.stdout)[-500:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed_wheel(wheel_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the import path that holds what pip puts into site-packages."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel_file) as archive:
        archive.extractall(folder)
    return folder
