"""The traps of GitHub's contents API, one test each at least; numbers are the facts page's."""

from __future__ import annotations

import json
import logging

import pytest

from crm_sync.exceptions import (
    AuthenticationError,
    FatalSourceError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from tests.sources.github.conftest import DATA

DOWNLOAD_TOKEN = "MADE-UP-DOWNLOAD-TOKEN"


def test_refused_token_is_final_and_no_second_request_goes_without_it(account):
    """Trap 12: also not where the repository is public and would answer."""
    public = account
    public.fake.access.config = type(account.fake.config)(is_private=False)
    public.fake.access.revoked.add(account.fake.config.token)
    said = account.refuse(AuthenticationError)
    assert "connection github_default" in said
    assert "the token (password) is wrong or expired" in said
    assert [entry.status for entry in account.fake.requests.entries()] == [401]


def test_download_that_fails_is_an_error_though_an_earlier_run_was_good(account):
    """Trap 13."""
    before = account.read()
    account.fake.changes.edit_rows({"00501": {"city": "Elsewhere"}})
    account.fake.faults.add("unavailable", "*/contents/*", times=None)
    said = account.refuse(SourceUnavailableError, previous=before.facts)
    assert "contents/zips.csv" in said


def test_three_shapes_of_contents_never_meet_the_reader(open_account):
    """Trap 14: lines in base64, no content above 1 MB, an array for a folder: raw has none of them."""
    account = open_account(inline_bytes=100)
    assert len(account.read().keys) == 20
    (entry,) = account.fake.requests.entries("*/contents/*")
    assert entry.path == f"{DATA}/contents/zips.csv"
    said = account.refuse(FatalSourceError, account.at("exports"))
    assert "is a folder: expected a file, or a glob like 'exports/*.csv'" in said


def test_old_server_that_refuses_json_above_1_mb_is_read_too(open_account):
    account = open_account(inline_bytes=100, is_old=True)
    assert len(account.read().keys) == 20


def test_address_with_a_token_is_nowhere(account, caplog):
    """Trap 15."""
    with caplog.at_level(logging.DEBUG):
        read = account.read()
    held = json.dumps([read.facts, read.notes, read.frame.to_dicts(), read.cursors])
    assert DOWNLOAD_TOKEN not in held + caplog.text
    assert "raw.githubusercontent.com" not in held + caplog.text
    assert account.fake.config.token not in held + caplog.text


@pytest.mark.parametrize("ref", ["release/2026", "heads/release/2026", "refs/heads/release/2026"])
def test_ref_with_slashes_is_a_value_of_the_query(account, ref):
    """Trap 16."""
    account.write("zips.csv", "99950,,Ketchikan,,AK", branch="release/2026")
    assert account.read(client=account.make_client(ref=ref)).keys == ["99950"]
    assert account.queries("*/commits")[0]["sha"] == ref
    assert len(account.read().keys) == 20


@pytest.mark.parametrize(
    "path",
    ["a b/50% #1?.csv", "d\u00fcr/\u96e8.csv", "plus+and&equals=.csv", "%2e%2e/x.csv", "in/semi;colon:x.csv"],
)
def test_path_is_encoded_segment_by_segment(account, path):
    """Trap 16."""
    account.write(path, "99950,,Ketchikan,,AK")
    read = account.read(account.at(path))
    assert read.keys == ["99950"]
    assert read.frame["_file"].to_list() == [path]


def test_tag_and_commit_are_refs_too(account):
    first = account.fake.changes.tag("tags/v1")
    account.write("zips.csv", "99950,,Ketchikan,,AK")
    for ref in ("v1", first):
        assert len(account.read(client=account.make_client(ref=ref)).keys) == 20
    assert account.read().keys == ["99950"]


def test_etag_goes_back_with_its_quotes_and_the_answer_costs_nothing(open_account):
    """Trap 17."""
    account = open_account(rate_limits=True)
    before = account.read()
    hour = account.fake.access.find_hour(account.fake.config.token)
    used = hour.used
    read = account.read(previous=before.facts)
    assert (read.pages, read.facts["strategy"], hour.used) == ([], "unchanged", used)
    assert [entry.status for entry in account.fake.requests.entries()][3:] == [304]
    assert read.facts["head"] == before.facts["head"]
    assert read.facts["files"] == before.facts["files"]


def test_unchanged_run_does_not_take_the_rows_as_gone(account):
    """Trap 17: nothing was read, so nothing is said of what is gone."""
    before = account.read()
    assert before.is_whole
    assert not account.read(previous=before.facts).is_whole


def test_changed_mapping_reads_an_unchanged_commit(account):
    """Trap 17."""
    before = account.read()
    entity = account.entity("zipcodes", title="Another title")
    assert len(account.read(entity, previous=before.facts).keys) == 20


@pytest.mark.parametrize("extra", [{"ref": "other"}, {"path": "exports/2026-01.csv"}], ids=["ref", "path"])
def test_another_place_in_the_connection_is_another_configuration(account, extra):
    account.fake.changes.tag("heads/other")
    before = account.read()
    read = account.read(previous=before.facts, client=account.make_client(**extra))
    assert read.pages


def test_forced_run_reads_an_unchanged_commit(account):
    """Trap 17."""
    before = account.read()
    assert len(account.read(previous=before.facts, must_read=True).keys) == 20
    assert len(account.read(account.at("zips.csv", unchanged="read"), previous=before.facts).keys) == 20


def test_raw_host_that_lags_is_never_asked(account):
    """Trap 18: the API alone is, and at the commit that was found first."""
    account.read()
    head = account.fake.store.find(None).sha
    assert account.paths() == [f"{DATA}/commits", f"{DATA}/git/trees/{head}", f"{DATA}/contents/zips.csv"]
    assert account.queries("*/contents/*") == [{"ref": head}]


def test_push_in_the_middle_of_a_run_changes_nothing_until_the_next(account):
    account.fake.hooks.before_page(
        "*/contents/*", 1, lambda: account.write("zips.csv", "99950,,Ketchikan,,AK")
    )
    before = account.read()
    assert len(before.keys) == 20
    assert account.read(previous=before.facts).keys == ["99950"]


def test_file_in_lfs_is_refused_with_one_sentence(account):
    said = account.refuse(FatalSourceError, account.at("lake/all.csv"))
    assert said == "File lake/all.csv is a Git LFS pointer, not the file itself. Nothing was read."


def test_file_above_100_mb_is_refused_with_one_sentence(account):
    account.fake.faults.add("too_large", "*/contents/*")
    assert "the file is larger than the API gives, 100 MB" in account.refuse(UnexpectedResponseError)
    said = account.refuse(FatalSourceError, account.at("zips.csv", max_bytes=100))
    assert "larger than max_bytes" in said


def test_repository_that_is_hidden_and_one_that_is_not_there_are_said_in_one_sentence(account):
    hidden = account.refuse(UnexpectedResponseError, client=account.make_client(password="blind-token"))
    absent = account.refuse(UnexpectedResponseError, client=account.make_client(repo="nothing"))
    for said in (hidden, absent):
        assert "there is no such repository, branch or path (owner, repo, ref)" in said
        assert "or it is private and the token may not see it" in said
