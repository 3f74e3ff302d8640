"""Compiles the lowest versions that pyproject.toml allows: `make lock-lowest`.

Two files come of it. `airflow-pins.txt` holds, of Airflow's own constraints, the packages that
pyproject.toml names; a test compares each bound with it. `requirements-lowest.txt` has these packages in
their lowest versions, and everything else in the version of Airflow's constraints.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

import requests
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[1]
AIRFLOW = "3.3.1"
"""The oldest Airflow that the bounds have to fit."""
CONSTRAINTS = f"https://raw.githubusercontent.com/apache/airflow/constraints-{AIRFLOW}/constraints-3.12.txt"
_FOLLOWERS = frozenset({"polars-runtime-32", "pydantic-core"})
"""Parts of packages that pyproject.toml names: their versions follow from those."""
_TIMEOUT_S = 60


def read_requirements(project: Path) -> list[Requirement]:
    """Give what a pyproject.toml asks for at run time and in its extras, without the project itself."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    lists = [table["dependencies"], *table["optional-dependencies"].values()]
    found = [Requirement(line) for lines in lists for line in lines]
    return [one for one in found if one.name != table["name"]]


def read_pins(text: str) -> dict[str, str]:
    """Give the versions of a constraints or requirements file, by normalized name."""
    pins = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def main(arguments: Sequence[str]) -> int:
    """Write both files; the argument names another place of Airflow's constraints. Returns the exit code."""
    pins = {**read_pins(_read(arguments[0] if arguments else CONSTRAINTS)), "apache-airflow": AIRFLOW}
    own = {canonicalize_name(one.name) for one in read_requirements(CHECKOUT / "pyproject.toml")}
    head = f"# Constraints of Airflow {AIRFLOW}, for what pyproject.toml names; made by `make lock-lowest`.\n"
    lines = (f"{name}=={pins[name]}\n" for name in sorted(own & pins.keys()))
    (CHECKOUT / "airflow-pins.txt").write_text(head + "".join(lines), encoding="utf-8")
    return _compile({name: version for name, version in pins.items() if name not in own | _FOLLOWERS})


def _read(place: str) -> str:
    if not place.startswith("https://"):
        return Path(place).read_text(encoding="utf-8")
    answer = requests.get(place, timeout=_TIMEOUT_S)
    answer.raise_for_status()
    return answer.text


def _compile(others: dict[str, str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        frame = Path(folder) / "others.txt"
        frame.write_text("".join(f"{name}=={version}\n" for name, version in others.items()))
        command = [
            *(str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--no-annotate"),
            *("--universal", "--python-version", "3.11", "--upgrade", "--resolution", "lowest-direct"),
            *("pyproject.toml", "--extra", "dev", "--constraint", str(frame)),
            *("--custom-compile-command", "make lock-lowest", "--output-file", "requirements-lowest.txt"),
        ]
        return subprocess.run(command, cwd=CHECKOUT, check=False).returncode  # noqa: S603  # own words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
