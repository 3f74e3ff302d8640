"""The bytes of a job's file in ranges, which all have to be of one and the same version."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crm_sync.exceptions import StalePositionError
from crm_sync.rest.messages import Answer, Request
from crm_sync.sources.jobs.file_places import FilePlace

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_CHANGED = 412


@dataclass
class FileRanges:
    """Asks for ranges of one file.

    Args:
        place: of the file.
        etag: version of an earlier try, with its quotes; empty: whatever is there.
    """

    place: FilePlace
    etag: str = ""
    size: int | None = field(default=None, init=False)
    """Bytes of the file; known with the first answer."""
    _calls: int = field(default=0, init=False)

    def take_calls(self) -> int:
        """Give the number of requests since it was last asked."""
        calls, self._calls = self._calls, 0
        return calls

    def read(self, start: int, count: int) -> bytes:
        """Give bytes from a place on; fewer only at the end of the file.

        Raises:
            StalePositionError: it is another file by now.
            SourceError: there is no such file, or it may not be read.
        """
        headers = {
            "Range": f"bytes={start}-{start + count - 1}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
        if self.etag:
            headers["If-Match"] = self.etag
        self._calls += 1
        answer = self.place.client.send(
            Request(
                "GET",
                self.place.path,
                query=self.place.query,
                headers=headers,
                accepts=frozenset({_CHANGED}),
                read=lambda answer: _cut(answer, start, count),
            )
        )
        if answer.status == _CHANGED:
            raise StalePositionError("the file has changed since its first bytes were read")
        content, size = answer.data
        etag = answer.headers.get("ETag", "")
        if self.size not in (None, size) or (self.etag and etag != self.etag):
            raise StalePositionError("the file has changed since its first bytes were read")
        # a weak one says nothing about bytes, and If-Match takes none
        self.etag, self.size = ("" if etag.startswith("W/") else etag), size
        found: bytes = content
        return found


def _cut(answer: Answer, start: int, count: int) -> tuple[bytes, int]:
    """Give the wanted bytes and the file's size; a server that knows no ranges sends all of it.

    Raises:
        ValueError: the answer is another part of the file, or less than it says.
    """
    if answer.status != 206:
        return answer.body[start : start + count], len(answer.body)
    told = answer.headers.get("Content-Range", "")
    found = _RANGE.fullmatch(told.strip())
    if found is None:
        raise ValueError("has no 'Content-Range' that names bytes and size")
    first, last, size = map(int, found.groups())
    if first != start or last + 1 != min(start + count, size) or len(answer.body) != last + 1 - first:
        raise ValueError(f"is another part of the file, '{told}', than was asked for")
    return answer.body, size
