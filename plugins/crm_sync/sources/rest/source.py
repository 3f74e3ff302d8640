"""The base of sources over REST: how a read ends (by itself, by a quota, by an error), and its facts."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import QuotaExhaustedError, SourceError
from crm_sync.fields.labels import Labels, settle_labels
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Cursor, Page, ReadRequest, name_error
from crm_sync.sources.pace import Pace
from crm_sync.sources.rest.discovery import FieldPlan, describe_returned
from crm_sync.sources.rest.labels import describe_moves
from crm_sync.storage.rows.sweep_scope import SweepScope


class RestSource:
    """Base of the sources that read through a REST client; a subclass says what its pages are.

    After a read, `notes` has oddities of the source that leave nothing open; `labels` has the fields
    that columns by label are filled from.

    Args:
        client: of the account.
        entity: what is read.
    """

    def __init__(self, client: RestClient, entity: EntityConfig) -> None:
        self.incomplete_reason: str | None = None
        self.notes: list[str] = []
        self.labels: Labels = {}
        self.can_resume = False
        self.is_whole = False
        self.sweep_scope: SweepScope | None = None
        self._client = client
        self._entity = entity

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read all pages; a quota that is used up ends the read early, and a later run goes on from there."""
        self.incomplete_reason, self.can_resume, self.is_whole = None, False, False
        self.notes.clear()
        try:
            yield from self._read(request, cursors)
            self.is_whole = self._was_whole(request)
        except QuotaExhaustedError as error:
            self.incomplete_reason, self.can_resume = str(error), True
        except SourceError as error:
            name_error(error, self._entity)
            raise
        # a test's own client may have none
        self.notes.extend(getattr(self._client, "notes", ()))

    def count(self, request: ReadRequest) -> int | None:
        """See `Source.count`."""
        raise NotImplementedError

    @property
    def pace(self) -> Pace:
        """Give the account's limits."""
        # a test's own client may have none
        limits = (getattr(self._client, name, {}) for name in ("calls_per_s", "calls_per_day"))
        return Pace(*limits)

    def metrics(self) -> dict[str, float]:
        """Give the client's figures."""
        return self._client.stats.to_metrics()

    def close(self) -> None:
        """Do nothing: the client belongs to the caller."""

    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read every page of the request after the cursors."""
        raise NotImplementedError

    def _take_fields(self, plan: FieldPlan, request: ReadRequest) -> None:
        """Read with the fields that the account has, and note what is to be said of them."""
        words = getattr(self._entity.read, "discover", None)
        prefix = words.prefix if words else ""
        absent = request.previous.get("missing_labels", ())
        moves = describe_moves(self._entity, plan.labels, request.earlier_labels, absent, prefix=prefix)
        returned = describe_returned(plan, request.previous.get("missing_fields", ()))
        self.notes += [*plan.notes, *moves, *([returned] if returned else ())]
        self.labels = plan.labels.labels
        self._entity = settle_labels(self._entity, self.labels)

    def _was_whole(self, request: ReadRequest) -> bool:
        """Say whether a read that came to its own end has seen every record of the source."""
        raise NotImplementedError
