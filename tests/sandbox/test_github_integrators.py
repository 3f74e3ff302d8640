"""What PyGithub asks and reads, as a list of requests: the fake has all of it.

`test_github_client.py` runs PyGithub itself. The list is what version 2.9.1 sent to this fake on 2026-11-30
for `get_repo`, `get_rate_limit`, `get_contents` (file, folder, link, submodule), `get_commits`, `get_commit`,
`get_git_tree(recursive=True)` and `get_git_blob`; keys are those that its classes read.
"""

from __future__ import annotations

import pytest
import requests

from sandbox.github import GithubSandbox

_FILE = (
    "type",
    "encoding",
    "size",
    "name",
    "path",
    "content",
    "sha",
    "url",
    "git_url",
    "html_url",
    "download_url",
)
_ENTRY = ("type", "size", "name", "path", "sha", "url", "git_url", "html_url", "download_url")
READS = {
    "": ("id", "name", "full_name", "private", "owner.login", "default_branch", "url"),
    "/contents/zips.csv": _FILE,
    "/contents/": tuple(f"0.{key}" for key in _ENTRY),
    "/contents/exports?ref=main": tuple(f"0.{key}" for key in _ENTRY),
    "/contents/latest.csv": _FILE,
    "/contents/vendor/tools": ("type", "submodule_git_url", "sha", "path"),
    "/commits?sha=main": ("0.sha", "0.url", "0.commit.committer.date", "0.commit.message", "0.parents"),
    "/commits/main": ("sha", "url", "commit.tree.sha", "commit.author.name"),
    "/git/trees/{head}?recursive=1": (
        "sha",
        "truncated",
        "tree.0.path",
        "tree.0.mode",
        "tree.0.type",
        "tree.0.size",
    ),
    "/git/blobs/{blob}": ("sha", "size", "encoding", "content", "url"),
}


@pytest.fixture(scope="module")
def fake():
    with GithubSandbox(counts={"zipcodes": 30}).serve() as served:
        yield served


def find(data, path):
    for key in path.split("."):
        data = data[int(key)] if isinstance(data, list) else data[key]
    return data


@pytest.mark.parametrize("base", ["", "/api/v3"], ids=["github", "enterprise"])
@pytest.mark.parametrize("path", READS)
def test_every_request_of_pygithub_is_answered_with_what_it_reads(fake, base, path):
    commit = fake.store.find(None)
    path_filled = path.format(head=commit.sha, blob=commit.items["zips.csv"].sha)
    headers = {"Authorization": "token sandbox-token", "User-Agent": "PyGithub/Python"}
    url = f"{fake.url}{base}/repos/example/data{path_filled}"
    answer = requests.get(url, headers=headers, timeout=10)
    assert answer.status_code == 200
    for key in READS[path]:
        assert find(answer.json(), key) is not None, key
    assert all(answer.headers[f"X-RateLimit-{name}"].isdecimal() for name in ("Limit", "Remaining", "Reset"))


def test_addresses_in_answers_lead_back_to_the_fake(fake):
    headers = {"Authorization": "Bearer sandbox-token"}
    entry = requests.get(
        f"{fake.url}/api/v3/repos/example/data/contents/zips.csv", headers=headers, timeout=10
    )
    for key in ("url", "git_url"):
        address = entry.json()[key]
        assert address.startswith(f"{fake.url}/api/v3/")
        assert requests.get(address, headers=headers, timeout=10).json()["sha"] == entry.json()["sha"]
