"""The answers: a list with its filters, order, pages and fields, or one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox.callrail.config import MOST_PER_PAGE, USUAL_PER_PAGE, CallRailConfig
from sandbox.callrail.errors import ApiError, forms_off, not_found
from sandbox.callrail.keys import Access
from sandbox.callrail.kinds import Kind
from sandbox.callrail.store import Fields, Record, Store
from sandbox.callrail.windows import oldest_ms, read_span
from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response, json_response

_ANSWER_STATUS: dict[str, Callable[[Fields], bool]] = {
    "answered": lambda call: call["answered"] and not call["voicemail"],
    "missed": lambda call: not call["answered"] or call["voicemail"],
    "voicemail": lambda call: call["voicemail"],
}


@dataclass
class Reader:
    """What every list and object is answered from."""

    config: CallRailConfig
    store: Store
    clock: SandboxClock

    def answer_list(self, request: Request, kind: Kind, account: str | None, access: Access) -> Response:
        """One page of a list.

        Raises:
            ApiError: The feature is off, or a parameter is wrong.
        """
        if kind.name == "form_submissions" and account is not None and not self.store.has_forms(account):
            raise forms_off()
        found = _sorted(self._find(request, kind, account, access), kind, request)
        per_page = min(MOST_PER_PAGE, _read_number(request, "per_page", USUAL_PER_PAGE))
        is_relative = kind.name == "calls" and self.config.offers_relative
        if is_relative and request.param("relative_pagination") == "true":
            return self._relative_page(request, kind, found, per_page)
        page = _read_number(request, "page", 1)
        total_pages = -(-len(found) // per_page)
        envelope: dict[str, Any] = {"page": page, "per_page": per_page}
        if kind.name in self.config.total_pages_on:
            envelope["total_pages"] = 0 if self.config.zero_total_pages else total_pages
        envelope["total_records"] = len(found)
        envelope[kind.key] = _show_page(found, page - 1, per_page, kind, request)
        if page >= total_pages:
            return json_response(200, envelope)
        link = self._build_link(request, {"page": str(page + 1)})
        return json_response(200, envelope, (b"link", f'<{link}>; rel="next"'.encode()))

    def answer_one(
        self, request: Request, kind: Kind, account: str, record_id: str, access: Access
    ) -> Response:
        """One object.

        Raises:
            ApiError: 404, the account has no such object or the key may not see it.
        """
        record = self.store.records[kind.name].get(record_id)
        if record is None or record.account != account or not access.sees(record):
            raise not_found()
        return json_response(200, show(record, kind, _asked_fields(request)))

    def _find(self, request: Request, kind: Kind, account: str | None, access: Access) -> list[Record]:
        records: Iterable[Record] = self.store.records[kind.name].values()
        if account is not None:
            records = (one for one in records if one.account == account)
        if kind.dated_by is not None:
            now = self.clock.now()
            first, after = read_span(request, self.config, now)
            first, now_ms = max(first, oldest_ms(now)), self.clock.now_ms()
            records = (
                one
                for one in records
                if first <= one.at_ms < after and one.listed_from_ms <= now_ms and not one.is_spam
            )
        keep = _build_filters(request, kind)
        return [one for one in records if access.sees(one) and all(test(one.fields) for test in keep)]

    def _relative_page(self, request: Request, kind: Kind, found: list[Record], per_page: int) -> Response:
        offset = _read_number(request, "offset", 0)
        has_next = (offset + 1) * per_page < len(found)
        envelope: dict[str, Any] = {"per_page": per_page}
        if self.config.relative_counts:
            envelope |= {"page": offset + 1, "total_records": len(found)}
        if has_next:
            own = {"offset": str(offset + 1), "per_page": str(per_page), "relative_pagination": "true"}
            envelope |= {"has_next_page": True, "next_page": self._build_link(request, own)}
        elif self.config.last_next_page is not None:
            envelope["has_next_page"] = False
            if self.config.last_next_page == "null":
                envelope["next_page"] = None
        envelope[kind.key] = _show_page(found, offset, per_page, kind, request)
        return json_response(200, envelope)

    def _build_link(self, request: Request, own: dict[str, str]) -> str:
        """The address of the next page."""
        base = self.config.link_host or f"http://{request.header(b'host')}"
        asked = {name: values[-1] for name, values in request.query.items()}
        by_style = {"all": {**asked, **own}, "paging": own, "offset": {"offset": own.get("offset", "")}}
        query = by_style[self.config.next_page_keeps] if "offset" in own else by_style["all"]
        return f"{base}{request.path}?{urlencode(query)}"


def show(record: Record, kind: Kind, asked: frozenset[str]) -> Fields:
    """What an answer shows of a record: all its usual fields, and the optional ones that were asked for."""
    hidden = kind.optional - asked
    return {name: value for name, value in record.fields.items() if name not in hidden}


def _show_page(found: list[Record], number: int, per_page: int, kind: Kind, request: Request) -> list[Fields]:
    asked = _asked_fields(request)
    return [show(one, kind, asked) for one in found[number * per_page : (number + 1) * per_page]]


def _asked_fields(request: Request) -> frozenset[str]:
    """Names that no record has are taken without a word, like unknown parameters."""
    return frozenset(name.strip() for name in (request.param("fields") or "").split(","))


def _sorted(found: list[Record], kind: Kind, request: Request) -> list[Record]:
    """Newest first, or by what was asked for; ties by id, so that pages fit together."""
    by = request.param("sort") if kind.sorts else None
    if not by:
        return sorted(found, key=lambda one: (one.at_ms, one.id), reverse=kind.dated_by is not None)
    if by not in kind.sorts:
        raise ApiError(400, f"Invalid sort field: {by}")
    order = request.param("order") or "asc"
    if order not in ("asc", "desc"):
        raise ApiError(400, f"Invalid sort order: {order}")

    def rank(one: Record) -> tuple[Any, ...]:
        value = one.at_ms if by in (kind.dated_by, "created_at") else one.fields[by]
        return (value is not None, "" if value is None else value, one.id)

    return sorted(found, key=rank, reverse=order == "desc")


def _build_filters(request: Request, kind: Kind) -> list[Callable[[Fields], bool]]:
    """Tests of the parameters that the list knows; all others have no effect and no error."""
    tests: list[Callable[[Fields], bool]] = []
    if kind.name == "tags" and request.param("tag_level") == "account" and request.param("company_id"):
        raise ApiError(400, "company_id cannot be used together with tag_level=account")
    for param, name in kind.filters.items():
        if wanted := request.param(param):
            tests.append(lambda fields, name=name, wanted=wanted: fields[name] == wanted)  # type: ignore[misc]
    if kind.name == "trackers" and (company := request.param("company_id")):
        tests.append(lambda fields: fields["company"]["id"] == company)
    if kind.name == "users" and (company := request.param("company_id")):
        tests.append(lambda fields: any(one["id"] == company for one in fields["companies"]))
    if kind.name == "calls" and (status := request.param("answer_status")):
        tests.append(_ANSWER_STATUS.get(status, lambda _fields: False))
    if "tags" in kind.optional and (tags := request.query.get("tags[]")):
        tests.append(lambda fields: set(tags) <= set(fields["tags"]))
    if kind.searched and (text := request.param("search")):
        tests.append(lambda fields: any(text.lower() in str(fields[name]).lower() for name in kind.searched))
    return tests


def _read_number(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if text is None:
        return default
    if not text.isdecimal() or (int(text) < 1 and name != "offset"):
        raise ApiError(400, f"Invalid {name}: {text}")
    return int(text)
