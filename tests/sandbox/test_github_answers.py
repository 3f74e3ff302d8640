"""The fake repository answers as GitHub's docs say: shapes, sizes, ids, limits, ETags."""

from __future__ import annotations

import base64

import pytest
import requests

from sandbox.github import GithubSandbox
from sandbox.github.config import TOKEN
from sandbox.github.git_objects import FILE, LINK, PROGRAM, Item, build_commit, hash_object

DATA = "/repos/example/data"
RAW = "application/vnd.github.raw+json"


class Caller:
    """Sends requests with the fake's token unless told otherwise."""

    def __init__(self, fake: GithubSandbox) -> None:
        self.fake = fake

    def get(self, path: str, *, token: str | None = TOKEN, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        signed = {"Authorization": f"Bearer {token}"} if token else {}
        url = self.fake.url + path
        return requests.get(url, headers={**signed, **named}, timeout=10, allow_redirects=False)


@pytest.fixture
def open_fake():
    started = []

    def start(**settings):
        served = GithubSandbox(**{"counts": {"zipcodes": 30}, **settings}).serve()
        started.append(served)
        return Caller(served.__enter__())

    yield start
    for served in started:
        served.__exit__(None, None, None)


@pytest.fixture
def api(open_fake):
    return open_fake()


def test_ids_are_those_of_git():
    # made with `git hash-object` and `git write-tree`, Git 2.39.5
    assert hash_object("blob", b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert hash_object("tree", b"") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    items = {
        "a.csv": Item(FILE, b"hello\n"),
        "a/b.csv": Item(FILE, b"hello\n"),
        "a-b": Item(PROGRAM, b"hello\n"),
        "l": Item(LINK, b"a.csv"),
    }
    made = build_commit(items, at_ms=0, message="", parents=())
    assert made.root == "51afc3c514ef8aae091c291af9291bb6a59983e9"


def test_file_is_an_object_with_content_in_lines_of_base64(api):
    answer = api.get(f"{DATA}/contents/zips.csv").json()
    assert (answer["type"], answer["encoding"], answer["name"]) == ("file", "base64", "zips.csv")
    assert max(map(len, answer["content"].splitlines())) == 60
    content = base64.b64decode(answer["content"])
    assert (len(content), hash_object("blob", content)) == (answer["size"], answer["sha"])
    assert "token=" in answer["download_url"]


def test_file_above_1_mb_has_no_content_in_json_and_all_of_it_raw(api):
    content = b"x" * (1 << 20) + b"\n"
    api.fake.changes.write("big.csv", content)
    answer = api.get(f"{DATA}/contents/big.csv").json()
    assert (answer["encoding"], answer["content"], answer["size"]) == ("none", "", len(content))
    raw = api.get(f"{DATA}/contents/big.csv", Accept=RAW)
    assert (raw.content, raw.headers["Content-Type"]) == (content, f"{RAW}; charset=utf-8")
    assert api.get(f"{DATA}/contents/big.csv", Accept="application/vnd.github.v3.raw").content == content


def test_file_above_100_mb_is_refused_in_any_form(open_fake):
    api = open_fake(most_bytes=100)
    for accept in (RAW, "application/json"):
        answer = api.get(f"{DATA}/contents/zips.csv", Accept=accept)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "too_large")


def test_folder_is_an_array_that_ends_at_1000_without_a_word(open_fake):
    api = open_fake(most_entries=2)
    entries = api.get(f"{DATA}/contents/exports").json()
    assert [entry["path"] for entry in entries] == ["exports/2026-01.csv", "exports/2026-02.csv"]
    assert all("content" not in entry for entry in entries)


def test_link_is_its_target_and_a_submodule_is_listed_as_a_file(api):
    assert api.get(f"{DATA}/contents/latest.csv").json()["type"] == "file"
    assert api.get(f"{DATA}/contents/latest.csv", Accept=RAW).text.startswith("zipcode,")
    api.fake.changes.link("out.csv", "../elsewhere.csv")
    odd = api.get(f"{DATA}/contents/out.csv").json()
    assert (odd["type"], odd["target"]) == ("symlink", "../elsewhere.csv")
    (entry,) = api.get(f"{DATA}/contents/vendor").json()
    assert (entry["type"], entry["name"], entry["download_url"]) == ("file", "tools", None)
    assert api.get(f"{DATA}/contents/vendor/tools").json()["type"] == "submodule"


def test_tree_names_modes_and_says_when_it_is_cut(open_fake):
    api = open_fake(most_tree_entries=3)
    tree = api.get(f"{DATA}/git/trees/main").json()
    assert (len(tree["tree"]), tree["truncated"]) == (3, True)
    inner = next(entry["sha"] for entry in tree["tree"] if entry["path"] == "exports")
    assert api.get(f"{DATA}/git/trees/{inner}").json()["truncated"] is False


def test_etag_depends_on_token_form_and_quotes_and_costs_nothing(open_fake):
    api = open_fake(is_private=False)
    path = f"{DATA}/contents/zips.csv"
    first = api.get(path)
    etag, left = first.headers["ETag"], first.headers["X-RateLimit-Remaining"]
    again = api.get(path, If_None_Match=etag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["X-RateLimit-Remaining"] == left
    assert api.get(path, If_None_Match=etag, Accept=RAW).status_code == 200
    assert api.get(path, If_None_Match=etag, token="blind-token").status_code == 200
    assert api.get(path, If_None_Match=etag.replace('"', "")).status_code == 200


def test_hour_ends_with_403_and_begins_again(open_fake):
    api = open_fake(requests_per_hour=2)
    for left in (1, 0):
        assert api.get(DATA).headers["X-RateLimit-Remaining"] == str(left)
    refused = api.get(DATA)
    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert "API rate limit exceeded" in refused.json()["message"]
    assert api.get("/rate_limit").json()["rate"]["remaining"] == 0
    api.fake.clock.advance(int(refused.headers["X-RateLimit-Reset"]) - api.fake.clock.now_s() + 1)
    assert api.get(DATA).status_code == 200


def test_private_repository_is_not_there_for_others(api):
    assert api.get(DATA, token="blind-token").status_code == 404
    assert api.get(DATA, token=None).status_code == 404
    assert api.get(DATA, token="lacking-token").status_code == 403
    assert api.get(DATA, token="wrong").json()["message"] == "Bad credentials"
    assert api.get(DATA, token=None, Authorization="token sandbox-token").status_code == 200


def test_caller_without_a_name_is_refused(api):
    assert api.get(DATA, User_Agent="").status_code == 403


def test_renamed_repository_redirects_to_its_number(api):
    moved = api.get("/repos/example/old-data/contents/zips.csv?ref=main")
    assert moved.status_code == 301
    assert moved.headers["Location"] == f"{api.fake.url}/repositories/4711/contents/zips.csv?ref=main"
    assert api.get(moved.headers["Location"].removeprefix(api.fake.url)).json()["name"] == "zips.csv"


def test_commits_of_a_file_are_newest_first(api):
    api.fake.changes.write("README.md", b"Other")
    newest = api.fake.changes.edit_rows({"00501": {"city": "Elsewhere"}})
    shas = [one["sha"] for one in api.get(f"{DATA}/commits?path=zips.csv").json()]
    assert (shas[0], len(shas)) == (newest, 2)
    assert len(api.get(f"{DATA}/commits").json()) == 3
    assert api.get(f"{DATA}/commits?sha=none").status_code == 422


def test_state_file_keeps_commits_over_a_restart(open_fake, tmp_path):
    state = str(tmp_path / "changes.json")
    first = open_fake(state=state)
    made = first.fake.changes.edit_rows({"00501": None, "99950": {"city": "Ketchikan"}})
    again = open_fake(state=state, activity=5)
    assert again.fake.store.commits[again.fake.store.find(None).parents[0]].sha == made
    keys = [row["zipcode"] for row in again.fake.store.read_rows()]
    assert "00501" not in keys
    assert "99950" in keys


def test_change_over_http_is_a_commit(api):
    url = f"{api.fake.url}/_sandbox/changes"
    told = requests.post(
        url, json={"op": "edit_rows", "rows": {"00501": {"city": "Here"}}}, timeout=10
    ).json()
    assert told["commit"] == api.fake.store.find(None).sha
    assert (
        requests.post(url, json={"op": "tag", "ref": "tags/x", "at": "none"}, timeout=10).status_code == 400
    )
