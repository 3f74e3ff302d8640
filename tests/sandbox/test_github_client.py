"""PyGithub reads the GitHub fake: repository, commits, trees, blobs, contents, limits and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import github
import pytest

from sandbox.github import GithubSandbox

COUNTS = {"zipcodes": 40}


@pytest.fixture(scope="module")
def fake() -> Iterator[GithubSandbox]:
    with GithubSandbox(counts=COUNTS).serve() as served:
        yield served


def connect(fake: GithubSandbox, token: str = "", **options: Any) -> github.Github:
    auth = github.Auth.Token(token or fake.config.token)
    known = {"retry": None, "seconds_between_requests": 0, **options}
    return github.Github(base_url=fake.url, auth=auth, **known)


@pytest.fixture(scope="module")
def repo(fake: GithubSandbox) -> Any:
    return connect(fake).get_repo("example/data")


def test_client_finds_the_head_of_the_default_branch(repo, fake):
    assert (repo.full_name, repo.private, repo.default_branch) == ("example/data", True, "main")
    commits = list(repo.get_commits(sha="main"))
    assert commits[0].sha == fake.store.find("main").sha
    assert repo.get_commit("main").commit.tree.sha == fake.store.find("main").root


def test_tree_lists_every_file_once_with_its_size(repo, fake):
    head = fake.store.find("main")
    tree = repo.get_git_tree(head.sha, recursive=True)
    blobs = {one.path: one.size for one in tree.tree if one.type == "blob"}
    kept = {path: len(item.content) for path, item in head.items.items() if item.mode != "160000"}
    assert blobs == kept


def test_blob_and_contents_give_the_same_bytes(repo, fake):
    wanted = fake.store.find("main").items["zips.csv"].content
    file = repo.get_contents("zips.csv")
    assert file.decoded_content == wanted
    assert repo.get_git_blob(file.sha).encoding == "base64"
    listed = repo.get_contents("")
    assert {one.path for one in listed} >= {"zips.csv"}


def test_large_file_has_no_content_in_json_and_all_of_it_as_a_blob(repo, fake):
    fake.changes.write("large.csv", b"zipcode\n" + b"00501\n" * 200_000)
    file = repo.get_contents("large.csv")
    assert (file.encoding, file.content) == ("none", "")
    assert repo.get_git_blob(file.sha).size == file.size == 1_200_008


def test_pages_of_commits_hold_each_once(repo, fake):
    for number in range(35):
        fake.changes.write("many.csv", f"zipcode\n{number:05}\n".encode())
    found = [one.sha for one in repo.get_commits(sha="main", path="many.csv")]
    assert len(found) == len(set(found)) == 35


def test_renamed_repository_is_found_under_its_new_name(fake):
    assert connect(fake).get_repo("example/old-data").full_name == "example/data"


def test_hour_is_told_and_costs_nothing(fake):
    client = connect(fake)
    before, again = (client.get_rate_limit().resources.core for _ in range(2))
    assert before.limit == 5000
    assert before.remaining == again.remaining
    assert client.rate_limiting[1] == 5000


@pytest.mark.parametrize(
    ("token", "path", "error", "status"),
    [
        ("", "nowhere.csv", github.UnknownObjectException, 404),
        ("wrong", "zips.csv", github.BadCredentialsException, 401),
        ("blind-token", "zips.csv", github.UnknownObjectException, 404),
        ("lacking-token", "zips.csv", github.GithubException, 403),
    ],
    ids=["no_file", "wrong", "blind", "lacking"],
)
def test_refusal_is_the_clients_own_error(fake, token, path, error, status):
    with pytest.raises(error) as caught:
        connect(fake, token, lazy=True).get_repo("example/data").get_contents(path)
    assert caught.value.status == status


def test_end_of_the_hour_is_the_clients_own_error():
    with GithubSandbox(counts=COUNTS, requests_per_hour=1).serve() as fake:
        repo = connect(fake, lazy=True).get_repo("example/data")
        repo.get_contents("zips.csv")
        with pytest.raises(github.RateLimitExceededException) as caught:
            repo.get_contents("zips.csv")
        assert caught.value.headers["x-ratelimit-remaining"] == "0"
