from __future__ import annotations

import re
from pathlib import Path

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.storage import sql_files


@pytest.fixture
def root(tmp_path):
    sql_files.configure(tmp_path)
    yield tmp_path
    sql_files.configure(None)


def test_find_root_is_the_checkouts_folder():
    assert sql_files.find_root() == Path(__file__).parents[3] / "include" / "sql"


def test_load_sql_reads_a_file_once(root):
    (root / "x.sql").write_text("select 1")
    assert sql_files.load_sql("x") == "select 1"
    (root / "x.sql").unlink()
    assert sql_files.load_sql("x") == "select 1"


def test_same_place_said_again_keeps_what_was_read(root):
    (root / "x.sql").write_text("select 1")
    sql_files.load_sql("x")
    (root / "x.sql").unlink()
    sql_files.configure(root)
    assert sql_files.load_sql("x") == "select 1"
    sql_files.configure(None)
    with pytest.raises(ConfigError):
        sql_files.load_sql("x")


def test_load_sql_names_the_file_that_is_missing(root):
    with pytest.raises(ConfigError, match=r"queries/x\.sql.*no such file"):
        sql_files.load_sql("queries/x")


def test_list_sql_empty_folder_is_an_error(root):
    with pytest.raises(ConfigError, match="include/sql/schema"):
        sql_files.list_sql("schema")


def test_list_sql_is_ordered_and_has_checksums():
    files = sql_files.list_sql("schema")
    assert [file.name for file in files] == sorted(file.name for file in files)
    assert len({file.checksum for file in files}) == len(files)


@pytest.mark.parametrize("path", sorted(sql_files.find_root().rglob("*.sql")), ids=lambda path: path.stem)
def test_sql_file_has_a_header_and_names_its_parameters(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    if path.parent.name == "queries":
        header = "\n".join(line for line in text.splitlines() if line.startswith("--"))
        for name in set(re.findall(r"%\((\w+)\)s", text)):
            assert name in header or "see crm_sync." in header, name
        # psycopg2 reads a lone percent sign, even in a comment, as a placeholder.
        assert "%" not in re.sub(r"%\(\w+\)s", "", text)


@pytest.mark.parametrize("path", sorted(sql_files.find_root().rglob("*.sql")), ids=lambda path: path.stem)
def test_sql_file_is_used(path: Path):
    if path.parent.name != "queries":
        return
    package = Path(sql_files.__file__).parents[1]
    assert any(f'"queries/{path.stem}"' in module.read_text() for module in package.rglob("*.py")), path.stem
