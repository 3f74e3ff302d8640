"""The body of a file's HTTP answer, checked against everything that the server says about its end.

requests alone accepts a cut gzip, and a part of a file, as the whole file.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import requests

from crm_sync.exceptions import SourceUnavailableError, UnexpectedResponseError
from crm_sync.sources.files.store import COPY_BYTES, FileFacts, check_size

ACCEPTED_ENCODINGS = "gzip, deflate"
_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)")
_GZIP_BITS = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class CopiedBody:
    """What was copied."""

    size: int
    """Bytes, unpacked where they were packed for the way only."""
    is_length_told: bool
    """False: only the closed connection said that it was over."""


def copy_body(file: FileFacts, response: requests.Response, target: BinaryIO, max_bytes: int) -> CopiedBody:
    """Copy a body to its end.

    Raises:
        SourceUnavailableError: it ended before the server's own end.
        UnexpectedResponseError: it is only a part of the file, or packed in a way that was not requested.
        FatalSourceError: it is longer than `max_bytes`.
    """
    is_chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    declared = None if is_chunked else _read_length(response)
    check_size(file, declared or 0, max_bytes)
    unpacker = _open_unpacker(file, response)
    size = sent = 0
    for block in response.raw.stream(COPY_BYTES, decode_content=False):
        sent += len(block)
        for piece in unpacker.feed(block):
            size += len(piece)
            check_size(file, size, max_bytes)
            target.write(piece)
    if not unpacker.is_complete or (declared is not None and sent != declared):
        raise SourceUnavailableError(
            f"File {file.name}: the answer was cut off after {sent:,} bytes while it was fetched."
        )
    _check_range(file, response, sent)
    # a packed body has its own end
    return CopiedBody(size, declared is not None or is_chunked or not isinstance(unpacker, _Plain))


def _read_length(response: requests.Response) -> int | None:
    """Give the declared length; twice the same one is what proxies make of it."""
    values = {value.strip() for value in response.headers.get("Content-Length", "").split(",")}
    value = values.pop() if len(values) == 1 else ""
    return int(value) if value.isascii() and value.isdigit() else None


def _check_range(file: FileFacts, response: requests.Response, sent: int) -> None:
    text = response.headers.get("Content-Range")
    if text is None:
        return
    found = _RANGE.fullmatch(text.strip())
    if found is None or int(found[1]) != 0 or found[3] != str(sent) or int(found[2]) + 1 != sent:
        raise UnexpectedResponseError(
            f"File {file.name}: the server sent only a part, {text[:60]!r}, of what was requested."
        )


class _Unpacker(Protocol):
    @property
    def is_complete(self) -> bool: ...

    def feed(self, block: bytes) -> Iterator[bytes]: ...


class _Plain:
    is_complete = True

    def feed(self, block: bytes) -> Iterator[bytes]:
        yield block


class _Inflater:
    """Unpacks gzip of any number of members, or deflate."""

    def __init__(self, file: FileFacts, *, is_gzip: bool) -> None:
        self._file, self._is_gzip = file, is_gzip
        self._inflate = zlib.decompressobj(_GZIP_BITS) if is_gzip else None
        self._is_between = False

    @property
    def is_complete(self) -> bool:
        return self._is_between or (self._inflate is not None and self._inflate.eof)

    def feed(self, block: bytes) -> Iterator[bytes]:
        rest = block
        while rest:
            if self._is_between:
                rest = rest.lstrip(b"\0")
                if not rest:
                    return
                self._inflate, self._is_between = zlib.decompressobj(_GZIP_BITS), False
            if self._inflate is None:
                # some servers leave the zlib header out
                is_zlib = rest[0] & 0x0F == 8
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
            try:
                yield self._inflate.decompress(rest, COPY_BYTES)
            except zlib.error as error:
                raise SourceUnavailableError(
                    f"File {self._file.name}: the compressed answer is broken."
                ) from error
            rest = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            if self._inflate.eof:
                self._is_between = self._is_gzip
                rest = rest if self._is_gzip else b""


def _open_unpacker(file: FileFacts, response: requests.Response) -> _Unpacker:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return _Plain()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Inflater(file, is_gzip=encoding != "deflate")
    raise UnexpectedResponseError(
        f"File {file.name}: the answer is compressed as {encoding[:30]!r}; gzip or deflate was requested."
    )
