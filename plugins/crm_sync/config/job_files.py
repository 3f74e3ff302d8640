"""How the result of a job is read that is one CSV file elsewhere; code: sources/jobs/file_results.py."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crm_sync.config.base import Identifier, Model

EDITS = ("keep", "drop", "gather", "pick", "wrapped", "changed_only", "only", "parents")
"""Words of a list that look at single records, which a file is not taken apart into."""


class JobFile(Model):
    """One CSV file with a header row, in the place of pages of results.

    It is read in ranges of bytes, so neither a worker's memory nor a later try depends on its size.
    """

    address_path: str = Field(min_length=1)
    """Where the poll's answer about a finished job has the file's address: `https://…` or `s3://bucket/key`."""
    when_extra: Identifier
    """Connection extra with a true or false; without a true, the results are read as pages."""
    s3_host: str = ""
    """Address of the host of `s3://` files, with slots of extras; bucket and key become its path."""
    s3_host_extra: str = ""
    """Connection extra with another one."""
    sigv4_service: str = ""
    """Service for which requests to that host are signed, with `auth: sigv4`; empty: they carry no key."""
    allowed: tuple[str, ...] = ()
    """Hosts of `https://` files beside the connection's own; a leading dot allows all below a domain."""
    allowed_extra: str = ""
    """Connection extra with further hosts, as a list or a text with commas."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """Between two cells."""
    quoted_empty: Literal["text", "null"] = "text"
    """What an empty cell in quotes is; without quotes it is null."""
    range_bytes: int = Field(default=8 * 2**20, ge=64)
    """Bytes of the file that are asked for at a time."""

    @property
    def extras(self) -> dict[str, str]:
        """Give the connection extras that it reads, by key."""
        named = {"when_extra": self.when_extra, "s3_host_extra": self.s3_host_extra}
        return {key: name for key, name in {**named, "allowed_extra": self.allowed_extra}.items() if name}
