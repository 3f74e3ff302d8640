"""Whether the requests of a delta carry the bound that the entity's YAML promises."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_filters import ModifiedFilter
from crm_sync.config.rest_reads import RestListRead
from sandbox.frame.messages import Request

_DAY = timedelta(days=1)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def fits(path: str, pattern: str) -> bool:
    """Tell whether a path is one that a pattern of `read_paths` means.

    Unlike in a fault's pattern a star inside is one part of the path: /a/* is not /a/b/c.
    """
    start = ".*" if pattern.startswith("*") else ""
    rest = re.escape(pattern.removeprefix("*")).replace(r"\*", "[^/]*")
    return re.fullmatch(start + rest, path) is not None


def check_requests(
    entity: EntityConfig, requests: Sequence[Request], since: datetime, until: datetime
) -> None:
    """Fail unless all ask for what changed since then, or together for a trailing window that holds it."""
    read = entity.read
    assert isinstance(read, RestListRead)
    # the source's clock is taken from an answer with a single record, whatever its time
    requests = [one for one in requests if one.param(read.paging.limit_param) != "1"]
    assert requests, "nothing was asked"
    if read.modified_filter is not None:
        for request in requests:
            _check_filter(read.modified_filter, request, since)
    elif read.filters_by_change:
        _check_slots(read, requests, since)
    if read.windows is not None:
        _check_windows(read, ZoneInfo(entity.source_time_zone), requests, since, until)


def _check_filter(asked: ModifiedFilter, request: Request, since: datetime) -> None:
    in_header = asked.place == "header"
    sent = request.header(asked.name.lower().encode()) if in_header else request.param(asked.name)
    assert sent is not None, f"{request.path} was asked without {asked.name}"
    # whole seconds or days, never later than the bound itself
    assert since - (_DAY if asked.format == "date" else timedelta(seconds=1)) < _read(sent, UTC) <= since


def _check_slots(read: RestListRead, requests: Sequence[Request], since: datetime) -> None:
    names = {name for one in read.passes for name, text in one.params.items() if "{since" in text}
    texts = [text for request in requests for name in names if (text := request.param(name))]
    assert texts, "no request has a parameter with a bound"
    for text in texts:
        found = _MOMENT.search(text)
        assert found, f"asked without a bound: {text}"
        assert since - timedelta(seconds=1) < _read(found[0], UTC) <= since


def _check_windows(
    read: RestListRead, zone: ZoneInfo, requests: Sequence[Request], since: datetime, until: datetime
) -> None:
    windows = read.windows
    assert windows is not None
    bounds = [(one.param(windows.from_param), one.param(windows.to_param)) for one in requests]
    spans = [(_read(start, zone), _read(end, zone)) for start, end in bounds if start and end]
    assert len(spans) == len(bounds) or any(not one.windowed for one in read.passes), (
        "a request without bound"
    )
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    back = since - timedelta(seconds=windows.back_s)
    assert back - 40 * _DAY < first <= back, "a delta reads a trailing window: not less, and not everything"
    ahead = until + timedelta(seconds=windows.ahead_s)
    # a last day that is included is written as its midnight
    assert ahead - _DAY <= last <= ahead + 40 * _DAY


def _read(text: str, zone: tzinfo) -> datetime:
    if text.isdecimal():
        number = int(text)
        return datetime.fromtimestamp(number / (1000 if number > 10**11 else 1), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
