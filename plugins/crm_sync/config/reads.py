"""How an entity is read: one model for each strategy, which names its folder of sources."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from crm_sync.config.base import Model
from crm_sync.config.file_words import FileWords
from crm_sync.constants import SourceKind


class ReadStrategy(Model):
    """Base of all strategies; a subclass says in its head what it is read through and where its code is.

    `class FilesRead(FileWords, ReadStrategy, kind=SourceKind.FILES, door="files")` is read through files by
    `sources/files/door.py`. A subclass without the two can't be made, so that none is half registered.
    """

    kind: ClassVar[SourceKind]
    """The `kind` that the CRM has to be of."""
    door: ClassVar[str]
    """Folder of sources/ whose door opens it."""
    strategy: str

    def __init_subclass__(cls, *, kind: SourceKind, door: str, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.kind, cls.door = kind, door

    @property
    def has_flat_records(self) -> bool:
        """Tell whether a record is one level of columns, whose names may have dots, and holds no objects."""
        return False


class FilesRead(FileWords, ReadStrategy, kind=SourceKind.FILES, door="files"):
    """CSV or JSON-lines files below the base path or URL of the connection."""

    strategy: Literal["files"]
