"""Files of a repository as a source: those of one version, read as files of a folder are.

A version that the previous run read costs one request; in another one, a file with a known id is not fetched.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_files import RestFilesRead
from crm_sync.exceptions import QuotaExhaustedError, SourceError
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Page, ReadRequest, name_error
from crm_sync.sources.files.fingerprint import read_memory
from crm_sync.sources.files.source import FileSource
from crm_sync.sources.files.store import FileFacts
from crm_sync.sources.repository.calls import RepositoryCalls
from crm_sync.sources.repository.store import RepositoryStore


class RepositorySource(FileSource):
    """One entity in files of a repository.

    Args:
        client: of the account.
        entity: with the strategy `rest_files`.
        paths: pieces of paths by placeholder.
    """

    def __init__(self, client: RestClient, entity: EntityConfig, paths: Mapping[str, str]) -> None:
        settled, read = _settle(entity, client.extras)
        self._client = client
        self._repository = RepositoryStore(RepositoryCalls(client, read, paths))
        super().__init__(settled, self._repository)

    @property
    @override
    def notes(self) -> list[str]:
        """After `read_pages`: oddities of the files, and of the source's answers."""
        return [*super().notes, *self._client.notes]

    def look(self) -> tuple[str, str, list[FileFacts]]:
        """Give the path that is read, the version, and its files.

        Raises:
            SourceError: there are none, or they may not be read.
            ConfigError: the connection does not name the repository.
        """
        files = self._repository.list(self._read.path)
        return self._read.path, self._repository.head.version, files

    @override
    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Any]) -> Generator[Page, None, None]:
        """Read the files of one version; see `FileSource.read_pages`."""
        must_read = request.must_read or self._read.unchanged == "read"
        known = {} if must_read else read_memory(request.previous, self._entity)
        head = request.previous.get("head")
        self._repository.recall(known, head if isinstance(head, Mapping) else {})
        try:
            yield from super().read_pages(request, cursors)
        except QuotaExhaustedError as error:
            self.incomplete_reason = str(error)
        except SourceError as error:
            name_error(error, self._entity)
            raise

    @override
    def describe(self) -> dict[str, Any]:
        """Give what the next run compares with; call it after the pages."""
        return {**super().describe(), "head": self._repository.describe()}

    @override
    def metrics(self) -> dict[str, float]:
        """Give the client's figures."""
        return self._client.stats.to_metrics()


def _settle(entity: EntityConfig, extras: Mapping[str, str]) -> tuple[EntityConfig, RestFilesRead]:
    """Fill in what the connection says of the place, so that another place is another configuration."""
    read = entity.read
    if not isinstance(read, RestFilesRead):
        raise TypeError(f"{entity.sync_type} is not read by rest_files")
    path = extras.get(read.path_extra or "") or read.path
    settled = read.model_copy(update={"path": path, "slots": {**extras, **read.slots}})
    return entity.model_copy(update={"read": settled}), settled
