"""The repository itself, its commits, folders and blobs as GitHub shows them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.frame.messages import Request, Response, json_response
from sandbox.github import errors
from sandbox.github.config import GithubConfig
from sandbox.github.contents import Contents, is_raw, raw_response
from sandbox.github.git_objects import SUBMODULE, Commit, Item, TreeEntry
from sandbox.github.store import Store

REPOSITORY_ID = 4711
_PER_PAGE = 30


class Documents:
    """Answers of one repository.

    Args:
        config: names and sizes.
        store: its commits.
    """

    def __init__(self, config: GithubConfig, store: Store) -> None:
        self._config = config
        self._store = store

    def answer(self, request: Request, rest: list[str], base: str) -> Response:
        """Answer for the segments behind the repository's name.

        Args:
            request: of a caller who may see it.
            rest: decoded segments.
            base: address of the repository.
        """
        match rest:
            case []:
                return json_response(200, self._describe(base))
            case ["commits"]:
                return self._answer_commits(request, base)
            case ["commits", *ref]:
                return json_response(200, self._describe_commit(self._find("/".join(ref)), base))
            case ["contents", *path]:
                return self._answer_contents(request, "/".join(path), base)
            case ["git", "trees", *ref]:
                return json_response(200, self._describe_tree(request, "/".join(ref), base))
            case ["git", "blobs", sha]:
                return self._answer_blob(request, sha, base)
            case _:
                raise errors.not_found()

    def _answer_contents(self, request: Request, path: str, base: str) -> Response:
        ref = request.param("ref") or self._config.branch
        commit = self._store.find(ref)
        if commit is None:
            raise errors.not_found(f"No commit found for the ref {ref}")
        return Contents(self._config, commit, ref, base).answer(request, path)

    def _find(self, ref: str | None) -> Commit:
        if not self._store.commits:
            raise errors.is_empty()
        commit = self._store.find(ref)
        if commit is None:
            raise errors.no_commit(ref or "")
        return commit

    def _describe(self, base: str) -> dict[str, Any]:
        name = f"{self._config.owner}/{self._config.repo}"
        return {
            "id": REPOSITORY_ID,
            "name": self._config.repo,
            "full_name": name,
            "private": self._config.is_private,
            "owner": {"login": self._config.owner, "id": 1, "type": "Organization"},
            "default_branch": self._config.branch,
            "url": base,
            "contents_url": f"{base}/contents/{{+path}}",
        }

    def _answer_commits(self, request: Request, base: str) -> Response:
        """A page of commits; a header names the next one."""
        found = self._list_commits(request)
        per_page, page = int(request.param("per_page") or _PER_PAGE), int(request.param("page") or 1)
        shown = [self._describe_commit(one, base) for one in found[(page - 1) * per_page : page * per_page]]
        if page * per_page >= len(found):
            return json_response(200, shown)
        asked = {name: values[0] for name, values in request.query.items()} | {"page": str(page + 1)}
        link = f'<{base}/commits?{urlencode(asked)}>; rel="next"'
        return json_response(200, shown, (b"link", link.encode()))

    def _list_commits(self, request: Request) -> list[Commit]:
        """All commits, or those that change a path, the newest first."""
        at, path = self._find(request.param("sha")), request.param("path")
        found = []
        while True:
            before = self._store.commits.get(at.parents[0]) if at.parents else None
            if path is None or _differs(at, before, path):
                found.append(at)
            if before is None:
                break
            at = before
        return found

    def _describe_commit(self, commit: Commit, base: str) -> dict[str, Any]:
        moment = datetime.fromtimestamp(commit.at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        who = {"name": "Made Up", "email": "made.up@example.com", "date": moment}
        tree = {"sha": commit.root, "url": f"{base}/git/trees/{commit.root}"}
        told = {"author": who, "committer": who, "message": commit.message, "tree": tree}
        parents = [{"sha": sha, "url": f"{base}/commits/{sha}"} for sha in commit.parents]
        return {"sha": commit.sha, "url": f"{base}/commits/{commit.sha}", "commit": told, "parents": parents}

    def _describe_tree(self, request: Request, ref: str, base: str) -> dict[str, Any]:
        commit, folder, sha = self._find_tree(ref)
        prefix = f"{folder}/" if folder else ""
        entries = [(entry.name, entry) for entry in commit.trees[folder]]
        # whatever its value, it is taken as yes
        if request.param("recursive") is not None:
            entries = [
                (f"{path}/{entry.name}"[len(prefix) :] if path else entry.name, entry)
                for path, inner in commit.trees.items()
                if path == folder or path.startswith(prefix)
                for entry in inner
            ]
        most = self._config.most_tree_entries
        shown = [_describe_entry(path, entry, base) for path, entry in sorted(entries)[:most]]
        return {"sha": sha, "url": f"{base}/git/trees/{sha}", "tree": shown, "truncated": len(entries) > most}

    def _find_tree(self, ref: str) -> tuple[Commit, str, str]:
        """The folder of an id, or the topmost one of a commit, a branch or a tag."""
        if not self._store.commits:
            raise errors.is_empty()
        commit = self._store.find(ref)
        if commit is not None:
            return commit, "", commit.root
        for one in reversed(self._store.commits.values()):
            if one.root == ref:
                return one, "", ref
            for path, entries in one.trees.items():
                found = next((entry for entry in entries if entry.sha == ref and entry.type == "tree"), None)
                if found is not None:
                    return one, f"{path}/{found.name}" if path else found.name, ref
        raise errors.not_found()

    def _answer_blob(self, request: Request, sha: str, base: str) -> Response:
        item = self._find_blob(sha)
        if len(item.content) > self._config.most_bytes:
            raise errors.too_large("100 MB")
        if is_raw(request):
            return raw_response(item.content)
        content = base64.encodebytes(item.content).decode()
        facts = {"sha": sha, "node_id": "MADEUP", "size": len(item.content), "url": f"{base}/git/blobs/{sha}"}
        return json_response(200, {**facts, "content": content, "encoding": "base64"})

    def _find_blob(self, sha: str) -> Item:
        for commit in reversed(self._store.commits.values()):
            for path, entries in commit.trees.items():
                for entry in entries:
                    if entry.sha == sha and entry.type == "blob":
                        return commit.items[f"{path}/{entry.name}" if path else entry.name]
        raise errors.not_found()


def _differs(commit: Commit, before: Commit | None, path: str) -> bool:
    item = commit.items.get(path)
    return item != (before.items.get(path) if before else None)


def _describe_entry(path: str, entry: TreeEntry, base: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"path": path, "mode": entry.mode, "type": entry.type}
    if entry.size is not None:
        facts["size"] = entry.size
    facts["sha"] = entry.sha
    kind = "trees" if entry.type == "tree" else "blobs"
    return facts if entry.mode == SUBMODULE else {**facts, "url": f"{base}/git/{kind}/{quote(entry.sha)}"}
