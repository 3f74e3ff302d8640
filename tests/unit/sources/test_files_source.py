from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.source import CURSOR_KEY, FileSource
from tests.unit.sources.files_support import NOW, make_entity, make_request

CONTENT = b"id,name\n1,a\n2,b\n3,c\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "places.csv").write_bytes(CONTENT)
    return tmp_path


def make_source(folder: Path, entity: EntityConfig) -> FileSource:
    return FileSource(entity, PathStore(folder), now=lambda: NOW)


def read(folder: Path, entity: EntityConfig | None = None, *, cursors=None, **request):
    """Read everything as fetch does; gives the source and its pages."""
    entity = entity or make_entity()
    source = make_source(folder, entity)
    pages = list(source.read_pages(make_request(entity, **request), cursors or {}))
    return source, pages


def ids_of(pages) -> list[str]:
    return [value for page in pages for value in page.frame["id"].to_list()]


def test_file_source_reads_a_new_file_whole(folder):
    source, pages = read(folder, page_size=2)
    assert ids_of(pages) == ["1", "2", "3"]
    assert [page.records for page in pages] == [2, 1]
    assert source.is_whole
    assert source.incomplete_reason is None
    memory = source.describe()
    assert memory["strategy"] == "read"
    assert memory["files"][0] | {"modified_at": "", "sha256": ""} == {
        "name": "places.csv",
        "size": len(CONTENT),
        "records": 3,
        "modified_at": "",
        "sha256": "",
        "ends_line": True,
    }
    assert source.metrics() == {"bytes_fetched": len(CONTENT)}


def test_file_source_reads_nothing_of_an_unchanged_file(folder):
    memory = read(folder)[0].describe()
    os.utime(folder / "places.csv", (1, 1))
    source, pages = read(folder, previous=memory)
    assert pages == []
    assert not source.is_whole
    assert source.incomplete_reason is None
    assert source.describe() == memory | {"strategy": "unchanged"}
    third, pages = read(folder, previous=source.describe())
    assert pages == []
    assert third.describe()["strategy"] == "unchanged"


def test_file_source_reads_a_file_that_changed_within_size_and_time(folder):
    memory = read(folder)[0].describe()
    moment = (folder / "places.csv").stat().st_mtime_ns
    (folder / "places.csv").write_bytes(CONTENT.replace(b"c", b"d"))
    os.utime(folder / "places.csv", ns=(moment, moment))
    assert ids_of(read(folder, previous=memory)[1]) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("entity", "request_values"),
    [
        (make_entity(), {"must_read": True}),
        (make_entity(unchanged="read"), {}),
        (make_entity({"id": {"required": True}}), {}),
        (make_entity(delimiter=","), {"previous": {}}),
    ],
    ids=["full_or_force", "unchanged_read", "other_mapping", "no_memory"],
)
def test_file_source_reads_an_unchanged_file_when_it_has_to(folder, entity, request_values):
    memory = read(folder)[0].describe()
    assert ids_of(read(folder, entity, **{"previous": memory, **request_values})[1]) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "memory", [{"files": 3}, {"files": [{"size": 1}]}, {"files": []}, {"strategy": "waiting"}]
)
def test_file_source_takes_a_memory_that_it_does_not_understand_for_none(folder, memory):
    known = read(folder)[0].describe()
    assert ids_of(read(folder, previous=known | memory)[1]) == ["1", "2", "3"]


def test_file_source_reads_all_files_when_one_of_them_changed(folder):
    entity = make_entity(path="*.csv")
    (folder / "other.csv").write_bytes(b"id,name,note\n9,z,new\n")
    os.utime(folder / "other.csv", (1, 1))
    memory = read(folder, entity)[0].describe()
    assert read(folder, entity, previous=memory)[1] == []
    (folder / "places.csv").write_bytes(b"id,name\n1,changed\n")
    source, pages = read(folder, entity, previous=memory)
    assert ids_of(pages) == ["9", "1"]
    assert source.is_whole
    assert [file["records"] for file in source.describe()["files"]] == [1, 1]


@pytest.mark.parametrize("change", ["added", "removed"])
def test_file_source_reads_when_a_file_came_or_went(folder, change):
    entity = make_entity(path="*.csv")
    (folder / "other.csv").write_bytes(b"id,name\n9,z\n")
    os.utime(folder / "other.csv", (1, 1))
    memory = read(folder, entity)[0].describe()
    if change == "removed":
        (folder / "other.csv").unlink()
    else:
        (folder / "third.csv").write_bytes(b"id,name\n8,y\n")
        os.utime(folder / "third.csv", (2, 2))
    expected = {"removed": ["1", "2", "3"], "added": ["9", "8", "1", "2", "3"]}
    assert ids_of(read(folder, entity, previous=memory)[1]) == expected[change]


@pytest.mark.parametrize("page_size", [1, 2, 3, 4])
def test_file_source_resumes_after_any_page(folder, page_size):
    entity = make_entity(path="*.csv")
    (folder / "other.csv").write_bytes(b"id,name\n8,y\n9,z\n")
    os.utime(folder / "other.csv", (1, 1))
    whole = read(folder, entity, page_size=page_size)[1]
    for done in range(1, len(whole) + 1):
        cursors = {CURSOR_KEY: whole[done - 1].cursor}
        source, rest = read(folder, entity, cursors=cursors, page_size=page_size)
        assert ids_of(whole[:done]) + ids_of(rest) == ["8", "9", "1", "2", "3"]
        assert source.is_whole
        assert source.describe()["files"][1]["records"] == 3


