"""A new kind of read is one folder, its words, and one line; half of one can't be made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args

import pytest

from crm_sync.config.loader import load_source
from crm_sync.config.models import ReadConfig
from crm_sync.config.reads import ReadStrategy
from crm_sync.constants import SourceKind
from crm_sync.exceptions import ConfigError
from crm_sync.sources.door import Door
from crm_sync.sources.registry import load_door

CHECKOUT = Path(__file__).parents[2]
TOY = Path(__file__).parent / "toy"
_UNION = "ReadConfig = Annotated[\n    "
STRATEGIES = get_args(get_args(ReadConfig)[0])


@pytest.mark.postgres
def test_new_kind_of_read_is_a_folder_its_words_and_one_line(warehouse, tmp_path):
    package = tmp_path / "plugins" / "crm_sync"
    shutil.copytree(CHECKOUT / "plugins", package.parent, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "include").symlink_to(CHECKOUT / "include")
    shutil.copytree(TOY / "folder", package / "sources" / "toy")
    shutil.copy(TOY / "toy_reads.py", package / "config")
    models = package / "config" / "models.py"
    before, after = models.read_text().split(_UNION)
    imported = "from crm_sync.config.toy_reads import ToyRead\n\n"
    models.write_text(f"{before}{imported}{_UNION}ToyRead | {after}")
    done = subprocess.run(
        [sys.executable, "-m", "tests.sources.toy.sync", warehouse.dsn, str(tmp_path / "staging")],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": f"{package.parent}:{CHECKOUT}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == {
        "module": str(package / "sources" / "toy" / "door.py"),
        "looked": "3 numbers may be read",
        "status": "success",
    }
    assert warehouse.fetch_all("select id from toys.numbers order by id") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("read", STRATEGIES, ids=lambda read: read.__name__)
def test_each_strategy_has_a_whole_door(read):
    door = load_door(read)
    assert issubclass(door, Door)
    assert not door.__abstractmethods__


@pytest.mark.parametrize("kind", SourceKind)
def test_each_kind_has_what_opens_its_connection(kind):
    assert callable(import_module(f"crm_sync.hooks.{kind}").open_connection)


@pytest.mark.parametrize("head", [{}, {"kind": SourceKind.FILES}, {"door": "files"}], ids=str)
def test_strategy_without_a_kind_or_a_door_can_not_be_made(head):
    with pytest.raises(TypeError, match="required keyword-only argument"):
        type("HalfRead", (ReadStrategy,), {"__annotations__": {"strategy": Literal["half"]}}, **head)


def test_door_that_lacks_a_way_in_can_not_be_made():
    class Half(Door):
        def open(self, entity):
            raise NotImplementedError

    with pytest.raises(TypeError, match=r"abstract methods.*probe"):
        Half(None, None)


def test_strategy_for_another_kind_is_refused_when_the_yaml_is_loaded(tmp_path):
    shutil.copytree(CHECKOUT / "dags" / "configs", tmp_path / "configs")
    words = tmp_path / "configs" / "csv" / "source.yaml"
    words.write_text(words.read_text().replace("kind: files", "kind: database"))
    with pytest.raises(ConfigError, match=r"csv/zip_codes.yaml, key 'read.strategy'.*kind database"):
        load_source(tmp_path / "configs", "csv")
