"""Parents, windows, modified filters and missing features of REST lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.sources.rest.lists import RestListSource
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, make_request, page_of, run

SINCE = datetime(2026, 3, 1, 8, 30, 15, 999, tzinfo=UTC)
NESTED = {
    "passes": [{"name": "all", "path": "/a/{parent}/things", "records_path": ""}],
    "parents": {"name": "parent", "path": "/a", "records_path": "", "pinned_by": "parent"},
}
WINDOWS = {
    "windows": {
        "from_param": "from",
        "to_param": "to",
        "first": "2026-01-01",
        "column": "at",
        "longest": "month",
    },
    "missing_rows": "mark",
}


def by_path(**lists):
    """Answer page 1 of each path with its list, a status or an error; further pages are empty."""

    def answer(request):
        found = lists[request.path.strip("/").replace("/", "_")]
        return [] if isinstance(found, list) and page_of(request) > 1 else found

    return answer


def test_nested_list_is_read_for_each_parent_and_records_say_which():
    client = AnsweringClient(
        by_path(a=[{"id": "x"}, {"id": "y"}], a_x_things=[{"id": 1}], a_y_things=[{"id": 2}])
    )
    records, cursors, source = run(client, **NESTED)
    assert records == [{"id": 1, "_parent": "x"}, {"id": 2, "_parent": "y"}]
    assert cursors == {"x/all": None, "y/all": None}
    assert source.describe()["walks"] == ["x/all", "y/all"]


def test_pinned_parent_is_not_listed_and_is_quoted():
    client = AnsweringClient(lambda one: [], extras={"parent": "a b/c"})
    run(client, **NESTED)
    assert [one.path for one in client.requests] == ["/a/a%20b%2Fc/things"]


@pytest.mark.parametrize("parents", [[{"name": "no id"}], [{"id": {"nested": 1}}]], ids=["missing", "object"])
def test_parent_without_an_id_is_an_error(parents):
    with pytest.raises(UnexpectedResponseError, match="at 'id', expected an id"):
        run(AnsweringClient(by_path(a=parents)), **NESTED)


def test_parameter_of_an_extra_that_is_not_set_is_left_out():
    one = {"name": "all", "path": "/things", "records_path": "", "params": {"team": "{team}", "kind": "sold"}}
    without, given = AnsweringClient(lambda _: []), AnsweringClient(lambda _: [], extras={"team": "7"})
    for client in (without, given):
        run(client, passes=[one])
    assert "team" not in without.requests[0].params
    assert given.requests[0].params["team"] == "7"
    assert without.requests[0].params["kind"] == "sold"


@pytest.mark.parametrize(
    ("style", "place", "expected"),
    [
        ("iso", "header", "2026-03-01T08:30:15+00:00"),
        ("iso", "param", "2026-03-01T08:30:15+00:00"),
        ("date", "param", "2026-03-01"),
        ("epoch_s", "param", "1772353815"),
        ("epoch_ms", "param", "1772353815000"),
    ],
)
def test_modified_filter_is_sent_on_deltas_only_and_never_later_than_the_bound(style, place, expected):
    asked = {"modified_filter": {"place": place, "name": "Changed", "format": style}}
    full, delta = AnsweringClient(lambda _: []), AnsweringClient(lambda _: [])
    run(full, **asked)
    run(delta, SINCE, **asked)
    sent = delta.requests[0].headers if place == "header" else delta.requests[0].params
    assert sent["Changed"] == expected
    assert "Changed" not in {**full.requests[0].headers, **full.requests[0].params}


def test_no_news_status_is_an_empty_delta_and_an_error_elsewhere():
    asked = {"modified_filter": {"place": "header", "name": "Changed", "no_news_status": [304]}}
    records, cursors, source = run(AnsweringClient(lambda _: 304), SINCE, **asked)
    assert (records, cursors, source.is_whole) == ([], {"all": None}, False)
    with pytest.raises(UnexpectedResponseError, match="304"):
        run(AnsweringClient(lambda _: 304), **asked)


def test_full_read_asks_for_each_window_and_sweeps_only_inside_them():
    client = AnsweringClient(lambda _: [])
    _, cursors, source = run(client, **WINDOWS)
    spans = [(one.params["from"], one.params["to"]) for one in client.requests]
    assert spans == [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-10")]
    assert list(cursors) == [
        "all/2026-01-01..2026-01-31",
        "all/2026-02-01..2026-02-28",
        "all/2026-03-01..2026-03-10",
    ]
    assert source.is_whole
    assert source.sweep_scope.column == "at"
    assert source.sweep_scope.since == datetime(2026, 1, 1, tzinfo=UTC)


def test_delta_asks_for_the_trailing_window_and_sweeps_nothing():
    client = AnsweringClient(lambda _: [])
    _, _, source = run(client, SINCE, **WINDOWS)
    assert [(one.params["from"], one.params["to"]) for one in client.requests] == [
        ("2026-03-01", "2026-03-10")
    ]
    assert (source.is_whole, source.sweep_scope) == (False, None)


def test_start_before_the_first_day_is_told_in_log_and_history(caplog):
    early, usual = datetime(2020, 5, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    source = run(AnsweringClient(lambda _: []), early, **WINDOWS)[2]
    assert source.describe()["cut"].startswith("Nothing before 2026-01-01 was asked for")
    assert "things: Nothing before 2026-01-01 was asked for" in caplog.text
    assert "cut" not in run(AnsweringClient(lambda _: []), usual, **WINDOWS)[2].describe()


JANUARY_AND_A_PAGE = {
    "all/2026-01-01..2026-01-31": None,
    "all/2026-02-01..2026-02-28": {"token": "2", "size": 2},
}


def test_finished_windows_are_not_read_again_after_a_failure():
    client = AnsweringClient(lambda _: [])
    run(client, cursors=JANUARY_AND_A_PAGE, **WINDOWS)
    # nothing is known of the page before, so an empty one is asked for again before it is believed
    assert [(one.params["from"], one.params["page"]) for one in client.requests] == [
        ("2026-02-01", "2"),
        ("2026-02-01", "2"),
        ("2026-03-01", "1"),
    ]


def test_parent_that_the_latest_run_had_not_read_is_read_from_the_start():
    client = AnsweringClient(by_path(a=[{"id": "x"}, {"id": "y"}], a_x_things=[], a_y_things=[]))
    run(client, SINCE, request={"known_walks": ("x/all",)}, **NESTED, **WINDOWS)
    spans = [(one.path, one.params["from"]) for one in client.requests if "from" in one.params]
    assert spans == [
        ("/a/x/things", "2026-03-01"),
        ("/a/y/things", "2026-01-01"),
        ("/a/y/things", "2026-02-01"),
        ("/a/y/things", "2026-03-01"),
    ]


OFF = {"status": [403], "because": "forms are off"}


def test_missing_feature_skips_its_parent_alone_and_sweeps_nothing_of_it(caplog):
    nested = {**NESTED, "passes": [{**NESTED["passes"][0], "feature_off": OFF}]}
    client = AnsweringClient(by_path(a=[{"id": "x"}, {"id": "y"}], a_x_things=403, a_y_things=[{"id": 2}]))
    records, cursors, source = run(client, **nested, **WINDOWS)
    assert [record["id"] for record in records] == [2, 2, 2]
    assert len([one for one in client.requests if one.path == "/a/x/things"]) == 1
    assert cursors["x/all/2026-01-01..2026-01-31"] == {"is_over": True, "skipped": "forms are off"}
    assert source.describe()["skipped"] == {"x/all": "forms are off"}
    assert source.describe()["walks"] == ["y/all"]
    assert (source.is_whole, source.incomplete_reason) == (True, None)
    assert source.sweep_scope.parents == ("y",)
    assert "forms are off" in caplog.text


def test_status_after_records_came_is_an_error():
    """A right that is taken away while a list is read is no missing feature, and no end of a delta."""
    off = [{"name": "all", "path": "/things", "records_path": "", "feature_off": OFF}]
    with pytest.raises(UnexpectedResponseError, match="403"):
        run(AnsweringClient(lambda one: [{"id": 1}] if page_of(one) == 1 else 403), passes=off)
    later = AnsweringClient(lambda one: 403 if one.params["from"] == "2026-02-01" else [])
    with pytest.raises(UnexpectedResponseError, match="403"):
        run(later, passes=off, **WINDOWS)
    asked = {"modified_filter": {"place": "header", "name": "Changed", "no_news_status": [304]}}
    with pytest.raises(UnexpectedResponseError, match="304"):
        run(AnsweringClient(lambda one: [{"id": 1}] if page_of(one) == 1 else 304), SINCE, **asked)


def test_resumed_read_remembers_what_was_skipped():
    one = {"name": "all", "path": "/things", "records_path": "", "feature_off": OFF}
    client = AnsweringClient(lambda _: [])
    _, _, source = run(client, cursors={"all": {"skipped": "forms are off"}}, passes=[one])
    assert (client.requests, source.describe()["walks"]) == ([], [])
    assert not source.is_whole


def test_same_status_without_that_word_in_config_is_an_error():
    with pytest.raises(UnexpectedResponseError, match="403"):
        run(AnsweringClient(lambda _: 403))


def test_changed_only_drops_what_a_delta_need_not_carry():
    records = [
        {"id": 1, "updated": "2026-03-01T08:30:15"},
        {"id": 2, "updated": "2026-03-01T08:30:16"},
        {"id": 3, "updated": "2026-03-01T10:00:00+02:00"},
        {"id": 4},
        {"id": 5, "updated": "soon"},
    ]
    client = AnsweringClient(lambda one: records if page_of(one) == 1 else [])
    delta, _, _ = run(client, SINCE, changed_only="updated", **WINDOWS)
    assert [record["id"] for record in delta] == [2, 4, 5]


ONLY = {
    "only": [{"flag": "state", "paths": ["status", "title"], "words": {"active": ["ENROUTE", "STARTED"]}}]
}


@pytest.mark.parametrize(
    ("word", "expected"),
    [("active", [1, 2]), ("ACTIVE", [1, 2]), ("complete", [3]), ("sold", [4]), ("nothing", [])],
)
def test_flag_keeps_its_records_and_the_run_is_no_whole_one(word, expected):
    records = [
        {"id": 1, "status": "ENROUTE"},
        {"id": 2, "status": "Started"},
        {"id": 3, "status": "COMPLETE"},
        {"id": 4, "status": "CUSTOM", "title": "Sold"},
    ]
    client = AnsweringClient(lambda one: records if page_of(one) == 1 else [])
    found, _, source = run(client, request={"own_options": {"state": word}}, **ONLY)
    assert [record["id"] for record in found] == expected
    assert source.incomplete_reason == f"state {word} left the other records unread."
    assert not source.is_whole


def test_flag_that_is_not_given_keeps_everything():
    client = AnsweringClient(lambda one: [{"id": 1}] if page_of(one) == 1 else [])
    found, _, source = run(client, request={"own_options": {"state": None}}, **ONLY)
    assert (len(found), source.incomplete_reason, source.is_whole) == (1, None, True)


def test_window_that_was_cut_differently_is_read_anew():
    client = AnsweringClient(lambda _: [])
    run(client, cursors={"all/2026-01-01..2026-01-07": None}, **WINDOWS)
    assert client.requests[0].params["from"] == "2026-01-01"


def test_page_number_of_another_page_size_is_read_anew():
    pages = {1: [{"id": 1}, {"id": 2}], 2: [{"id": 3}]}
    client = AnsweringClient(lambda one: pages.get(page_of(one), []))
    records, _, _ = run(client, cursors={"all": {"token": "4", "size": 10}})
    assert [record["id"] for record in records] == [1, 2, 3]
    again, _, _ = run(client, cursors={"all": {"token": "2", "size": 2}})
    assert [record["id"] for record in again] == [3]


def test_extra_that_narrows_a_read_is_another_walk_and_sweeps_nothing(caplog):
    one = {"name": "all", "path": "/things", "records_path": "", "params": {"team": "{team}"}}
    narrowed = run(AnsweringClient(lambda _: [], extras={"team": "7"}), passes=[one])[2]
    assert (narrowed.is_whole, narrowed.describe()["walks"]) == (False, ["all?team=7"])
    assert "team narrows the read" in caplog.text
    client = AnsweringClient(lambda _: [])
    run(client, SINCE, request={"known_walks": ("all?team=7",)}, passes=[one], **WINDOWS)
    assert client.requests[0].params["from"] == "2026-01-01"


def test_sweep_is_bound_to_the_parents_that_were_read():
    client = AnsweringClient(lambda one: [], extras={"parent": "x"})
    scope = run(client, **NESTED)[2].sweep_scope
    assert (scope.column, scope.parent_column, scope.parents) == (None, "parent", ("x",))


@pytest.mark.parametrize(
    ("days", "doubted"),
    [
        (["2026-01-05", "2026-01-06", "2026-03-02"], True),
        (["2026-02-28", "2026-03-01", "2026-03-10"], False),
        (["2026-01-05", "2026-03-02"], False),
        (["soon", "2026-03-02"], False),
    ],
    ids=["most_outside", "edges", "half", "unreadable"],
)
def test_source_that_seems_to_ignore_the_days_is_doubted(days, doubted):
    records = [{"id": number, "at": day} for number, day in enumerate(days)]
    client = AnsweringClient(lambda one: records if page_of(one) == 1 else [])
    source = run(client, windows={**WINDOWS["windows"], "first": "2026-03-01"})[2]
    assert ("seems to ignore" in str(source.incomplete_reason)) is doubted
    assert source.is_whole is not doubted


def test_doubt_about_an_early_page_outlives_the_try_that_read_it():
    march = {**WINDOWS["windows"], "first": "2026-03-01"}
    pages = {
        1: [{"id": 1, "at": "2026-01-05"}, {"id": 2, "at": "2026-01-05"}],
        2: [{"id": 3, "at": "2026-03-02"}],
    }
    client = AnsweringClient(lambda one: pages.get(page_of(one), []))
    entity = make_entity(windows=march)
    first = next(RestListSource(client, entity).read_pages(make_request(entity), {}))
    _, _, resumed = run(client, cursors={first.cursor_key: first.cursor}, windows=march)
    assert "seems to ignore" in str(resumed.incomplete_reason)
    assert not resumed.is_whole


def test_missing_rows_that_are_kept_are_never_swept():
    assert not run(AnsweringClient(lambda _: []), missing_rows="keep")[2].is_whole
