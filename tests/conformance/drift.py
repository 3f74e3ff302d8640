"""A record that is deleted between two numbered pages, so that one behind it moves to the page before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import OffsetPaging, RestListRead
from sandbox.frame.messages import Request, Response
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key
from tests.conformance.rest_bounds import fits


class PageDrift:
    """Deletes a record of a list's first page just before its second page is answered.

    Args:
        account: over a fake that is served.
        entity: with numbered pages.
        times: how often it does so; a list that is walked again loses another one then.
    """

    def __init__(self, account: RestAccount, entity: EntityConfig, *, times: int = 1) -> None:
        read = entity.read
        assert isinstance(read, RestListRead)
        paging = read.passes[0].paging or read.paging
        assert isinstance(paging, OffsetPaging)
        self.removed: list[Key] = []
        """Keys of the rows whose records were deleted."""
        self._account, self._entity, self._paging, self._times = account, entity, paging, times
        self._paths = account.read_paths(entity)
        self._first: list[dict[str, Any]] = []
        self._second = ""
        self._list: object = None
        self._answer: Callable[[Request], Response] = account.fake.answer
        account.fake.answer = self._answer_and_delete

    def _answer_and_delete(self, request: Request) -> Response:
        paging = self._paging
        if (
            not any(fits(request.path, one) for one in self._paths)
            or request.param(paging.limit_param) == "1"
        ):
            return self._answer(request)
        number = request.param(paging.param)
        asked = request.path, {name: sent for name, sent in request.query.items() if name != paging.param}
        if number == self._second and asked == self._list and self._times > 0 and self._first:
            self._times -= 1
            one = self._first.pop()["id"]
            (key,) = (key for key in self._account.expected(self._entity).rows if str(key[0]) == str(one))
            self._account.fake.changes.remove(self._entity.sync_type, one)
            self.removed.append(key)
        response = self._answer(request)
        if number == str(paging.first) and response.status == 200:
            payload = msgspec.json.decode(response.body)
            self._first, self._list = list(self._account.find_records(self._entity, payload)), asked
            self._second = str(paging.first + (1 if paging.counts == "pages" else len(self._first)))
        return response
