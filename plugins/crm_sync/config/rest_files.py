"""How files of a repository behind a web API are read; code: sources/repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Identifier, Model, wrong_key
from crm_sync.config.file_words import FileWords
from crm_sync.config.reads import ReadStrategy
from crm_sync.constants import SourceKind

HEAD, ID, PATH = "head", "id", "path"
"""Slots: the version of the repository that a run reads, the id of a folder or file, a file's path."""
EntryKind = Literal["file", "folder", "link", "elsewhere"]


class RepositoryCall(Model):
    """One request; all of them only read."""

    path: str
    """Below the connection's host, with extras of `rest.extras`, `slots`, and those that the request has."""
    params: dict[str, str] = Field(default_factory=dict)
    """Query parameters, with the same slots; one whose slot has no value is left out."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Beside those of `rest.headers`."""


class HeadCall(RepositoryCall):
    """The request for the version of the repository that a run reads; the first one of each run.

    It is sent with the ETag of the last run's answer, so that a run for which nothing is new needs no other.
    """

    version_path: str
    """Where the answer has the version; a number is a place in a list."""


class TreeCall(RepositoryCall):
    """The request that lists one folder; `{id}` is the folder's, or the version for the topmost one."""

    entries_path: str
    """Where the answer lists files and folders."""
    cut_path: str = ""
    """Where it says that the list is not whole, which is an error; empty: it is whole."""
    name_path: str
    """Where an entry has its name, without its folder."""
    id_path: str
    """Where it has its id, which changes with the content."""
    size_path: str = ""
    """Where it has its size in bytes; empty: nowhere."""
    kind_path: str
    """Where it says what it is."""
    kinds: dict[EntryKind, Annotated[tuple[str, ...], Field(min_length=1)]]
    """What it says there: `file`, `folder`, `link` (a file that holds a path), `elsewhere` (a folder of
    another repository, which is not read)."""


class BytesCall(RepositoryCall):
    """A request whose answer is the bytes of a file."""

    checksum: Literal["git_blob", "none"] = "none"
    """`git_blob`: the id is the SHA-1 that Git gives the bytes; others than those are requested again."""


class RestFilesRead(FileWords, ReadStrategy, kind=SourceKind.REST, door="repository"):
    """CSV or JSON-lines files in a repository behind a web API.

    `path` is one in the repository, and may hold a glob: `in/*.csv`. Files of a glob are read by name.
    """

    strategy: Literal["rest_files"]
    path_extra: Identifier | None = None
    """Connection extra with another `path`."""
    slots: dict[Identifier, str] = Field(default_factory=dict)
    """Values of slots in the requests, instead of the connection's extras."""
    head: HeadCall
    """Finds the version."""
    tree: TreeCall
    """Lists a folder."""
    file: BytesCall
    """Reads a file: `{path}`, each of its segments encoded, `{id}`, and `{head}`."""
    link: BytesCall
    """Reads the path that a link holds: `{id}`."""
    rate_class: str = "default"
    """Which of `rest.rate_limits` counts its requests."""

    @property
    def calls(self) -> Mapping[str, tuple[RepositoryCall, frozenset[str]]]:
        """Give its requests and the slots that each fills, by key."""
        return {
            "head": (self.head, frozenset()),
            "tree": (self.tree, frozenset({ID})),
            "file": (self.file, frozenset({HEAD, ID, PATH})),
            "link": (self.link, frozenset({ID})),
        }

    @model_validator(mode="after")
    def _check_age(self) -> Self:
        if self.min_age_s:
            raise wrong_key("read.min_age_s", "0, since a version of a repository is never half written",
                            str(self.min_age_s))  # fmt: skip
        return self
