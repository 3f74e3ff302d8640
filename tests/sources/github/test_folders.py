"""Folders, globs, links and submodules: all files that a path means, or one sentence."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import FatalSourceError, SourceUnavailableError
from crm_sync.sources.repository import tree_walk
from sandbox.github.git_objects import FILE, Item
from tests.sources.github.conftest import DATA, HEADER


def write_many(account, count):
    """Write a folder of files in one commit."""
    text = HEADER + "{0:05d},,Springfield,,IL\r\n"
    files = {f"many/{number:05d}.csv": Item(FILE, text.format(number).encode()) for number in range(count)}
    account.fake.store.commit(files, at_ms=0, message="Many", branch="main")


def test_folder_of_more_than_1000_files_is_read_whole(account):
    write_many(account, 1_003)
    read = account.read(account.at("many/*.csv"))
    assert read.keys == [f"{number:05d}" for number in range(1_003)]
    assert read.is_whole
    # what the list of contents would have given
    assert account.fake.config.most_entries == 1_000


def test_list_that_github_cuts_off_is_an_error_and_no_short_list(open_account):
    account = open_account(most_tree_entries=9)
    write_many(account, 10)
    said = account.refuse(FatalSourceError, account.at("many/*.csv"))
    assert "Folder 'many/' has more entries than the source can list, 9 came" in said


def test_glob_reads_files_by_name(account):
    for name, city in (("b", "Second"), ("a", "First")):
        account.write(f"in/{name}.csv", f"0000{'ab'.index(name)},,{city},,OH")
    read = account.read(account.at("in/*.csv"))
    assert read.frame["_file"].to_list() == ["in/a.csv", "in/b.csv"]
    assert read.keys == ["00000", "00001"]


def test_file_that_is_new_in_a_folder_is_found_and_one_that_left_is_said(account):
    account.write("in/a.csv", "00001,,A,,OH")
    before = account.read(account.at("in/*.csv"))
    account.write("in/b.csv", "00002,,B,,OH")
    account.fake.changes.delete("in/a.csv")
    read = account.read(account.at("in/*.csv"), previous=before.facts)
    assert read.keys == ["00002"]
    assert read.is_whole
    assert "1 of the 1 files of the previous run are gone: in/a.csv" in read.notes[0]


def test_push_of_another_file_lists_the_folder_and_fetches_nothing(account):
    before = account.read()
    account.fake.changes.write("README.md", b"Other")
    account.fake.requests.clear()
    read = account.read(previous=before.facts)
    assert (read.pages, read.facts["strategy"]) == ([], "unchanged")
    head = account.fake.store.find(None).sha
    assert account.paths() == [f"{DATA}/commits", f"{DATA}/git/trees/{head}"]
    assert read.facts["head"]["version"] == head


def test_two_stars_lead_through_all_folders(account, caplog):
    account.write("in/2026/01/a.csv", "00001,,A,,OH")
    account.write("in/b.csv", "00002,,B,,OH")
    account.write("in/2026/._a.csv", "00003,,C,,OH")
    read = account.read(account.at("in/**/*.csv"))
    assert read.keys == ["00001", "00002"]
    # each folder is listed once: the topmost one, in, in/2026, in/2026/01
    assert len(account.fake.requests.entries("*/git/trees/*")) == 4
    # the submodule lies elsewhere in the repository
    assert "vendor/tools belongs to another repository" not in caplog.text
    account.write("vendor/a.csv", "00004,,D,,OH")
    assert account.read(account.at("vendor/**/*.csv")).keys == ["00004"]
    assert "Folder vendor/tools belongs to another repository; it is not read." in caplog.text


def test_folders_of_the_same_content_are_two_folders(account):
    for name in ("x", "y"):
        account.write(f"in/{name}/same.csv", "00001,,A,,OH")
    read = account.read(account.at("in/*/same.csv"))
    assert read.frame["_file"].to_list() == ["in/x/same.csv", "in/y/same.csv"]


def test_glob_through_too_many_folders_is_an_error(account, monkeypatch):
    monkeypatch.setattr(tree_walk, "MAX_FOLDERS", 2)
    account.write("in/a/b.csv", "00001,,A,,OH")
    assert "leads through more than 2 folders" in account.refuse(FatalSourceError, account.at("in/**"))


@pytest.mark.parametrize("path", ["latest.csv", "lat*.csv"])
def test_link_is_the_file_behind_it_with_its_own_name(account, path):
    read = account.read(account.at(path))
    assert read.keys == account.read(account.at("exports/2026-03.csv")).keys
    assert set(read.frame["_file"]) == {"latest.csv"}


def test_link_to_a_changed_file_is_read_again(account):
    before = account.read(account.at("latest.csv"))
    account.write("exports/2026-03.csv", "99950,,Ketchikan,,AK")
    assert account.read(account.at("latest.csv"), previous=before.facts).keys == ["99950"]


def test_path_through_a_link_to_a_folder_is_read(account):
    account.fake.changes.link("now", "exports")
    assert account.read(account.at("now/2026-01.csv")).keys
    assert len(account.read(account.at("now/*.csv")).facts["files"]) == 3


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("../outside.csv", "File odd.csv is a link that leaves the repository; it is not followed."),
        ("/etc/hostname", "File odd.csv is a link that leaves the repository; it is not followed."),
        ("missing.csv", "File odd.csv is a link to a file that is not there."),
        ("odd.csv", "File odd.csv is a link that leads in a circle."),
        ("vendor/tools", "Folder vendor/tools is a submodule"),
    ],
    ids=["out", "absolute", "nowhere", "circle", "submodule"],
)
@pytest.mark.parametrize("path", ["odd.csv", "odd*.csv"])
def test_link_that_leads_to_no_file_is_one_sentence(account, target, said, path):
    account.fake.changes.link("odd.csv", target)
    assert account.refuse(FatalSourceError, account.at(path)).startswith(said)


@pytest.mark.parametrize("path", ["vendor/tools/a.csv", "vendor/tools", "vendor/t*/a.csv"])
def test_path_into_a_submodule_is_one_sentence(account, path):
    said = account.refuse(FatalSourceError, account.at(path))
    assert said == (
        "Folder vendor/tools is a submodule: its files are in another repository, and are not read."
    )


@pytest.mark.parametrize("path", ["none.csv", "none/*.csv", "zips.csv/more.csv", "exports/none.csv"])
def test_path_that_is_not_there_is_one_sentence_with_the_version(account, path):
    said = account.refuse(FatalSourceError, account.at(path))
    assert said.startswith(f"No file '{path}' in version {account.fake.store.find(None).sha[:12]}")


@pytest.mark.parametrize("path", ["../other/zips.csv", "/zips.csv", "https://example.com/zips.csv"])
def test_path_out_of_the_repository_is_refused_before_any_request(account, path):
    assert "leads out of the connection's base" in account.refuse(FatalSourceError, account.at(path))
    assert account.paths() == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"tree": [{"path": "zips.csv", "mode": "100644"}]}', "has an entry with null at 'sha'"),
        ('{"tree": [{"path": "zips.csv", "mode": "777777", "sha": "5f2c"}]}', "the unknown kind '777777'"),
        ('{"tree": [null]}', "has an entry with null at 'path'"),
        ('{"tree": {}}', "has no list 'tree'"),
        ("[]", "has no list 'tree'"),
    ],
    ids=["no_id", "odd_mode", "null", "object", "list"],
)
def test_list_of_another_shape_is_an_error_and_no_empty_folder(account, body, said):
    account.fake.faults.add("status", "*/git/trees/*", code=200, body=body, times=None)
    assert said in account.refuse(SourceUnavailableError)


@pytest.mark.parametrize("body", ["[]", "{}", '[{"sha": null}]', '[{"sha": 5}]'])
def test_branch_without_a_version_is_an_error(account, body):
    account.fake.faults.add("status", "*/commits", code=200, body=body, times=None)
    assert "at '0.sha', not a version" in account.refuse(SourceUnavailableError)
