"""The configured CRMs, read once and again only when a file of theirs has changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crm_sync.config.loader import list_sources, load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.exceptions import ConfigError

log = logging.getLogger(__name__)

_Marks = tuple[tuple[str, int, int], ...]
"""Name, time and size of each file."""


@dataclass(frozen=True)
class Configured:
    """What the YAML says: CRMs by name, and a sentence for each one that can't be read."""

    sources: Mapping[str, SourceConfig]
    faults: Mapping[str, str]

    def find_entity(self, crm_source: str, sync_type: str) -> tuple[SourceConfig, EntityConfig] | None:
        """Give an entity with its CRM; None: there is no such entity."""
        source = self.sources.get(crm_source)
        entity = None if source is None else source.entities.get(sync_type)
        return None if source is None or entity is None else (source, entity)


@dataclass
class ConfiguredReader:
    """Reads the folder with one folder per CRM; all threads share what it has read.

    Args:
        find_folder: gives that folder.
        pause_s: least seconds between two looks at the files; one answer asks for them several times.
    """

    find_folder: Callable[[], Path]
    pause_s: float = 1.0
    _looked_at: float = field(default=0.0, init=False)
    _mutex: threading.Lock = field(default_factory=threading.Lock, init=False)
    _known: tuple[Path, _Marks, Configured] | None = field(default=None, init=False)

    def read(self) -> Configured:
        """Give what the files say at this moment."""
        with self._mutex:
            if self._known is not None and time.monotonic() - self._looked_at < self.pause_s:
                return self._known[2]
            folder = self.find_folder()
            marks = _mark_files(folder)
            self._looked_at = time.monotonic()
            if self._known is None or self._known[:2] != (folder, marks):
                self._known = (folder, marks, _load(folder))
            return self._known[2]


def _mark_files(folder: Path) -> _Marks:
    marks = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*/*.yaml")]):
        facts = path.stat()
        marks.append((path.relative_to(folder).as_posix(), facts.st_mtime_ns, facts.st_size))
    return tuple(marks)


def _load(folder: Path) -> Configured:
    sources: dict[str, SourceConfig] = {}
    faults: dict[str, str] = {}
    for name in list_sources(folder):
        try:
            sources[name] = load_source(folder, name)
        except ConfigError as error:
            log.warning("The page leaves out %s: %s", name, error)
            faults[name] = f"{error}."
    return Configured(sources, faults)
