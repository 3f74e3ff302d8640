"""The door to a folder of sources: it leads from an open connection to sources and to checks of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Self, TypeVar

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from crm_sync.sources.told_fields import ToldFields

C = TypeVar("C")


class Door(ABC, Generic[C]):
    """Way into the sources of one folder; `Door` in its `door.py` is a subclass that lacks none of these.

    A look asks as a read does, so that what it says to the user is the error that a read would raise. It
    takes one record at most, which is thrown away, and writes nothing.

    Args:
        source: the CRM.
        connection: a REST client, a file store, a database: what the hook opens for the CRM's kind.
    """

    def __init__(self, source: SourceConfig, connection: C) -> None:
        self.source, self.connection = source, connection

    @property
    @abstractmethod
    def address(self) -> str:
        """Scheme, host and port, where it leads to one; nothing that could be secret."""

    @abstractmethod
    def in_haste(self) -> Self:
        """Give the same door without long repetitions and pauses, since somebody waits for the answer."""

    @abstractmethod
    def probe_key(self) -> str | None:
        """Try out the key itself, if the CRM has an endpoint that proves it.

        Returns:
            A sentence; None if only the entities can prove it.

        Raises:
            SourceError: the key is refused, or the host does not answer.
        """

    @abstractmethod
    def probe(self, entity: EntityConfig) -> str:
        """Try out one entity.

        Returns:
            A sentence about what may be read.

        Raises:
            SourceError: it may not or can't be read; the message names the right, where the source does.
            ConfigError: the connection or the YAML does not fit.
        """

    @abstractmethod
    def open(self, entity: EntityConfig) -> Source:
        """Give the source of one entity."""

    def list_fields(self, entity: EntityConfig) -> ToldFields | None:  # noqa: ARG002  # most can't be asked
        """Ask the account which fields an entity has beside those of its YAML.

        Returns:
            None: it can't be asked, so only records can tell.

        Raises:
            SourceError: it does not answer.
            ConfigError: the connection or the YAML does not fit.
        """
        return None
