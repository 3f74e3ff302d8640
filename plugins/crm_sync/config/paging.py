"""How a list is cut into pages, and what its answers say about that; code: rest/paginators.py."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import override

from crm_sync.config.base import Model, wrong_key

HEADER = "header:"
"""A path that begins so names a header of the answer instead of a place in its body."""


class PageWords(Model):
    """What an answer may say about the end of its list, in every page style; `header:Name` is a path, too.

    Flags are booleans, 1 and 0, or texts of these; numbers may be texts. Anything else in such a place is an
    error. Where they disagree, the one that promises more is followed, and a list that ends before
    `total_path` is reached makes the run `partial`. Behind a full page that only a number calls the last, one
    more is looked at: some numbers count a page, not the list.
    """

    more_path: str = ""
    """Path of a boolean: whether there is a next page."""
    done_path: str = ""
    """Path of a boolean that every answer must have: whether it is the last one."""
    total_path: str = ""
    """Path of the number of all records of the list."""

    @model_validator(mode="after")
    def _check_flags(self) -> Self:
        if self.more_path and self.done_path:
            raise wrong_key("read.paging.done_path", "one of more_path and done_path", "both")
        return self

    @property
    def flag_path(self) -> str:
        """Give the path of the flag, whichever of the two it is."""
        return self.more_path or self.done_path

    @property
    def is_by_pairs(self) -> bool:
        """Tell whether a position has two parts: what a list is ordered by, and then an id."""
        return False


class CursorPaging(PageWords):
    """Pages linked by a token in the answer: `next_path` in the body becomes the query parameter `param`.

    A token that is absent, null, false or an empty text says that the list ends.
    """

    style: Literal["cursor"] = "cursor"
    next_path: str
    """Where an answer has the token of the next page."""
    param: str = ""
    """Query parameter that takes the token; empty: the pass says where it goes, by the slot `{after}`."""
    end_words: tuple[str, ...] = ()
    """Texts at `next_path` that mean the end, such as `null` in a header."""
    limit_param: str = "limit"
    """Empty: the page size can't be chosen; it is also not sent if the pass has the slot `{limit}`."""
    end: Literal["token", "short", "empty"] = "token"
    """What else ends the list where a token is still named: nothing (`token`), a page that is shorter than
    was asked for (`short`), or one without records (`empty`)."""


class OffsetPaging(PageWords):
    """Pages counted from the start: `param` says how many records, or which page.

    `more_path`, `total_pages_path` and `total_path` say whether there is a next page; one of them is enough
    to go on. Where an answer has none of those that are named, `end` decides if it is written down, and
    else the list is read up to an empty page.
    """

    style: Literal["offset"]
    param: str = "offset"
    """Query parameter for the number of the page, or of the records to leave out."""
    limit_param: str = "limit"
    """Query parameter for the page size; empty: the source has no page size to choose."""
    first: int = Field(default=0, ge=0)
    """Value of the first page: 0 for records left out, often 1 for pages."""
    counts: Literal["records", "pages"] = "records"
    """What `param` counts."""
    total_pages_path: str = ""
    """Path of the number of all pages; 0 says nothing."""
    end: Literal["short", "empty"] = "short"
    """What the last page looks like: `short` has fewer records than were asked for and than the longest page
    before it had; `empty` where pages in the middle may be shorter than others."""


class LinkPaging(PageWords):
    """Pages linked by an address at `next_path`, whole or a path: followed below the connection's base URL.

    A link that is absent, null, false or an empty text says that the list ends. One behind a page that
    `more_path` calls the last is followed once and believed where it brings something new.
    """

    style: Literal["link"]
    next_path: str
    """Where an answer has the address of the next page."""
    end_words: tuple[str, ...] = ()
    """Texts there that mean the end."""
    limit_param: str = "limit"
    """Query parameter for the page size; empty: the source has no page size to choose."""
    end: Literal["token", "short", "empty"] = "token"
    """What else ends the list where a link is still named: nothing (`token`), a page that is shorter than
    was asked for (`short`), or one without records (`empty`)."""


class KeysetPaging(PageWords):
    """Pages by id: `param` is the last record's id, and the source gives those behind it, lowest first.

    Where that is not the source's own order, the pass asks for it in `params`. Ids that don't rise are an
    error. With `by_path`, the place of a record is a pair: what is there, then its id.
    """

    style: Literal["keyset"]
    param: str = ""
    """Query parameter that takes the last record's id; empty: the pass has the slot `{after}` for it."""
    id_path: str = "id"
    """Where a record has its id."""
    ids: Literal["text", "number", "any"] = "text"
    """How the source orders ids; ids that are numbers in JSON are always compared as numbers. `any`: it has
    an order of its own, such as without regard to case or the newest first, and gives what comes behind the
    last record in that; then the order of ids is not checked."""
    by_path: str = ""
    """Where a record has what the list is ordered by before the id, such as its modified time; the pass has
    the slot `{at}` for it, beside `{after}`. Empty: the list is ordered by the id alone."""
    next_path: str = ""
    """Where an answer may name the address of the next page, which is then followed as a link is."""
    limit_param: str = "limit"
    """Query parameter for the page size; empty: the source has no page size to choose."""
    end: Literal["short", "empty"] = "empty"
    """What the last page looks like; `short` is as for offsets, and saves a request on lists of several
    pages."""

    @property
    @override
    def is_by_pairs(self) -> bool:
        """Tell whether it has both."""
        return bool(self.by_path)


Paging = Annotated[CursorPaging | OffsetPaging | LinkPaging | KeysetPaging, Field(discriminator="style")]
