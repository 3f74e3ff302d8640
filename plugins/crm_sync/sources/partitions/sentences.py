"""What is said of a divided list in log and history."""

from __future__ import annotations

from collections.abc import Sequence

from crm_sync.config.partition import PartitionWords
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.sources.partitions.pieces import Piece


class Sentences:
    """Says what is doubtful about a list.

    Args:
        name: of the list.
        words: how it is divided.
    """

    def __init__(self, name: str, words: PartitionWords) -> None:
        self._name, self._words = name, words

    def describe_cap(self, piece: Piece, came: int) -> str:
        """Say that a piece is divided."""
        where = f"{self._name}: {piece.describe(self._words.by)}"
        if came < self._words.cap:
            return f"{where} has {came:,} records, a round number as of a lower cap: it is read in parts."
        return f"{where} reaches the cap of {self._words.cap:,} records."

    def describe_others(self, piece: Piece, came: int, others: int) -> str:
        """Say why a piece that is full of other records is not divided.

        Raises:
            UnexpectedResponseError: the source can't be asked for the beginning of a value at all.
        """
        asked, last = piece.describe(self._words.by), piece.beginnings[-1]
        if last.is_whole and not last.text:
            return (
                f"{self._name}: asked for {asked}, the source gives {came:,} records of any kind, as many as "
                "it ever gives, so there may be more such records that it does not show."
            )
        what = f"{self._name}: asked for {asked}, the source gives {came:,} records"
        what += f", of which {others:,} are others"
        if len(piece.beginnings) == 1:
            raise UnexpectedResponseError(f"{what}: {self._explain_wildcard()}")
        return f"{what}, so this part can't be divided any further."

    def describe_full(self, piece: Piece, came: int) -> str:
        """Say that no field divides a piece."""
        return (
            f"{self._name}: {piece.describe(self._words.by)} has {came:,} records or more, the source never "
            "gives more at once, and no further field divides them."
        )

    def describe_unasked(self, piece: Piece, unasked: Sequence[str]) -> str:
        """Say which values can't be asked for."""
        where = piece.describe(self._words.by)
        signs = " or ".join(unasked)
        return f"{self._name}: in {where}, some values go on with {signs}, which can't be asked for."

    def describe_lost(self, lost: int) -> str:
        """Say that records did not come again."""
        return (
            f"{self._name}: {lost:,} records that an answer at the cap had shown did not come with their "
            "part: they were deleted or changed meanwhile, or the source does not find them."
        )

    def describe_useless(self, whole: int, found: int) -> str:
        """Say that the parts are less than the whole."""
        field = self._words.by[0].name
        what = (
            f"{self._name}: the whole list shows {whole:,} records, and its parts by {field} only {found:,}"
        )
        return f"{what}: {self._explain_wildcard()}"

    def _explain_wildcard(self) -> str:
        words = self._words
        return (
            f"the source does not take '{words.wildcard}' for the rest of a value, so a list of "
            f"{words.cap:,} and more can't be read"
        )
