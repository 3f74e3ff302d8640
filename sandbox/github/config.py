"""Every knob of the GitHub fake in one place; those named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.frame.config import FakeConfig

TOKEN = "sandbox-token"  # noqa: S105  # made up, opens nothing
FILE = "zips.csv"
MIB = 1 << 20
_SHARES = {"zipcodes": 1.0}


@dataclass(frozen=True)
class GithubConfig(FakeConfig):
    """Settings of one fake repository; `counts` says how many ZIP codes its file has."""

    shares = _SHARES
    data_settings = ("file",)

    owner: str = "example"
    repo: str = "data"
    old_repo: str = "old-data"
    """The name before the repository was renamed: answered with 301."""
    branch: str = "main"
    """The default branch."""
    file: str = FILE
    """Path of the file with ZIP codes."""
    is_private: bool = True
    is_empty: bool = False
    """There is no commit (INFERRED answer)."""

    token: str = TOKEN
    blind_tokens: frozenset[str] = frozenset({"blind-token"})
    """Valid, but may not see the private repository: 404."""
    lacking_tokens: frozenset[str] = frozenset({"lacking-token"})
    """Valid, but without the right to read contents: 403 (INFERRED text)."""

    requests_per_hour: int = 5000
    anonymous_per_hour: int = 60
    refusal: Literal[403, 429] = 403
    """Status of a request beyond the hour's."""

    most_entries: int = 1000
    """Of a folder in an answer of `contents`; the rest is left out without a word."""
    most_tree_entries: int = 100_000
    """Of an answer of `git/trees`; beyond it, the answer says that it is cut."""
    inline_bytes: int = MIB
    """A larger file's JSON has no content."""
    most_bytes: int = 100 * MIB
    """A larger file can't be had."""
    is_old: bool = False
    """An old Enterprise Server: a file above `inline_bytes` has no JSON at all, 403 `too_large`."""
