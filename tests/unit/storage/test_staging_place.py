"""The place of all runs' files is judged before anything is written there."""

from __future__ import annotations

import os

import pytest

from crm_sync.exceptions import StorageError
from crm_sync.storage.staging_place import look_at_place


@pytest.mark.parametrize(
    ("below", "said"),
    [("", "may be written to"), ("some/where", "is not there yet and may be made")],
)
def test_folder_that_can_be_used_is_left_as_it_is(tmp_path, below, said):
    assert look_at_place(tmp_path / below) == said
    assert list(tmp_path.iterdir()) == []


def test_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        StorageError, match=r"file/below can't be used \(NotADirectoryError: .*file is no fol"
    ):
        look_at_place(tmp_path / "file" / "below")


def test_folder_of_another_user_is_named(tmp_path, monkeypatch):
    # root may write anywhere
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    with pytest.raises(StorageError, match=f"may not write to {tmp_path}"):
        look_at_place(tmp_path / "below")


def test_error_of_a_bucket_is_one_line():
    class Place:
        bucket = "some"

        def __init__(self):
            self.fs = self

        def ls(self, bucket):
            raise FileNotFoundError(f"no\nbucket {bucket}")

        def __str__(self):
            return "s3://some/runs"

    with pytest.raises(StorageError) as caught:
        look_at_place(Place())
    assert str(caught.value).startswith(
        "Staging folder s3://some/runs can't be used (FileNotFoundError: no bucket some): every worker"
    )
