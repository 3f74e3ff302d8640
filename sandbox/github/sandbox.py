"""The GitHub fake as one object: doorkeeper, the hour's requests, ETags, the repository."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.sandbox import Sandbox
from sandbox.github import errors
from sandbox.github.access import Access, Hour
from sandbox.github.activity import make_activity
from sandbox.github.changes import Changes
from sandbox.github.config import GithubConfig
from sandbox.github.documents import REPOSITORY_ID, Documents
from sandbox.github.errors import ApiError
from sandbox.github.fault_kinds import github_fault_kinds
from sandbox.github.generate import generate
from sandbox.github.store import Store

ENTERPRISE = "/api/v3"
"""Behind the host of an Enterprise Server; the fake answers there as well."""


class GithubSandbox(Sandbox[GithubConfig, Store, Changes]):
    """A fake repository.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `GithubConfig`.
    """

    vendor = "github"

    def __init__(self, config: GithubConfig | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or GithubConfig(), **overrides), generate, Changes, make_activity)
        self.faults = FaultPlan(github_fault_kinds(self.clock))
        self.access = Access(self.config, self.clock)
        self._documents = Documents(self.config, self.store)

    def answer(self, request: Request) -> Response:
        """The answer as GitHub gives it: who asks, the hour's requests, then the repository."""
        try:
            token = self.access.find_token(request)
        except ApiError as error:
            return error.to_response()
        hour = self.access.find_hour(token)
        try:
            response = self._answer_caller(request, token, hour)
        except ApiError as error:
            response = error.to_response()
        return replace(response, headers=(*response.headers, *hour.headers()))

    def _answer_caller(self, request: Request, token: str, hour: Hour) -> Response:
        raw = request.raw_path.decode("latin-1").removeprefix(ENTERPRISE)
        segments = [unquote(part) for part in raw.strip("/").split("/")]
        if segments == ["rate_limit"]:
            core = {
                "limit": hour.limit,
                "used": hour.used,
                "remaining": hour.limit - hour.used,
                "reset": int(hour.ends_s),
            }
            return json_response(200, {"resources": {"core": core}, "rate": core})
        self.access.count(hour)
        if request.method != "GET":
            raise errors.not_found()
        response = self._answer_repository(request, token, segments)
        if response.status != 200:
            return response
        etag = _build_etag(request, response, token)
        if _is_known(request, etag):
            # a caller who says who it is does not pay for "nothing new"
            hour.used -= 1 if token and self.config.rate_limits else 0
            return replace(response, status=304, body=b"", headers=((b"etag", etag),))
        return replace(response, headers=((b"etag", etag), *response.headers))

    def _answer_repository(self, request: Request, token: str, segments: list[str]) -> Response:
        config = self.config
        api = self.url + (ENTERPRISE if request.path.startswith(ENTERPRISE) else "")
        match segments:
            case ["repos", owner, repo, *rest] if (owner, repo) == (config.owner, config.repo):
                base = f"{api}/repos/{owner}/{repo}"
            case ["repositories", number, *rest] if number == str(REPOSITORY_ID):
                base = f"{api}/repositories/{number}"
            case ["repos", owner, repo, *_] if (owner, repo) == (config.owner, config.old_repo):
                self.access.check_repository(token)
                return _move(request, f"{api}/repositories/{REPOSITORY_ID}", f"/repos/{owner}/{repo}")
            case _:
                raise errors.not_found()
        self.access.check_repository(token)
        return self._documents.answer(request, rest, base)


def _move(request: Request, to: str, old: str) -> Response:
    behind = request.raw_path.decode("latin-1").removeprefix(ENTERPRISE).removeprefix(old)
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = f"{to}{behind}{query}"
    body = {"message": "Moved Permanently", "url": url, "documentation_url": "https://docs.github.com/rest"}
    return json_response(301, body, (b"location", url.encode()))


def _build_etag(request: Request, response: Response, token: str) -> bytes:
    """An ETag, which depends on the token and on the form that was asked for."""
    told = [token.encode(), (request.header(b"accept") or "").encode(), response.body]
    return b'W/"' + hashlib.sha256(b"\0".join(told)).hexdigest().encode() + b'"'


def _is_known(request: Request, etag: bytes) -> bool:
    given = [one.strip().removeprefix("W/") for one in (request.header(b"if-none-match") or "").split(",")]
    # without its quotes it never matches
    return etag.decode().removeprefix("W/") in given
