"""Words around a list by which an answer says that it failed, or is short of records."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from crm_sync.fields.key_paths import split_path
from crm_sync.rest.decoding import make_printable
from crm_sync.rest.messages import ShapeCheck, describe_value, expect_list_at, find_list
from crm_sync.untyped import Json

_REFUSED = r"[45][0-9]{2}"
_FAILURES = {
    **dict.fromkeys(("success", "ok"), "false"),
    "status": rf"error|fail|failed|failure|{_REFUSED}",
    **dict.fromkeys(("statuscode", "httpstatus", "httpcode"), _REFUSED),
    **dict.fromkeys(("timedout", "incomplete", "isincomplete", "incompleteresults"), "true"),
}
"""Keys around a list, as `fold_key` writes them, and the values that say that the answer is none or short."""
_ERRORS = ("error", "errors")
_COMPLAINTS = (
    *_ERRORS,
    "errorcode",
    "errormessage",
    "errormessages",
    "errordescription",
    "exception",
    "fault",
)
"""Keys of an error, as `fold_key` writes them; those beyond `_ERRORS` may be data of a record, too."""
_NO_ERROR = frozenset({"none", "null", "no", "false", "0", "ok", "success"})


def expect_records_at(*paths: str) -> ShapeCheck:
    """Build the check that a body has a list of objects at one of some dotted paths.

    An empty list beside the words of a failure is no list without records.
    """
    expect_list = expect_list_at(*paths)

    def check(data: Json) -> str | None:
        if (fault := expect_list(data)) is not None:
            return fault
        records = find_list(data, paths) or []
        if not records:
            failure = find_failure(data, paths)
            return None if failure is None else f"has no records, but {failure} in it"
        odd = next((record for record in records if not isinstance(record, dict)), records)
        return None if odd is records else f"has {describe_value(odd)} in its list, which is no record"

    return check


def find_failure(data: Json, paths: Iterable[str]) -> str | None:
    """Name what says, in an answer around its list, that it failed; None: nothing does.

    Args:
        data: the decoded body.
        paths: where the list is.
    """
    for path in paths:
        place = data
        for key in (*split_path(path), ""):
            if not isinstance(place, Mapping):
                break
            if (name := find_complaint(place, _COMPLAINTS)) is not None:
                return f"'{name}'"
            for name, value in place.items():
                words = _FAILURES.get(fold_key(name))
                if words is not None and re.fullmatch(words, str(value).strip().lower()):
                    return f"{describe_value(value)} as '{make_printable(name)}'"
            place = place.get(key)
    return None


def find_complaint(data: Json, names: Collection[str] = _ERRORS) -> str | None:
    """Give the key under which an answer mentions an error; None: it does not."""
    for name, said in data.items() if isinstance(data, Mapping) else ():
        if fold_key(name) in names and _is_error(said):
            return make_printable(name)
    return None


def fold_key(name: str) -> str:
    """Give a key without what only its spelling tells apart: `has_more`, `hasMore` and `Has-More` are one."""
    return name.replace("_", "").replace("-", "").lower()


def _is_error(said: Json) -> bool:
    """Tell whether something is told; an object whose values are all empty tells nothing."""
    told = any(said.values()) if isinstance(said, Mapping) else said
    return told not in (None, False, 0, "") and str(told).strip().lower() not in _NO_ERROR and told != []
