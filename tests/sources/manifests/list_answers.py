"""What the fakes of the patterns of lists answer, each by the rules of its manifest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sources.manifests.fake import Answered, Asked
from tests.sources.manifests.patterns import things

TEAMS = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
FIRST = datetime(2020, 1, 1, tzinfo=UTC)


def answer_of_team(asked: Asked) -> Any:
    if asked.path == "/teams":
        at = asked.count("offset")
        return {"data": TEAMS[at : at + 2]}
    team = asked.path.split("/")[2]
    if team == "b":
        return Answered(404, {"error": "no such list"})
    at = asked.count("offset")
    return {"data": things(3, team)[at : at + 2]}


def answer_nested(asked: Asked) -> Any:
    parts = asked.path.strip("/").split("/")
    if asked.path == "/teams":
        return TEAMS
    if parts[0] == "teams":
        return [{"id": f"{parts[1]}{at}"} for at in (1, 2)]
    return things(2, asked.params["board"])


def answer_by_state(asked: Asked) -> Any:
    return {"data": things(2, asked.params["state"])}


def answer_by_site(asked: Asked) -> Any:
    return {"data": things(2, asked.path.split("/")[2])}


def _days(first: str, last: str) -> list[datetime]:
    begin = datetime.fromisoformat(first).replace(tzinfo=UTC)
    end = datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert (end - begin).days <= 31, "longer spans are refused"
    return [begin + timedelta(days=at) for at in range((end - begin).days + 1)]


def answer_of_span(asked: Asked) -> Any:
    # an event each 29 days since the first day
    days = _days(asked.params["from"], asked.params["to"])
    found = [day for day in days if (day - FIRST).days % 29 == 0 and day <= datetime.now(UTC)]
    return [{"id": f"{day:%Y%m%d}", "name": "event", "day": f"{day:%Y-%m-%d}T10:00:00Z"} for day in found]


def answer_of_moments(asked: Asked) -> Any:
    """Give the events of a span of moments, both of which count, each 29 days since the first."""
    since, until = (datetime.fromisoformat(asked.params[name]) for name in ("from", "to"))
    assert until - since <= timedelta(days=31), "longer spans are refused"
    count = (until - FIRST).days // 29 + 1
    moments = [FIRST + timedelta(days=29 * at, hours=10) for at in range(count)]
    wanted = [one for one in moments if since <= one <= until and one <= datetime.now(UTC)]
    return [{"id": f"{one:%Y%m%d}", "name": "event", "day": f"{one:%Y-%m-%dT%H:%M:%SZ}"} for one in wanted]


def list_spans() -> list[tuple[str, ...]]:
    today = datetime.now(UTC)
    count = (today - FIRST).days // 29
    return [(f"{FIRST + timedelta(days=29 * at):%Y%m%d}",) for at in range(count + 1)]


def answer_since(asked: Asked) -> Any:
    since = asked.params.get("updated_after", "")
    found = [{**one, "updated": f"2024-02-{at:02}T00:00:00Z"} for at, one in enumerate(things(4), 1)]
    return [one for one in found if one["updated"] >= since]


def answer_wrapped(asked: Asked) -> Any:
    return {"items": [{"data": one, "cursor": "x"} for one in things(4)]}


def answer_single(asked: Asked) -> Any:
    return {"account": {"id": "only", "name": "me"}}


def answer_keyless(asked: Asked) -> Any:
    return [{"name": "red", "at": 1}, {"name": "red", "at": 2}, {"name": "blue", "at": 1}]


def answer_mixed(asked: Asked) -> Any:
    kinds = ("open", "closed", "open", "new")
    return [
        {"state": kind, "attributes": {"uid": f"u{at}", "title": f"title {at}"}, "secret": "x"}
        for at, kind in enumerate(kinds)
    ]


def answer_form(asked: Asked) -> Any:
    assert asked.method == "POST"
    assert asked.body["what"] == "things"
    at = int(asked.body["offset"]) if "offset" in asked.body else 0
    return {"data": things(5)[at : at + 3]}


def answer_with_token(asked: Asked) -> Any:
    if asked.path == "/token":
        assert asked.body["grant_type"] == "client_credentials"
        assert (asked.body["client_id"], asked.body["client_secret"]) == ("app", "word")
        return {"access_token": "fresh", "expires_in": 3600}
    if asked.headers.get("Authorization") != "Bearer fresh":
        return Answered(401, {"error": "who are you?"})
    at = asked.count("offset")
    return {"data": things(4)[at : at + 3]}


def answer_shared(asked: Asked) -> Any:
    names = {"/v2/apples": "apple", "/v2/pears": "pear"}
    return {"list": things(2, names[asked.path])}
