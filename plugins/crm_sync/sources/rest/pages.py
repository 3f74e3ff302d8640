"""The pages of one part as the source sends them; `page_walks.py` walks from one to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from crm_sync.config.paging import CursorPaging, KeysetPaging, LinkPaging, OffsetPaging, Paging
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.failure_words import expect_records_at
from crm_sync.rest.links import Target
from crm_sync.rest.loop_guard import LoopGuard, ask_past_empty
from crm_sync.rest.messages import Answer, Request, Watch, find_list, tell_arrival
from crm_sync.rest.paginators import Paginator, Said, build_paginator
from crm_sync.rest.waits import never
from crm_sync.sources.base import Record
from crm_sync.sources.rest.answers import add_headers, build_reader, list_header_paths
from crm_sync.sources.rest.early_words import EarlyWords
from crm_sync.sources.rest.list_ends import ListEnds
from crm_sync.sources.rest.page_gaps import find_more_flag
from crm_sync.sources.rest.page_requests import PageTemplates, leave_to_slots
from crm_sync.sources.rest.part import Part
from crm_sync.untyped import Json


@dataclass(frozen=True)
class ListPage:
    """One page as the source sent it."""

    records: list[Record]
    said: Said
    """What its answer says about the next one."""
    calls: int
    answer: Answer
    """With a status that the part accepts and no records, if it was one."""
    following: str | None = None
    """Token of the page after it; None: it is the last."""
    is_beyond: bool = False
    """Its answer said that it is the last, and one after it can be asked for all the same."""
    read: int | None = None
    """Records of the walk up to here; None: not known."""
    lack: str | None = None
    """The known gap if the list ends here."""
    excess: str | None = None
    """How much more came than the answers promised."""
    gap: str | None = None
    """What the page itself does not show, whatever comes after it."""


class PageReader:
    """Asks for pages of one part.

    Args:
        client: of the account.
        part: what its pages share.
        paging: page style.
        page_size: records asked for.
        cancelled: true once the caller wants no page of it any more.
        arrived: called when an answer is there whole, before it is decoded; None: nobody asks.
    """

    def __init__(
        self,
        client: RestClient,
        part: Part,
        paging: Paging,
        page_size: int,
        *,
        cancelled: Callable[[], bool] = never,
        arrived: Callable[[], object] | None = None,
    ) -> None:
        self._client = client
        self._cancelled = cancelled
        self._arrived = arrived
        self._part = part
        self._paging = paging
        self._url_paging = leave_to_slots(part.one, paging)
        self._word_paths = list_header_paths(paging)
        self._page_size = page_size
        rows = part.answer.rows
        self._repeats_names = rows is not None and rows.repeats_names
        self._templates = PageTemplates(part, paging, page_size)
        # the row of names counts as one
        self._first_templates = PageTemplates(part, paging, page_size + self._repeats_names)
        self._check = expect_records_at(*part.record_paths)
        how = (part.answer, part.record_paths, part.keys, part.types, part.formats)
        self._read_answer = build_reader(*how)
        self._read_first = build_reader(*how, is_first=True) if self._repeats_names else self._read_answer
        self._early = EarlyWords(part.answer, paging, part.record_paths, page_size)
        self._known_words: tuple[str, Paginator] | None = None

    @property
    def _words(self) -> Paginator:
        # which host the data is on may be known only once the first request got its token
        base_url = getattr(self._client, "base_url", "")
        if self._known_words is None or self._known_words[0] != base_url:
            secrets: frozenset[str] = getattr(self._client, "auth_params", frozenset())
            words = build_paginator(
                self._url_paging, base_url=base_url, path=self._part.path, secrets=secrets
            )
            self._known_words = base_url, words
        return self._known_words[1]

    def read(
        self, token: str | None, cancelled: Callable[[], bool] = never, watch: Watch | None = None
    ) -> ListPage:
        """Read one page; an empty one that promises a next one is asked for again first."""
        page, calls = ask_past_empty(
            lambda: self._read_once(token, cancelled, watch),
            lambda page: not page.records and self._promises(page.said, token),
        )
        return replace(page, calls=calls)

    def find_next(self, answer: Answer, token: str | None) -> str | None:
        """Give the token of the page after one that is not decoded yet; None: only all of it tells.

        Args:
            answer: of the page.
            token: its own.
        """
        return self._early.find_next(self._words, answer, token) if self._part.one.paged else None

    def begin_walk(self, token: str | None, read: int | None, *, may_repeat: bool) -> ListEnds:
        """Give the object that judges the end of a walk from a token on."""
        return ListEnds(self._paging, self._page_size, token=token, read=read, may_repeat=may_repeat)

    def confirm(
        self,
        page: ListPage,
        token: str | None,
        ends: ListEnds,
        guard: LoopGuard,
        cancelled: Callable[[], bool],
    ) -> ListPage:
        """Find out what follows a page; one that is no ordinary end, or the one before, is asked for again.

        Args:
            page: as it came.
            token: its own.
            ends: of the walk.
            guard: of the walk; it has noted the page before.
            cancelled: true once nobody wants the page any more.
        """
        if not 200 <= page.answer.status < 300:
            return page
        if not self._part.one.paged:
            where = (page.answer.data, self._part.record_paths, page.records)
            gap = ends.gaps.look(*where, is_again=False, is_inner=False)
            rest = ends.describe_rest(page.said, len(page.records))
            is_told = page.said.more is False or ends.knows_total or page.said.total is not None
            return replace(page, lack=rest or (None if is_told else find_more_flag(*where[:2])), gap=gap)
        is_odd = guard.is_repeated(page.records) and not (ends.is_idle or guard.may_repeat)
        if is_odd and not isinstance(self._paging, KeysetPaging):
            page = self._read_again(page, token, cancelled)
        is_repeated = guard.is_repeated(page.records)
        next_page = ends.judge(page.said, token, page.records, is_repeated=is_repeated)
        if ends.is_doubtful and next_page.following is None and not page.records:
            page = self._read_again(page, token, cancelled)
            is_repeated = guard.is_repeated(page.records)
            next_page = ends.judge(page.said, token, page.records, is_repeated=is_repeated)
        ends.note(page.said, page.records, is_promised=next_page.is_promised, is_repeated=is_repeated)
        is_told = next_page.following is not None or page.said.more is False or ends.knows_total
        return replace(
            page,
            following=next_page.following,
            is_beyond=next_page.is_beyond,
            read=ends.read,
            lack=ends.describe_lack(page.answer.status, page.said)
            or (
                None
                if is_told
                else ends.gaps.look_at_end(page.answer.data, self._part.record_paths, page.records)
            ),
            excess=ends.describe_excess(),
            gap=ends.gaps.look(
                page.answer.data,
                self._part.record_paths,
                page.records,
                is_again=is_repeated,
                is_inner=next_page.following is not None and not ends.knows_total,
            ),
        )

    def _read_again(self, page: ListPage, token: str | None, cancelled: Callable[[], bool]) -> ListPage:
        again = self.read(token, cancelled)
        return replace(again, calls=page.calls + again.calls)

    def is_full(self, page: ListPage) -> bool:
        """Tell whether a page has as many records as were asked for."""
        return len(page.records) >= self._page_size

    def _read_once(self, token: str | None, cancelled: Callable[[], bool], watch: Watch | None) -> ListPage:
        answer = self._send(token, cancelled, watch)
        if not 200 <= answer.status < 300:
            return ListPage([], Said(None), 1, answer)
        records = find_list(answer.data, self._part.record_paths) or []
        data = add_headers(answer, self._word_paths) if self._word_paths else answer.data
        return ListPage(records, self._read_words(data, token, records), 1, answer)

    def _read_words(self, data: Json, token: str | None, records: list[Record]) -> Said:
        if self._part.one.paged:
            return self._words.read(data, token, records)
        try:
            return self._words.read(data, None, records)
        except UnexpectedResponseError:
            return Said(None)  # words of the other passes, which this one need not have

    def _promises(self, said: Said, token: str | None) -> bool:
        """Say whether an answer without records says that more follows."""
        paging = self._paging
        if not self._part.one.paged:
            return False
        if isinstance(paging, CursorPaging | LinkPaging) and paging.end != "token":
            return bool(said.more)
        if not isinstance(paging, OffsetPaging):
            return said.following is not None
        done = (paging.first if token is None else int(token)) - paging.first
        if paging.counts == "records":
            return bool(said.more) or (said.total is not None and done < said.total)
        return bool(said.more) or bool(said.pages and done + 1 < said.pages)

    def _send(self, token: str | None, cancelled: Callable[[], bool], watch: Watch | None) -> Answer:
        part = self._part
        names_too = self._repeats_names and token is None
        templates = self._first_templates if names_too else self._templates
        page = templates.fill(token)
        target = Target(part.path, page.params)
        if part.one.paged:
            target = self._words.build_target(part.path, page.params, token, self._page_size)
        request = Request(
            part.one.method,
            target.path,
            params=target.params,
            query=target.query,
            rate_classes=part.one.rate_classes,
            check=self._check,
            read=self._read_first if token is None else self._read_answer,
            headers=page.headers,
            body=page.body,
            # once records came, neither "nothing changed" nor "no such feature" can be true
            accepts=part.accepts if token is None else frozenset(),
            watch=watch if self._arrived is None else tell_arrival(watch, self._arrived),
        )
        return self._client.send(request, cancelled=lambda: cancelled() or self._cancelled())
