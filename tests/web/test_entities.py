from __future__ import annotations

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

PATH = "/api/entities/salesrabbit/leads"


def read(client, question=""):
    answer = client.get(PATH + question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_entity_has_its_runs_newest_first_page_by_page(viewer, add_run):
    numbers = [add_run(ago=ago) for ago in (50, 40, 30, 20)]
    add_run("users", ago=10)
    first = read(viewer, "?most=3")
    assert [run["id"] for run in first["runs"]] == numbers[:0:-1]
    assert first["next_before"] == numbers[1]
    second = read(viewer, f"?most=3&before={first['next_before']}")
    assert [run["id"] for run in second["runs"]] == numbers[:1]
    assert second["next_before"] is None
    run = first["runs"][0]
    assert (run["created"], run["unchanged"], run["records_processed"]) == (6, 4, 10)
    assert (run["duration_s"], run["records_per_s"], run["api_calls"]) == (20, 0.5, 3)
    assert (run["mode"], run["complete"], run["retries"]) == ("delta", True, None)
    assert first["usual"] == {"duration_s_median": 20, "records_per_s_median": 0.5}


def test_page_after_a_run_of_another_entity_is_no_page(viewer, add_run):
    add_run()
    other = add_run("users")
    assert viewer.get(f"{PATH}?before={other}").status_code == 404
    assert viewer.get(f"{PATH}?before=99999").status_code == 404


def test_question_that_makes_no_sense_is_one_sentence(viewer):
    answer = viewer.get(f"{PATH}?most=many")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("most: ")
    assert viewer.get(f"{PATH}?most=100000").status_code == 422


def test_columns_have_types_paths_keys_and_the_share_of_nulls(viewer, warehouse, add_run):
    add_run()
    warehouse.execute("create schema salesrabbit")
    warehouse.execute(
        "create table salesrabbit.leads as "
        "select n as id, case when n % 4 = 0 then 'x' end as first_name from generate_series(1, 100) as n"
    )
    warehouse.execute("analyze salesrabbit.leads")
    answer = read(viewer)
    columns = {column["name"]: column for column in answer["columns"]}
    assert (columns["id"]["is_key"], columns["id"]["null_share"]) == (True, 0)
    assert columns["first_name"]["null_share"] == 0.75
    assert columns["first_name"]["source_path"] == "firstName"
    assert columns["first_name"]["type"] == "string"
    assert columns["first_name"]["is_key"] is False
    others = [column for name, column in columns.items() if name not in {"id", "first_name"}]
    assert {column["null_share"] for column in others} == {None}


def test_entity_says_what_a_delta_can_miss_and_where_its_page_is(viewer, configs):
    assert read(viewer)["delta"] == {
        "method": "asks for the records that changed since the last run",
        "sentence": (
            "A change that the source shows more than 5 minutes late. "
            "The comparison with the whole source finds it, every 7 days."
        ),
    }
    assert read(viewer)["docs_url"] is None
    file = configs / "salesrabbit" / "source.yaml"
    file.write_text(file.read_text().replace("dag:\n", "dag:\n  docs_url: https://docs.example.com/x/\n"))
    assert read(viewer)["docs_url"] == "https://docs.example.com/x/sources/salesrabbit.md"


def test_drift_names_keys_that_came_and_went(viewer, add_run):
    add_run(ago=50, keys={"known": ["name"], "gone": [], "others": ["color"]})
    add_run(ago=40, status="failed")
    last = add_run(ago=30, keys={"known": ["name"], "gone": ["name"], "others": ["color", "fullName"]})
    drift = [(one["key"], one["what"], one["sync_history_id"]) for one in read(viewer)["drift"]]
    assert drift == [("fullName", "came", last), ("name", "went", last)]
