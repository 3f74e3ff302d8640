"""The commits, branches and tags of one repository."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Mapping

from sandbox.github.git_objects import Commit, Item, build_commit

Row = dict[str, str]
_SHA = re.compile(r"[0-9a-f]{40}")


class Store:
    """One repository.

    Args:
        branch: the default one.
        file: path of the file with ZIP codes.
    """

    def __init__(self, branch: str, file: str) -> None:
        self.lock = threading.RLock()
        self.branch = branch
        self.file = file
        self.commits: dict[str, Commit] = {}
        self.refs: dict[str, str] = {}
        """Ids of commits, by `heads/<branch>` and `tags/<tag>`."""

    def counts(self) -> Mapping[str, object]:
        """Rows of the file with ZIP codes, and commits."""
        return {"zipcodes": len(self.read_rows()) if self.refs else 0, "commits": len(self.commits)}

    def find(self, ref: str | None) -> Commit | None:
        """The commit of a branch, a tag or an id; None: of the default branch, or there is none."""
        ref = (ref or self.branch).removeprefix("refs/")
        for name in (ref, f"heads/{ref}", f"tags/{ref}"):
            if name in self.refs:
                return self.commits[self.refs[name]]
        if _SHA.fullmatch(ref):
            return self.commits.get(ref)
        return None

    def commit(self, changes: Mapping[str, Item | None], *, at_ms: int, message: str, branch: str) -> str:
        """Write files, or delete those that are None, and let a branch move; gives the commit's id."""
        before = self.find(f"heads/{branch}") or self.find(None)
        items = dict(before.items) if before else {}
        for path, item in changes.items():
            if item is None:
                del items[path]
            else:
                items[path] = item
        parents = (before.sha,) if before else ()
        made = build_commit(items, at_ms=at_ms, message=message, parents=parents)
        self.commits[made.sha] = made
        self.refs[f"heads/{branch}"] = made.sha
        return made.sha

    def read_text(self) -> bytes:
        """The bytes of the file with ZIP codes on the default branch."""
        commit = self.find(None)
        return commit.items[self.file].content if commit else b""

    def read_rows(self) -> list[Row]:
        """Its rows."""
        return list(csv.DictReader(io.StringIO(self.read_text().decode("utf-8-sig"), newline="")))

    def read_header(self) -> list[str]:
        """Its header."""
        return next(csv.reader(io.StringIO(self.read_text().decode("utf-8-sig"), newline="")), [])


def write_rows(rows: list[Row], header: list[str]) -> bytes:
    """Write a file as RFC 4180 says: CRLF, quotes where they are needed, UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
