"""A fake of GitHub's REST API for the contents of one repository: made-up files with real Git ids."""

from __future__ import annotations

from sandbox.github.sandbox import GithubSandbox

__all__ = ["GithubSandbox"]
