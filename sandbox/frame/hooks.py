"""Changes that happen while a client reads: run just before the k-th matching request is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sandbox.frame.messages import Request


@dataclass
class PageHook:
    """One change waiting for its page."""

    path: str
    page: int
    change: Callable[[], object]
    method: str | None = None
    seen: int = 0

    @property
    def is_done(self) -> bool:
        """Whether the change was run."""
        return self.seen >= self.page


class PageHooks:
    """The waiting changes."""

    def __init__(self) -> None:
        self.waiting: list[PageHook] = []

    def before_page(
        self, path: str, page: int, change: Callable[[], object], *, method: str | None = None
    ) -> PageHook:
        """Run `change` once, before the `page`-th matching request from now on (1 = the next) is answered."""
        hook = PageHook(path, page, change, method)
        self.waiting.append(hook)
        return hook

    def run_due(self, request: Request) -> None:
        """Count the request and run what waited for it."""
        for hook in list(self.waiting):
            if hook.method in (None, request.method) and fnmatchcase(request.path, hook.path):
                hook.seen += 1
                if hook.is_done:
                    self.waiting.remove(hook)
                    hook.change()
