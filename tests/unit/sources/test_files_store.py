from __future__ import annotations

import io
import os
import uuid
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from crm_sync.exceptions import AuthenticationError, FatalSourceError, SourceUnavailableError
from crm_sync.sources.files import path_store
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.store import FileFacts, check_relative

MAX_BYTES = 1000


@pytest.fixture(params=["local", "file_url", "memory"])
def base(request, tmp_path):
    if request.param == "memory":
        folder = UPath(f"memory://bucket-{uuid.uuid4().hex}/data")
        folder.mkdir(parents=True)
        return folder
    (tmp_path / "data").mkdir()
    return tmp_path / "data" if request.param == "local" else UPath(f"file://{tmp_path}/data")


def copy(store, name: str, *, known=None, max_bytes: int = MAX_BYTES):
    target = io.BytesIO()
    facts = store.copy(store.list(name)[0], target, known=known, max_bytes=max_bytes)
    return facts, target.getvalue()


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        " ",
        "/etc/passwd",
        "../a.csv",
        "a/../../b.csv",
        "a\\..\\b.csv",
        "~/a.csv",
        "s3://b/a.csv",
        "c:/a",
        "a\0b",
    ],
)
def test_path_that_leads_out_of_the_base_is_refused(pattern):
    with pytest.raises(FatalSourceError, match="base"):
        check_relative(pattern)


@pytest.mark.parametrize(
    "pattern", ["a.csv", "in/2026/*.csv", "a..b.csv", "in/..a.csv", "**/a.csv", "a b.csv"]
)
def test_path_below_the_base_is_taken(pattern):
    assert check_relative(pattern) == pattern


def test_path_store_copies_one_file(base):
    (base / "a.csv").write_bytes(b"id\n1\n")
    facts, content = copy(PathStore(base), "a.csv")
    assert content == b"id\n1\n"
    assert (facts.name, facts.size) == ("a.csv", 5)
    assert facts.modified_at.tzinfo is not None


def test_path_store_lists_a_glob_and_only_files(base):
    (base / "in" / "old").mkdir(parents=True)
    for name in ("in/b.csv", "in/a.csv", "in/old/c.csv", "in/d.txt", "e.csv"):
        (base / name).write_bytes(b"x")
    store = PathStore(base)
    assert sorted(file.name for file in store.list("in/*.csv")) == ["in/a.csv", "in/b.csv"]
    assert sorted(file.name for file in store.list("**/*.csv")) == [
        "e.csv",
        "in/a.csv",
        "in/b.csv",
        "in/old/c.csv",
    ]


def test_path_store_lists_the_oldest_file_first(tmp_path):
    for age, name in enumerate(["a.csv", "c.csv", "b.csv"]):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    os.utime(tmp_path / "c.csv", (1, 1))
    os.utime(tmp_path / "b.csv", (1, 1))
    assert [file.name for file in PathStore(tmp_path).list("*.csv")] == ["b.csv", "c.csv", "a.csv"]


@pytest.mark.parametrize("pattern", ["none.csv", "*.none"])
def test_path_store_without_the_file_is_an_error_and_no_empty_answer(base, pattern):
    with pytest.raises(FatalSourceError, match="No file"):
        PathStore(base).list(pattern)


def test_path_store_says_that_a_path_is_a_folder(base):
    (base / "in").mkdir()
    (base / "in" / "a.csv").write_bytes(b"x")
    with pytest.raises(FatalSourceError, match=r"is a folder: expected a file, or a glob like 'in/\*\.csv'"):
        PathStore(base).list("in")


def test_path_store_refuses_a_file_above_max_bytes(base):
    (base / "a.csv").write_bytes(b"x" * 11)
    with pytest.raises(FatalSourceError, match="larger than max_bytes, 10 bytes"):
        copy(PathStore(base), "a.csv", max_bytes=10)


def test_path_store_refuses_more_files_than_it_can_remember(base, monkeypatch):
    monkeypatch.setattr(path_store, "MAX_FILES", 1)
    (base / "a.csv").write_bytes(b"x")
    (base / "b.csv").write_bytes(b"x")
    with pytest.raises(FatalSourceError, match="names 2 files: expected at most 1"):
        PathStore(base).list("*.csv")


@pytest.mark.parametrize("pattern", ["link.csv", "*.csv", "linked/a.csv", "linked/*.csv"])
def test_path_store_refuses_links_that_leave_the_base(tmp_path, pattern):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.csv").write_bytes(b"secret")
    base = tmp_path / "base"
    base.mkdir()
    (base / "link.csv").symlink_to(tmp_path / "outside" / "a.csv")
    (base / "linked").symlink_to(tmp_path / "outside")
    with pytest.raises(FatalSourceError, match="leaves the connection's base"):
        PathStore(base).list(pattern)


def test_path_store_follows_links_inside_the_base(tmp_path):
    (tmp_path / "v2.csv").write_bytes(b"x")
    (tmp_path / "current.csv").symlink_to(tmp_path / "v2.csv")
    assert copy(PathStore(tmp_path), "current.csv")[1] == b"x"


def test_path_store_reads_a_local_file_although_size_and_time_are_the_same(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"old")
    known, _ = copy(PathStore(tmp_path), "a.csv")
    moment = (tmp_path / "a.csv").stat().st_mtime_ns
    (tmp_path / "a.csv").write_bytes(b"new")
    os.utime(tmp_path / "a.csv", ns=(moment, moment))
    facts, content = copy(PathStore(tmp_path), "a.csv", known=known)
    assert (facts.size, facts.modified_at, content) == (known.size, known.modified_at, b"new")


def test_path_store_believes_an_object_store_that_the_object_is_the_same(tmp_path):
    store = PathStore(tmp_path)
    file = FileFacts("gone.csv", size=3, etag='"abc"')
    assert store.copy(file, io.BytesIO(), known=file, max_bytes=MAX_BYTES) is None
    other = msgspec.structs.replace(file, etag='"def"')
    with pytest.raises(FatalSourceError, match="No file"):
        store.copy(file, io.BytesIO(), known=other, max_bytes=MAX_BYTES)


def test_path_store_notices_a_file_that_changes_while_it_is_copied(tmp_path):
    class GrowingTarget(io.BytesIO):
        def write(self, data):
            if self.tell():
                return super().write(data)
            with (tmp_path / "a.csv").open("ab") as file:
                file.write(b"more")
            return super().write(data)

    (tmp_path / "a.csv").write_bytes(b"x")
    store = PathStore(tmp_path)
    with pytest.raises(SourceUnavailableError, match="changed while it was read"):
        store.copy(store.list("a.csv")[0], GrowingTarget(), known=None, max_bytes=MAX_BYTES)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PermissionError(13, "denied"), AuthenticationError),
        (FileNotFoundError(2, "gone"), FatalSourceError),
        (OSError(5, "Input/output error"), SourceUnavailableError),
        (TimeoutError("/secret/base/path"), SourceUnavailableError),
    ],
    ids=["permission", "gone", "io", "timeout"],
)
def test_path_store_turns_errors_into_ours_without_the_base(tmp_path, monkeypatch, error, expected):
    def fail(self, *arguments, **options):
        raise error

    (tmp_path / "a.csv").write_bytes(b"x")
    store = PathStore(tmp_path)
    files = store.list("a.csv")
    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(expected) as caught:
        store.copy(files[0], io.BytesIO(), known=None, max_bytes=MAX_BYTES)
    assert str(tmp_path) not in str(caught.value)
    assert "secret" not in str(caught.value)
