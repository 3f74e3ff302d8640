"""Where a list ends: what its answers say, what came, and what is left open when these disagree."""

from __future__ import annotations

from crm_sync.config.paging import KeysetPaging, OffsetPaging, Paging
from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.keysets import is_before, read_link_token, read_places, refuse_order, show_token
from crm_sync.rest.paginators import Records, Said
from crm_sync.sources.rest.following import Following, may_be_cut
from crm_sync.sources.rest.list_totals import ListTotals, compare
from crm_sync.sources.rest.page_gaps import PageGaps

_IDLE_FOR_A_TOTAL = 3
"""Pages in a row without anything new that are followed because the total says that there is more."""
_PARTIAL_CONTENT = 206


class ListEnds:
    """Follows one walk through a list, page by page in order, and tells where it ends.

    Args:
        paging: page style and words.
        page_size: records asked for.
        token: where the walk begins.
        read: records read before that; None: not known.
        may_repeat: the list ends by sending a page again.
    """

    def __init__(
        self,
        paging: Paging,
        page_size: int,
        *,
        token: str | None,
        read: int | None = None,
        may_repeat: bool = False,
    ) -> None:
        self._may_repeat = may_repeat
        self.is_doubtful = token is not None
        """The next page would be no ordinary end if it came empty."""
        self._paging = paging
        self._page_size = page_size
        self._longest = 0
        self._pages = 0
        self._is_resumed = token is not None
        self._idle = 0
        self._excess_pages: tuple[int, int] | None = None
        self._is_repeat = False
        self._ids: set[str] | None = None if token is not None else set()
        self._totals = ListTotals(paging, page_size, token=token, read=read)
        self.gaps = PageGaps(paging, page_size, may_repeat=may_repeat)

    def judge(self, said: Said, token: str | None, records: Records, *, is_repeated: bool) -> Following:
        """Tell what follows a page, before it is noted.

        Args:
            said: by its answer.
            token: its own.
            records: in it.
            is_repeated: it is equal to the page before.

        Raises:
            UnexpectedResponseError: the answer promises more and gives nothing to ask for it with.
            PaginationLoopError: it brings nothing new and leads nowhere.
        """
        if isinstance(self._paging, OffsetPaging):
            came = 0 if is_repeated else len(records)
            return self._judge_offset(self._paging, said, token, records, came)
        if isinstance(self._paging, KeysetPaging):
            self._check_overlap(self._paging, token, records)
            return self._judge_keyset(self._paging, said, records, token)
        if said.more and said.following is None:
            raise UnexpectedResponseError(
                f"'{self._paging.flag_path}' says that more follows, and '{self._paging.next_path}' names no "
                "next page"
            )
        end = self._paging.end
        if end != "token" and not said.more and not self._is_open(end, len(records), is_repeated=False):
            return Following(None)
        return Following(said.following, is_beyond=said.following is not None and said.more is False)

    def note(self, said: Said, records: Records, *, is_promised: bool, is_repeated: bool) -> None:
        """Note a page that was judged."""
        count = len(records)
        is_as_long = 0 < self._longest <= count
        self.is_doubtful = is_promised or may_be_cut(count, self._page_size) or is_as_long
        self._longest = max(self._longest, count)
        self._pages += 1
        self._idle = self._idle + 1 if is_repeated or not records else 0
        self._is_repeat = is_repeated
        self._totals.note(said, records, is_repeated=is_repeated)
        if isinstance(self._paging, KeysetPaging) and records:
            self._ids = set(map(str, read_places(self._paging, records)))

    def describe_lack(self, status: int, said: Said) -> str | None:
        """Say what is missing if the list ends with the page noted last; None: nothing that is known of."""
        if (lack := self._totals.describe_lack(said)) is not None:
            return lack
        if self._excess_pages is not None and not self.knows_total:
            told, came = self._excess_pages
            return f"the answer says that the last page is number {told}, and number {came} has records"
        if self._ends_on_repeat and may_be_cut(self._longest, self._page_size):
            return "the last page repeats the one before it, so the requested page is not known"
        if status == _PARTIAL_CONTENT and not (self.knows_total or said.more is False):
            return "the last answer has status 206 (partial content), and nothing says that it was the end"
        return None

    @property
    def _ends_on_repeat(self) -> bool:
        return self._is_repeat and not self._may_repeat and isinstance(self._paging, OffsetPaging)

    def describe_rest(self, said: Said, records: int) -> str | None:
        """Say what the answer of a list without pages leaves open; None: nothing."""
        if said.total is not None and records < said.total:
            return compare(self._paging, said.total, records)
        is_linked = not isinstance(self._paging, OffsetPaging | KeysetPaging) and said.following is not None
        if said.more or (said.pages or 0) > 1 or (is_linked and said.more is not False):
            return "the answer says that another page follows, but the pass has `paged: false`"
        return None

    @property
    def read(self) -> int | None:
        """Records of the list so far; a page that was sent again counts once. None: not known."""
        return self._totals.read

    def describe_excess(self) -> str | None:
        """Say that more records came than any total says; None: no."""
        return self._totals.describe_excess()

    @property
    def knows_total(self) -> bool:
        """Tell whether an answer named a total, by which a lack shows."""
        return self._totals.are_known

    @property
    def is_idle(self) -> bool:
        """Tell whether the page noted last brought nothing new."""
        return self._idle > 0

    def _judge_offset(
        self, paging: OffsetPaging, said: Said, token: str | None, records: Records, came: int
    ) -> Following:
        count, is_empty = len(records), not records
        done = (paging.first if token is None else int(token)) - paging.first
        words = [] if said.more is None else [said.more]
        if said.pages and paging.counts == "pages":
            words.append(done + 1 < said.pages)
            if came and done + 1 > said.pages and said.more is None and not self._may_repeat:
                self._excess_pages = said.pages, done + 1
        promised, total_says = any(words), self._totals.say_more(said, done, came)
        if total_says is not None:
            words.append(total_says)
        if promised and is_empty and paging.counts == "records":
            raise UnexpectedResponseError(
                f"'{paging.flag_path}' says that more follows, but the page at '{paging.param or '{after}'}' "
                f"{paging.first + done} is empty"
            )
        if promised:
            return Following(said.following, is_promised=True)
        is_reached = total_says is False and came > 0
        if is_reached and (self._are_pages_left(said) or self._totals.count_repeats(records)):
            # records that came twice made the total up, or it says another end than the number of pages
            # does: only an empty page is the end
            return Following(said.following)
        if total_says:
            is_over = is_empty or (not came and self._idle >= _IDLE_FOR_A_TOTAL)
            return Following(None if is_over else said.following, is_promised=True)
        if words and count > came and not self._may_repeat:
            raise PaginationLoopError("the source sent the same page twice in a row, the second as the last")
        if words:
            return self._look_beyond(said, came)
        is_open = self._is_open(self._choose_end(paging), count, is_repeated=count > came)
        return Following(said.following if is_open else None)

    def _are_pages_left(self, said: Said) -> bool:
        """Tell whether fewer pages came than the answer says there are; of a resumed walk it is not known."""
        return not self._is_resumed and self._pages + 1 < (said.pages or 0)

    def _judge_keyset(
        self, paging: KeysetPaging, said: Said, records: Records, token: str | None
    ) -> Following:
        if said.is_linked:
            return Following(said.following, is_promised=True)
        if not records:
            if said.more:
                raise UnexpectedResponseError(
                    f"'{paging.flag_path}' says that more follows, but the page after {show_token(token)} is "
                    "empty"
                )
            return Following(None)
        total_says = self._totals.say_more(said, 0, len(records))
        words = [one for one in (said.more, total_says) if one is not None]
        # links lead through as many records as were asked for, and the last of them may be short
        is_linked = read_link_token(paging, token) is not None
        is_open = is_linked or self._is_open(paging.end, len(records), is_repeated=False)
        if not (any(words) if words else is_open):
            return self._look_beyond(said, len(records)) if words else Following(None)
        if said.following is None and not read_places(paging, records):
            named = " and an ".join(f"'{path}'" for path in (paging.by_path, paging.id_path) if path)
            raise UnexpectedResponseError(
                f"no record of a page has an {named}, so the next page can't be requested"
            )
        if said.following is None:
            raise PaginationLoopError(
                f"the source sent no record after {show_token(token)}, only earlier ones again: "
                f"it has to honour '{paging.param or '{after}'}'"
            )
        return Following(said.following, is_promised=any(words))

    def _look_beyond(self, said: Said, came: int) -> Following:
        """Give what follows a page that the answer's words call the last.

        A number may tell less than all there is, such as the records of this page alone: behind a page of a
        length at which lists are cut, one more is looked at. A flag is believed, and what is behind a page
        that no number counts is left.
        """
        is_told = said.more is not None or self._may_repeat or self._excess_pages is not None
        following = said.following if may_be_cut(came, self._page_size) and not is_told else None
        return Following(following, is_beyond=following is not None)

    def _is_open(self, end: str, records: int, *, is_repeated: bool) -> bool:
        """Tell by its length whether a page may have one after it.

        The first page of all can't be told from the largest that the source gives, whatever was asked for.
        """
        if end == "empty" or not records:
            return records > 0
        return records >= (self._page_size if is_repeated else min(self._page_size, self._longest))

    def _choose_end(self, paging: OffsetPaging) -> str:
        # words that are named and say nothing leave only an empty page as an end, unless YAML tells another
        is_named = paging.flag_path or paging.total_path or paging.total_pages_path
        return "empty" if is_named and "end" not in paging.model_fields_set else paging.end

    def _check_overlap(self, paging: KeysetPaging, token: str | None, records: Records) -> None:
        """Let a page begin with records of the one before, and with no others that lie before its token."""
        if token is None or self._ids is None or read_link_token(paging, token) is not None:
            return
        for found in read_places(paging, records):
            if is_before(paging, found, token) and str(found) not in self._ids:
                raise refuse_order(paging, found, token)
