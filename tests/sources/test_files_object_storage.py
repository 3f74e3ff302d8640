from __future__ import annotations

import uuid

import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.source import FileSource
from tests.unit.sources.files_support import make_entity, make_request

pytestmark = pytest.mark.airflow


@pytest.fixture(params=["memory", "file"])
def base(request, tmp_path):
    from airflow.sdk import ObjectStoragePath

    url = f"memory://bucket-{uuid.uuid4().hex}" if request.param == "memory" else f"file://{tmp_path}"
    folder = ObjectStoragePath(url) / "in"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read(base, path: str, previous=None):
    entity = make_entity(path=path)
    source = FileSource(entity, PathStore(base))
    pages = list(source.read_pages(make_request(entity, previous=previous or {}), {}))
    return source, sorted(value for page in pages for value in page.frame["id"])


@pytest.mark.parametrize("path", ["a.csv", "*.csv", "**/*.csv"])
def test_object_storage_path_is_read_like_a_folder(base, path):
    (base / "a.csv").write_bytes(b"id,name\n1,a\n")
    source, ids = read(base, path)
    assert ids == ["1"]
    assert [file["name"] for file in source.describe()["files"]] == ["a.csv"]
    assert source.read_clock() is None
    assert read(base, path, source.describe())[1] == []
    (base / "a.csv").write_bytes(b"id,name\n2,b\n")
    assert read(base, path, source.describe())[1] == ["2"]


def test_object_storage_path_without_the_file_is_an_error(base):
    with pytest.raises(FatalSourceError, match="No file"):
        read(base, "none.csv")
