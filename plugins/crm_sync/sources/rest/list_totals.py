"""Compares the records that came with the totals that a list's answers name."""

from __future__ import annotations

from crm_sync.config.paging import KeysetPaging, OffsetPaging, Paging
from crm_sync.rest.paginators import Records, Said
from crm_sync.sources.rest.different_records import DifferentRecords


class ListTotals:
    """Counts the records of one walk through a list, and notes its totals.

    Args:
        paging: page style and words.
        page_size: records asked for.
        token: where the walk begins.
        read: records read before that; None: not known.
    """

    def __init__(self, paging: Paging, page_size: int, *, token: str | None, read: int | None) -> None:
        self.read: int | None = 0 if token is None else read
        """Records of the list so far; a page that was sent again counts once."""
        if token is not None and isinstance(paging, OffsetPaging) and paging.counts == "records":
            self.read = int(token) - paging.first
        self._paging = paging
        self._page_size = page_size
        self._bounds: tuple[int, int] | None = None
        self._last: Records = ()
        self._different = DifferentRecords()

    @property
    def are_known(self) -> bool:
        """Say whether an answer named a total."""
        return self._bounds is not None

    def note(self, said: Said, records: Records, *, is_repeated: bool) -> None:
        """Note a page that was judged."""
        if isinstance(self._paging, OffsetPaging) and said.total is not None and not is_repeated:
            self._different.add(records)
        if self.read is not None:
            self.read += 0 if is_repeated else len(records) - self._count_overlap(records)
        if said.total is not None:
            least, most = self._bounds or (said.total, said.total)
            self._bounds = min(least, said.total), max(most, said.total)
        self._last = records or self._last

    def count_repeats(self, records: Records = ()) -> int:
        """Count the records that came more than once, those of a page that is not noted yet among them."""
        return self._different.count_repeats(records)

    def say_more(self, said: Said, done: int, came: int) -> bool | None:
        """Tell whether the total says that more follows; None: it says nothing, or more came already.

        Args:
            said: by the page's answer.
            done: pages or records before it, as the style counts them.
            came: records that the page brought.
        """
        if said.total is None:
            return None
        paging, read = self._paging, self.read
        if read is None:  # resumed, and nobody noted how many came before
            read = done * self._page_size
        elif isinstance(paging, OffsetPaging) and paging.counts == "records":
            read = done
        read += came
        return read < said.total if read <= said.total else None

    def describe_lack(self, said: Said) -> str | None:
        """Say what is missing if the list ends with the page noted last; None: nothing that a total tells.

        The total is the least that an answer named: records may come and go while a list is read. In numbered
        pages the last one counts, too: what comes at the end of the list is read with it, and what comes at
        its front moves another record to the next page, where that is seen again.
        """
        if self._bounds is None or self.read is None:
            return None
        # a record that came again does not make up for another one
        repeats, total = self._different.count_repeats(), self._bounds[0]
        if isinstance(self._paging, OffsetPaging) and said.total is not None:
            total = max(total, said.total - repeats)
        read = self.read - repeats
        return compare(self._paging, total, read) if read < total else None

    def describe_excess(self) -> str | None:
        """Say that more records came than any total says; None: no. With keysets, a total counts the rest."""
        if self._bounds is None or self.read is None or isinstance(self._paging, KeysetPaging):
            return None
        return compare(self._paging, self._bounds[1], self.read) if self.read > self._bounds[1] else None

    def _count_overlap(self, records: Records) -> int:
        """Count what a page brings of the one before; numbered pages overlap where their total grows, too."""
        if self._bounds is None or isinstance(self._paging, OffsetPaging):
            return 0
        is_overlapping = bool(records) and records[0] in self._last
        return sum(record in self._last for record in records) if is_overlapping else 0


def compare(paging: Paging, total: int, read: int) -> str:
    """Say both numbers."""
    return f"'{paging.total_path}' says that there are {total:,} records, and {read:,} came"
