from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest

from crm_sync.exceptions import AuthenticationError, FatalSourceError, SourceUnavailableError
from crm_sync.sources.files.clutter import is_clutter
from crm_sync.sources.files.globs import expand
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.source import FileSource
from crm_sync.sources.files.store import FileFacts
from tests.unit.sources.files_support import make_entity, make_request

CONTENT = b"id,name\n1,a\n2,b\n3,c\n"


def read(folder: Path, entity=None, **request) -> FileSource:
    entity = entity or make_entity()
    source = FileSource(entity, PathStore(folder))
    list(source.read_pages(make_request(entity, **request), {}))
    return source


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_file_that_ended_with_a_line_break_and_no_longer_does_may_be_cut(tmp_path, pack):
    (tmp_path / "places.csv").write_bytes(pack(CONTENT))
    memory = read(tmp_path).describe()
    (tmp_path / "places.csv").write_bytes(pack(CONTENT[:-6] + b"x"))
    source = read(tmp_path, previous=memory)
    assert not source.is_whole
    assert "no longer ends with a line break and may be cut" in source.incomplete_reason
    assert read(tmp_path, previous=memory, is_forced=True).is_whole


def test_file_that_never_ended_with_a_line_break_is_whole(tmp_path):
    (tmp_path / "places.csv").write_bytes(CONTENT[:-1])
    memory = read(tmp_path).describe()
    (tmp_path / "places.csv").write_bytes(CONTENT[:-5])
    assert read(tmp_path, previous=memory).is_whole


def test_new_file_of_a_glob_is_held_against_those_before(tmp_path):
    entity = make_entity(path="*.csv")
    (tmp_path / "monday.csv").write_bytes(CONTENT)
    memory = read(tmp_path, entity).describe()
    (tmp_path / "tuesday.csv").write_bytes(CONTENT[:-1])
    assert "tuesday.csv" in read(tmp_path, entity, previous=memory).incomplete_reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be", "cp1252"])
def test_line_break_at_the_end_is_seen_in_any_encoding(tmp_path, encoding):
    entity = make_entity(encoding=encoding)
    for content, ends in ((CONTENT, True), (CONTENT[:-1], False)):
        (tmp_path / "places.csv").write_bytes(content.decode().encode(encoding))
        assert read(tmp_path, entity).describe()["files"][0]["ends_line"] is ends


def test_file_that_vanished_from_a_glob_is_said(tmp_path):
    entity = make_entity(path="*.csv")
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(CONTENT)
    memory = read(tmp_path, entity).describe()
    (tmp_path / "a.csv").unlink()
    source = read(tmp_path, entity, previous=memory)
    said = "1 of the 2 files of the previous run are gone: a.csv; rows that are in no other file"
    assert source.notes == [f"{said} count as deleted."]


def test_glob_passes_over_no_folder_that_it_may_not_list(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes(CONTENT)
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "in":
            raise PermissionError(13, "denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for pattern in ("*/*.csv", "**/*.csv", "in/*.csv"):
        with pytest.raises(AuthenticationError, match="No right to list folder 'in/'"):
            PathStore(tmp_path).list(pattern)


def test_glob_does_not_pass_over_a_link_that_leads_nowhere(tmp_path):
    (tmp_path / "a.csv").write_bytes(CONTENT)
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone.csv")
    with pytest.raises(FatalSourceError, match=r"b\.csv is a link to a file that is not there"):
        PathStore(tmp_path).list("*.csv")


PATTERNS = (
    "*.csv",
    "**/*.csv",
    "*/*.csv",
    "in/*.csv",
    "in/**/*.csv",
    "*/old/?.csv",
    "in/[a-b]*",
    "**/old/*",
    "*",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_glob_names_what_pathlib_names(tmp_path, pattern):
    for name in (
        "a.csv",
        "B.csv",
        "in/a.csv",
        "in/b.txt",
        "in/old/c.csv",
        "in/old/deep/d.csv",
        "x/old/e.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    expected = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob(pattern) if path.is_file()}
    assert set(expand(tmp_path, pattern)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("__MACOSX/._a.csv", True),
        ("in/._a.csv", True),
        (".DS_Store", True),
        ("in/Thumbs.db", True),
        ("Desktop.ini", True),
        ("a.csv", False),
        (".a.csv", False),
        ("in/__a.csv", False),
    ],
)
def test_clutter_of_an_operating_system_is_none_of_the_users_files(name, expected):
    assert is_clutter(name) is expected


def test_glob_passes_over_clutter_and_a_plain_path_does_not(tmp_path):
    (tmp_path / "__MACOSX").mkdir()
    for name in ("a.csv", "._a.csv", "__MACOSX/._a.csv"):
        (tmp_path / name).write_bytes(CONTENT)
    assert [file.name for file in PathStore(tmp_path).list("**/*.csv")] == ["a.csv"]
    assert [file.name for file in PathStore(tmp_path).list("._a.csv")] == ["._a.csv"]


def test_file_that_gives_fewer_bytes_than_the_store_says_is_read_again(tmp_path):
    class Short(PathStore):
        def __init__(self) -> None:
            self._folder = self

        def look(self, name: str) -> FileFacts:
            return FileFacts(name, size=len(CONTENT))

        def open(self, name: str) -> io.BytesIO:
            return io.BytesIO(CONTENT[:-4])

    with pytest.raises(SourceUnavailableError, match="changed while it was read"):
        Short().copy(FileFacts("a.csv"), io.BytesIO(), known=None, max_bytes=1000)


def test_file_that_becomes_shorter_between_list_and_copy_is_being_written(tmp_path):
    (tmp_path / "a.csv").write_bytes(CONTENT)
    (listed,) = PathStore(tmp_path).list("a.csv")
    (tmp_path / "a.csv").write_bytes(CONTENT[:8])
    with pytest.raises(SourceUnavailableError, match="has become shorter since it was listed"):
        PathStore(tmp_path).copy(listed, io.BytesIO(), known=None, max_bytes=1000)


def test_weak_etag_is_not_believed_to_mean_the_same_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(CONTENT)
    known = FileFacts("a.csv", size=len(CONTENT), etag='W/"1"')
    assert PathStore(tmp_path).copy(known, io.BytesIO(), known=known, max_bytes=1000) is not None