def test_file_source_does_not_resume_in_another_file(folder):
    entity = make_entity()
    memory = read(folder)[0].describe()
    (folder / "places.csv").write_bytes(b"id,name\n4,d\n5,e\n")
    cursor = read(folder, page_size=1, previous=memory)[1][0].cursor
    # back to what the previous run read: "unchanged" would be wrong, a page of the other content is staged
    (folder / "places.csv").write_bytes(CONTENT)
    source = make_source(folder, entity)
    with pytest.raises(FatalSourceError, match="changed since the first try of this run"):
        list(source.read_pages(make_request(entity, previous=memory), {CURSOR_KEY: cursor}))


def test_file_source_leaves_a_young_file_for_the_next_run(folder):
    entity = make_entity(min_age_s=60)
    os.utime(folder / "places.csv", times=((NOW - timedelta(seconds=59)).timestamp(),) * 2)
    source, pages = read(folder, entity)
    assert pages == []
    assert not source.is_whole
    assert "1 of 1 files are younger than min_age_s, 60 s" in source.incomplete_reason
    assert source.describe()["strategy"] == "waiting"
    os.utime(folder / "places.csv", times=((NOW - timedelta(seconds=60)).timestamp(),) * 2)
    assert ids_of(read(folder, entity, previous=source.describe())[1]) == ["1", "2", "3"]


def test_file_source_reads_the_old_files_and_is_not_whole_without_the_young(folder):
    entity = make_entity(path="*.csv", min_age_s=60)
    (folder / "old.csv").write_bytes(b"id,name\n9,z\n")
    os.utime(folder / "old.csv", (1, 1))
    os.utime(folder / "places.csv", times=(NOW.timestamp(),) * 2)
    source, pages = read(folder, entity)
    assert ids_of(pages) == ["9"]
    assert not source.is_whole
    assert source.incomplete_reason is not None


def test_file_source_keeps_missing_rows_when_told_so(folder):
    assert not read(folder, make_entity(missing_rows="keep"))[0].is_whole


def test_file_source_is_not_whole_before_its_last_page(folder):
    source = make_source(folder, make_entity())
    pages = source.read_pages(make_request(make_entity(), page_size=2), {})
    next(pages)
    assert not source.is_whole
    pages.close()
    assert not source.is_whole


def test_file_source_gives_a_header_only_file_as_an_empty_answer(folder):
    (folder / "places.csv").write_bytes(b"id,name\n")
    source, pages = read(folder)
    assert pages == []
    assert source.is_whole
    assert source.describe()["files"][0]["records"] == 0


@pytest.mark.parametrize(("limit", "fails"), [(2, False), (1, True), (0, True)])
def test_file_source_fails_above_max_bad_records(folder, limit, fails):
    (folder / "places.csv").write_bytes(b"id,name\n1\n2,b\n3\n")
    entity = make_entity(max_bad_records=limit)
    if not fails:
        assert ids_of(read(folder, entity)[1]) == ["1", "2", "3"]
        return
    with pytest.raises(FatalSourceError, match=rf"more than max_bad_records, {limit}, .* line 4"):
        read(folder, entity)


def test_file_source_counts_broken_records_over_a_resumed_read(folder):
    (folder / "places.csv").write_bytes(b"id,name\n1\n2\n3\n")
    entity = make_entity(max_bad_records=2)
    source = make_source(folder, entity)
    pages = source.read_pages(make_request(entity, page_size=2), {})
    cursor = next(pages).cursor
    pages.close()
    with pytest.raises(FatalSourceError, match="max_bad_records"):
        read(folder, entity, cursors={CURSOR_KEY: cursor})


def test_file_source_clock_is_the_newest_file(folder):
    entity = make_entity(path="*.csv")
    (folder / "old.csv").write_bytes(b"id,name\n")
    os.utime(folder / "old.csv", (1, 1))
    os.utime(folder / "places.csv", times=(NOW.timestamp(),) * 2)
    assert make_source(folder, entity).read_clock() is None


def test_file_source_reads_json_lines(folder):
    (folder / "places.jsonl").write_bytes(b'{"id": "1", "name": "a"}\nbroken\n')
    source, pages = read(folder, make_entity(path="places.jsonl", format="jsonl"))
    assert pages[0].lines == b'{"id":"1","name":"a"}\nbroken\n'
    assert (pages[0].records, pages[0].frame) == (2, None)
    assert pages[0].key_paths == {"id", "name"}
    assert source.is_whole


def test_file_source_leaves_no_copy_behind(folder, tmp_path_factory):
    work = tmp_path_factory.mktemp("work")
    entity = make_entity()
    source = FileSource(entity, PathStore(folder), work_folder=work)
    pages = source.read_pages(make_request(entity, page_size=1), {})
    next(pages)
    assert list(work.iterdir()) != []
    pages.close()
    assert list(work.iterdir()) == []
