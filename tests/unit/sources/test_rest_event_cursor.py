"""Deltas behind an id that is kept: where the next one starts, whatever comes late or after a kill."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.rest.lists import RestListSource
from tests.unit.sources.rest_list_support import NOW, AnsweringClient, make_entity
from tests.unit.sources.test_rest_parts import NESTED, WINDOWS

EVENTS = {
    "paging": {"style": "keyset", "param": "after_id", "end": "short"},
    "event_cursor": {"column": "at"},
}
SINCE = NOW - timedelta(hours=1)
EDGE = NOW - timedelta(seconds=300)
"""Events from here on are young: the entity's look-back is 300 s."""


def ms(moment):
    return int(moment.timestamp() * 1000)


def event(number, *, age=timedelta(days=1), **more):
    """An event that the source wrote that long before the edge."""
    return {"id": f"{number:04d}", "at": ms(EDGE - age), **more}


class Events:
    """A list in the order of ids, asked for behind an id."""

    def __init__(self, *events, **by_path):
        self.lists = {
            "/things": list(events),
            **{f"/a/{name}/things": rows for name, rows in by_path.items()},
        }
        self.lists["/a"] = [{"id": name} for name in by_path]
        self.quota = None

    def __call__(self, request):
        if self.quota is not None:
            self.quota -= 1
            if self.quota < 0:
                raise KeyboardInterrupt  # a killed process
        behind = [one for one in self.lists[request.path] if one["id"] > request.params.get("after_id", "")]
        if "from" in request.params:
            days = request.params["from"], request.params["to"]
            behind = [
                one
                for one in behind
                if days[0] <= datetime.fromtimestamp(one["at"] / 1000, UTC).date().isoformat() <= days[1]
            ]
        return sorted(behind, key=lambda one: one["id"])[: int(request.params["limit"])]


def read(events, since=None, *, bookmarks=None, cursors=None, known=None, until=NOW, **config):
    """Read; gives ids, the requests' `after_id`, the cursors and the facts, None after a kill."""
    entity = make_entity(**{**EVENTS, **config})
    client = AnsweringClient(events)
    source = RestListSource(client, entity)
    mode = SyncMode.FULL if since is None else SyncMode.DELTA
    asked = ReadRequest(entity, mode, since, until, 2, known_walks=known, bookmarks=bookmarks or {})
    ids, left, facts = [], dict(cursors or {}), None
    try:
        for page in source.read_pages(asked, dict(left)):
            ids += [json.loads(line)["id"] for line in (page.lines or b"").splitlines()]
            left[page.cursor_key] = json.loads(json.dumps(page.cursor))
        facts = source.describe()
    except KeyboardInterrupt:
        pass
    return ids, [one.params.get("after_id") for one in client.requests if one.path != "/a"], left, facts


def bookmark(*events, **more):
    return read(Events(*events), **more)[3]["bookmarks"].get("all")


def test_full_read_keeps_the_last_id_and_a_delta_starts_behind_it():
    events = Events(*(event(number) for number in range(5)))
    ids, _, _, facts = read(events, bookmarks={"all": "0002"})
    assert (len(ids), facts["bookmarks"], facts["reads"]) == (5, {"all": "0004"}, "events after an id")
    events.lists["/things"].append(event(5))
    ids, asked, _, facts = read(events, SINCE, bookmarks=facts["bookmarks"])
    assert (ids, asked, facts["bookmarks"]) == (["0005"], ["0004", "0005"], {"all": "0005"})


YOUNG = timedelta(seconds=-1)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], None),
        ([event(1), event(2)], "0002"),
        ([event(1), event(2, age=YOUNG)], "0001"),
        ([event(1, age=YOUNG), event(2, age=YOUNG)], None),
        ([event(1), event(2, age=YOUNG), event(3), event(4)], "0001"),
        ([event(1), {"id": "0002"}, event(3)], "0003"),
        ([event(1), {"id": "0002"}, event(3, age=YOUNG)], "0001"),
        ([event(1), event(2, age=timedelta(days=-900)), event(3), event(4)], "0004"),
        ([event(1), {**event(2), "at": "soon"}], "0001"),
        ([event(1), {**event(2), "at": EDGE.isoformat()}], "0001"),
        ([event(1), {**event(2), "at": (EDGE - timedelta(seconds=1)).isoformat()}], "0002"),
    ],
    ids=[
        "empty",
        "old",
        "young_last",
        "young_first",
        "old_behind_young",
        "no_time",
        "no_time_before_young",
        "far_future",
        "odd_time",
        "edge",
        "iso",
    ],
)
def test_bookmark_is_the_last_id_before_the_first_young_event(events, expected):
    assert bookmark(*events) == expected


