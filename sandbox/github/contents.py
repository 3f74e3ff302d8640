"""`GET …/contents/{path}`: a file as JSON or raw, a folder as an array, a link, a submodule.

Source: GitHub's docs, "Get repository content", read 2026-11.
"""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sandbox.frame.messages import Request, Response, json_response
from sandbox.github import errors
from sandbox.github.config import GithubConfig
from sandbox.github.git_objects import FOLDER, LINK, SUBMODULE, Commit, Item

_LINE_CHARS = 60
_MIB = 1 << 20


def is_raw(request: Request) -> bool:
    """Whether the caller wants the bytes; the older names are still taken."""
    accepted = (request.header(b"accept") or "").split(";")[0].strip()
    return accepted in {
        f"application/vnd.github{version}.raw{json}" for version in ("", ".v3") for json in ("", "+json")
    }


def raw_response(content: bytes) -> Response:
    """The bytes as they are."""
    return Response(200, content, b"application/vnd.github.raw+json; charset=utf-8")


class Contents:
    """Answers for one version.

    Args:
        config: sizes.
        commit: the version.
        ref: as the caller named it.
        base: address of the repository.
    """

    def __init__(self, config: GithubConfig, commit: Commit, ref: str, base: str) -> None:
        self._config = config
        self._commit = commit
        self._ref = ref
        self._base = base

    def answer(self, request: Request, path: str) -> Response:
        """Answer for one path."""
        if path in self._commit.trees:
            entries = self._commit.trees[path][: self._config.most_entries]
            prefix = f"{path}/" if path else ""
            return json_response(
                200, [self._describe_entry(prefix + one.name, one.mode, one.sha) for one in entries]
            )
        item = self._commit.items.get(path)
        if item is None:
            raise errors.not_found()
        target = item
        if item.mode == LINK:
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), item.content.decode()))
            target = self._commit.items.get(found, item)
        if target.mode in (LINK, SUBMODULE):
            return json_response(200, self._describe_odd(path, target))
        if len(target.content) > self._config.most_bytes:
            raise errors.too_large(f"{self._config.most_bytes // _MIB} MB")
        if is_raw(request):
            return raw_response(target.content)
        return json_response(200, self._describe_file(path, target))

    def _describe_file(self, path: str, item: Item) -> dict[str, Any]:
        is_large = len(item.content) > self._config.inline_bytes
        if is_large and self._config.is_old:
            raise errors.too_large("1 MB")
        text = base64.b64encode(item.content).decode()
        lines = "".join(f"{text[at : at + _LINE_CHARS]}\n" for at in range(0, len(text), _LINE_CHARS))
        shown = {"encoding": "none", "content": ""} if is_large else {"encoding": "base64", "content": lines}
        return {"type": "file", **shown, **self._describe(path, item.sha, len(item.content), "blobs")}

    def _describe_odd(self, path: str, item: Item) -> dict[str, Any]:
        if item.mode == SUBMODULE:
            facts = self._describe(path, item.sha, 0, "trees")
            return {"type": "submodule", "submodule_git_url": "https://example.com/tools.git", **facts}
        target = item.content.decode()
        facts = self._describe(path, item.sha, len(item.content), "blobs")
        return {"type": "symlink", "target": target, **facts}

    def _describe_entry(self, path: str, mode: str, sha: str) -> dict[str, Any]:
        if mode == FOLDER:
            return {"type": "dir", **self._describe(path, sha, 0, "trees"), "download_url": None}
        item = self._commit.items[path]
        size = 0 if mode == SUBMODULE else len(item.content)
        # a submodule is listed as a file: the docs say so, and that it is wrong
        kind = "symlink" if mode == LINK else "file"
        facts = self._describe(path, sha, size, "trees" if mode == SUBMODULE else "blobs")
        return {"type": kind, **facts, **({"download_url": None} if mode == SUBMODULE else {})}

    def _describe(self, path: str, sha: str, size: int, kind: str) -> Mapping[str, Any]:
        encoded = quote(path)
        url = f"{self._base}/contents/{encoded}?ref={quote(self._ref, safe='')}"
        git, html = (
            f"{self._base}/git/{kind}/{sha}",
            f"https://github.com/{self._name}/blob/{self._ref}/{encoded}",
        )
        secret = "?token=MADE-UP-DOWNLOAD-TOKEN" if self._config.is_private else ""
        return {
            "size": size,
            "name": posixpath.basename(path),
            "path": path,
            "sha": sha,
            "url": url,
            "git_url": git,
            "html_url": html,
            "download_url": f"https://raw.githubusercontent.com/{self._name}/{self._ref}/{encoded}{secret}",
            "_links": {"self": url, "git": git, "html": html},
        }

    @property
    def _name(self) -> str:
        return f"{self._config.owner}/{self._config.repo}"
