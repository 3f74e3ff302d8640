"""A listed parent that refuses to be read: the others are read all the same."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import (
    AuthenticationError,
    FatalSourceError,
    StalePositionError,
    UnexpectedResponseError,
)
from tests.unit.sources.rest_list_support import AnsweringClient, page_of, run
from tests.unit.sources.test_rest_parts import NESTED, SINCE, WINDOWS, by_path

TWO = [{"id": "x"}, {"id": "y"}]
PASS = NESTED["passes"][0]
TWO_PASSES = [PASS, {"name": "more", "path": "/a/{parent}/more", "records_path": ""}]


def read(x, y, *, since=None, request=None, cursors=None, **config):
    """Read two parents whose lists answer with these; gives the client beside what `run` gives."""
    client = AnsweringClient(by_path(a=TWO, a_x_things=x, a_y_things=y, a_x_more=[], a_y_more=[]))
    config = {**NESTED, **config}
    return client, *run(client, since, request=request, cursors=cursors, **config)


@pytest.mark.parametrize("status", [403, 404])
def test_refused_parent_leaves_the_others_read_and_is_told(status, caplog):
    client, records, cursors, source = read(status, [{"id": 2}])
    assert records == [{"id": 2, "_parent": "y"}]
    assert len([one for one in client.requests if one.path == "/a/x/things"]) == 1
    facts = source.describe()
    assert (facts["walks"], facts["refused"]) == (["y/all"], {"x/all": f"x/all (status {status})"})
    assert (cursors, source.incomplete_reason) == ({"y/all": None}, None)
    assert f"x/all is refused and left unread: status {status}" in caplog.text


def test_refused_parent_is_in_no_sweep():
    source = read(404, [{"id": 2}])[-1]
    assert (source.is_whole, source.sweep_scope.parents) == (True, ("y",))


def test_refused_parent_whose_rows_no_column_tells_apart_sweeps_nothing():
    parents = {**NESTED["parents"], "name": "account"}
    passes = [{**PASS, "path": "/a/{account}/things"}]
    assert not read(404, [{"id": 2}], parents=parents, passes=passes)[-1].is_whole
    assert read([], [{"id": 2}], parents=parents, passes=passes)[-1].is_whole


def test_refused_parent_is_asked_once_whatever_the_windows():
    client, records, _, source = read(404, [{"id": 2}], **WINDOWS)
    assert len([one for one in client.requests if one.path == "/a/x/things"]) == 1
    assert (len(records), source.describe()["walks"]) == (3, ["y/all"])


def test_refused_parent_of_one_list_keeps_its_other_list():
    _, _, _, source = read(404, [{"id": 2}], passes=TWO_PASSES)
    assert source.describe()["walks"] == ["x/more", "y/all", "y/more"]
    assert source.sweep_scope.parents == ("y",)


@pytest.mark.parametrize(
    ("x", "y", "config"),
    [
        (404, 403, {}),
        (404, 404, {"passes": TWO_PASSES}),
        (UnexpectedResponseError("status 400", status_code=400), [], {}),
        (AuthenticationError("status 401", status_code=401), [], {}),
        (UnexpectedResponseError("broken"), [], {}),
    ],
    ids=["all", "all_of_one_list", "400", "401", "no_status"],
)
def test_refusal_that_is_not_one_parents_alone_stays_a_failure(x, y, config):
    with pytest.raises(FatalSourceError, match=r"status 40[014]|broken"):
        read(x, y, **config)


def test_parent_that_is_pinned_stays_a_failure():
    client = AnsweringClient(lambda _: 404, extras={"parent": "x"})
    with pytest.raises(UnexpectedResponseError, match="404"):
        run(client, **NESTED)


def test_list_without_parents_fails_at_once():
    passes = [{"name": name, "path": f"/{name}", "records_path": ""} for name in ("one", "two")]
    client = AnsweringClient(by_path(one=404, two=[]))
    with pytest.raises(UnexpectedResponseError, match="404"):
        run(client, passes=passes)
    assert [one.path for one in client.requests] == ["/one"]


def test_refusal_after_records_came_stays_a_failure():
    first_page = {"/a": TWO, "/a/x/things": [{"id": 1}], "/a/y/things": [{"id": 2}]}
    behind = {"/a": [], "/a/x/things": 404, "/a/y/things": []}
    client = AnsweringClient(lambda one: (first_page if page_of(one) == 1 else behind)[one.path])
    with pytest.raises(UnexpectedResponseError, match="404"):
        run(client, **NESTED)
    with pytest.raises(UnexpectedResponseError, match="404"):
        read(404, [], cursors={"x/all": {"token": "2", "size": 2}})
    earlier = {"x/all/2026-01-01..2026-01-31": None}
    with pytest.raises(UnexpectedResponseError, match="404"):
        read(404, [], cursors=earlier, **WINDOWS)


def test_refused_parent_that_answers_again_is_read_from_the_start():
    client = read([{"id": 1}], [], since=SINCE, request={"known_walks": ("y/all",)}, **WINDOWS)[0]
    asked = {(one.path, one.params["from"]) for one in client.requests if "from" in one.params}
    assert ("/a/x/things", "2026-01-01") in asked
    assert ("/a/y/things", "2026-01-01") not in asked


def test_others_that_were_read_before_a_resume_answered():
    _, records, _, source = read(404, [], cursors={"y/all": None})
    assert (records, source.describe()["walks"]) == ([], ["y/all"])


def test_clock_is_asked_of_no_parent_among_several():
    client = AnsweringClient(by_path(a=TWO, a_x_things=404, a_y_things=[]))
    source = run(client, **NESTED)[2]
    client.requests.clear()
    source._clock = None
    assert (source.read_clock(), client.requests) == (None, [])


CURSORED = {
    "passes": [{"name": "all", "path": "/things", "records_path": "items"}],
    "paging": {"style": "cursor", "next_path": "next", "param": "after"},
}


def test_position_that_the_source_forgot_starts_the_list_again(caplog):
    def answer(request):
        if request.params.get("after") == "old":
            return StalePositionError("the locator is not known")
        return {"items": [{"id": request.params.get("after", "first")}], "next": leads.pop(0)}

    leads = ["two", None]
    client = AnsweringClient(answer)
    records, cursors, _ = run(client, cursors={"all": "old"}, **CURSORED)
    assert ([record["id"] for record in records], cursors) == (["first", "two"], {"all": None})
    assert "read from its first page again" in caplog.text


def test_position_that_is_forgotten_for_ever_is_an_error():
    client = AnsweringClient(lambda _: StalePositionError("the locator is not known"))
    with pytest.raises(StalePositionError):
        run(client, **CURSORED)
    assert len(client.requests) == 4