def test_event_in_the_second_of_the_edge_is_young():
    """Ids that rise by the second say nothing of the order inside of it."""
    until = NOW + timedelta(milliseconds=900)
    assert bookmark(event(1), event(2, age=timedelta(milliseconds=-500)), until=until) == "0001"


def test_event_that_comes_late_below_the_last_id_is_read_by_the_next_delta():
    events = Events(event(1), event(3, age=YOUNG))
    kept = read(events)[3]["bookmarks"]
    events.lists["/things"].append(event(2, age=YOUNG))
    assert read(events, SINCE, bookmarks=kept)[0] == ["0002", "0003"]


def test_delta_without_news_keeps_its_bookmark():
    assert read(Events(event(1)), SINCE, bookmarks={"all": "0001"})[3]["bookmarks"] == {"all": "0001"}


def test_delta_without_a_bookmark_is_read_from_the_start(caplog):
    caplog.set_level("INFO")
    assert read(Events(event(1)), SINCE)[:2] == (["0001"], [None, "0001"])
    assert "read from the beginning" in caplog.text


def test_walk_that_is_not_known_is_read_from_the_start():
    _, asked, _, facts = read(Events(event(1)), SINCE, bookmarks={"all": "0001"}, known=())
    assert (asked[0], facts["bookmarks"]) == (None, {"all": "0001"})


def test_column_without_a_time_is_told_once(caplog):
    assert bookmark(*({"id": str(number)} for number in range(5))) is None
    assert caplog.text.count("no event of a page has a readable at") == 1


def test_parents_and_passes_have_bookmarks_of_their_own():
    passes = [*NESTED["passes"], {**NESTED["passes"][0], "name": "more"}]
    events = Events(x=[event(1), event(2, age=YOUNG)], y=[event(7)])
    facts = read(events, **{**NESTED, "passes": passes})[3]
    assert facts["bookmarks"] == {"x/all": "0001", "x/more": "0001", "y/all": "0007", "y/more": "0007"}
    events.lists["/a/x/things"].append(event(3))
    ids, asked, _, _ = read(events, SINCE, bookmarks=facts["bookmarks"], **{**NESTED, "passes": passes})
    assert sorted(set(ids)) == ["0002", "0003"]
    assert {"0001", "0007"} <= set(asked)


def test_parent_that_refuses_loses_its_bookmark_and_the_other_keeps_its():
    events = Events(x=[event(1)], y=[event(7)])
    answer = lambda one: 404 if one.path == "/a/x/things" else events(one)  # noqa: E731
    facts = read(answer, SINCE, bookmarks={"x/all": "0001", "y/all": "0007"}, **NESTED)[3]
    assert (facts["walks"], facts["bookmarks"]) == (["y/all"], {"y/all": "0007"})


def test_windows_are_asked_behind_the_bookmark_and_move_it():
    old = [event(number, age=timedelta(days=30 * (3 - number))) for number in (1, 2)]
    events = Events(*old, event(3), event(4, age=YOUNG))
    _, asked, _, facts = read(events, **WINDOWS)
    assert (asked[0], facts["bookmarks"]) == (None, {"all": "0003"})
    ids, asked, _, _ = read(events, NOW - timedelta(days=2), bookmarks=facts["bookmarks"], **WINDOWS)
    assert (ids, asked[0]) == (["0004"], "0003")


@pytest.mark.parametrize("config", [{}, WINDOWS], ids=["one_list", "windows"])
@pytest.mark.parametrize("killed_at", range(1, 9))
def test_killed_read_goes_on_with_what_it_knew(config, killed_at):
    """Whatever page the process dies at, the two tries give each event once and the same bookmark."""
    rows = [event(number, age=timedelta(days=9 * (9 - number))) for number in range(9)]
    rows.insert(5, event(4, age=YOUNG, id="0004a"))
    whole = read(Events(*rows), **config)
    events = Events(*rows)
    events.quota = killed_at
    ids, _, cursors, facts = read(events, **config)
    events.quota = None
    if facts is None:
        more, _, _, facts = read(events, cursors=cursors, **config)
        ids += more
    assert sorted(ids) == sorted(whole[0])
    assert facts["bookmarks"] == whole[3]["bookmarks"]


def test_cursor_of_a_read_that_kept_no_bookmark_keeps_none():
    ids, _, _, facts = read(Events(event(1), event(2), event(3)), cursors={"all": "0001"})
    assert (ids, facts["bookmarks"]) == (["0002", "0003"], {})
