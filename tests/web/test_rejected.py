from __future__ import annotations

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


def read(client, question=""):
    answer = client.get(f"/api/rejected?{question}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def list_ids(page):
    return [reject["id"] for reject in page["rejects"]]


@pytest.fixture
def numbers(add_run, add_reject):
    """Five rejects in the order of the pages: by entity, rule, field and number."""
    run = add_run()
    in_leads = [
        add_reject("4", rule="type", field="phone"),
        add_reject("1", rule="required", field="email", run=run),
        add_reject("3", rule="type", field="email"),
        add_reject("2", rule="required", field="email"),
    ]
    other = add_reject("9", sync_type="users")
    return [in_leads[1], in_leads[3], in_leads[2], in_leads[0], other]


def test_rejects_come_by_rule_and_field_page_by_page(editor, numbers):
    found, after = [], ""
    for _ in range(3):
        page = read(editor, f"most=2{after}")
        found.append(list_ids(page))
        after = f"&after={page['next']}"
    assert found == [numbers[:2], numbers[2:4], numbers[4:]]
    assert page["next"] is None
    assert page["groups_more"] is False


def test_page_goes_on_behind_a_group_that_was_resolved_meanwhile(editor, numbers, warehouse):
    assert read(editor, "most=3")["next"] == numbers[2]
    warehouse.execute(
        "update crm_sync.rejected_records set resolved_at = clock_timestamp() where id = %s", (numbers[2],)
    )
    assert list_ids(read(editor, f"most=3&after={numbers[2]}")) == numbers[3:]
    assert list_ids(read(editor, "most=3&after=99999")) == []


def test_groups_count_what_is_open(editor, numbers, add_run, warehouse):
    warehouse.execute(
        "update crm_sync.rejected_records set resolved_at = clock_timestamp() where id = %s", (numbers[3],)
    )
    groups = read(editor, "crm_source=salesrabbit&sync_type=leads")["groups"]
    assert [(group["rule"], group["field"], group["count"], group["more"]) for group in groups] == [
        ("required", "email", 2, False), ("type", "email", 1, False)
    ]  # fmt: skip


def test_large_group_is_counted_up_to_a_bound(editor, warehouse):
    warehouse.execute(
        """
        insert into crm_sync.rejected_records (crm_source, sync_type, record_id, rule, error)
        select 'salesrabbit', 'leads', n::text, 'type', 'odd' from generate_series(1, 1200) as n
        """
    )
    narrow = read(editor, "crm_source=salesrabbit&sync_type=leads&most=1")["groups"][0]
    assert (narrow["count"], narrow["more"]) == (1000, True)
    wide = read(editor, "most=1")["groups"][0]
    assert (wide["count"], wide["more"]) == (100, True)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("rule=type", [2, 3, 4]),
        ("field=phone", [3]),
        ("field=", []),
        ("rule=required&field=email", [0, 1]),
        ("crm_source=salesrabbit&sync_type=users", [4]),
        ("crm_source=salesrabbit", [0, 1, 2, 3, 4]),
        ("crm_source=csv", []),
        ("run={run}", [0]),
        ("run=99999", []),
    ],
)
def test_rejects_are_chosen_by_rule_field_entity_and_run(editor, numbers, warehouse, question, places):
    (run,) = warehouse.fetch_one("select id from crm_sync.sync_history")
    page = read(editor, question.format(run=run))
    assert list_ids(page) == [numbers[place] for place in places]


@pytest.mark.parametrize(
    ("question", "status", "begin"),
    [
        ("sync_type=leads", 422, "sync_type: expected crm_source"),
        ("crm_source=none", 404, "There is no CRM none"),
        ("crm_source=salesrabbit&sync_type=none", 404, "There is no entity salesrabbit.none"),
        ("most=0", 422, "most: "),
        ("mots=1", 422, "mots: "),
    ],
)
def test_question_that_makes_no_sense_is_one_sentence(editor, question, status, begin):
    answer = editor.get(f"/api/rejected?{question}")
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(begin)


def test_values_that_postgresql_quotes_are_hidden_from_viewers(viewer, editor, add_reject):
    error = 'new row violates constraint "x": "Ada"'
    add_reject("7", rule="database", error=error, value=None)
    assert read(viewer)["rejects"][0]["error"] == "new row violates constraint ***: ***"
    assert read(editor)["rejects"][0]["error"] == error


def test_key_that_is_sensitive_is_hidden_from_everybody(editor, add_reject, configs):
    add_reject("ada@example.com")
    assert read(editor)["rejects"][0]["record_id"] == "ada@example.com"
    file = configs / "salesrabbit" / "leads.yaml"
    text = file.read_text()
    assert text.count("  id: {") == 1
    file.write_text(text.replace("  id: {", "  id: {sensitive: true, "))
    assert read(editor)["rejects"][0]["record_id"] == "***"


def test_pages_of_several_warehouses_are_asked_for_one_crm_at_a_time(editor, numbers, configs):
    file = configs / "csv" / "source.yaml"
    file.write_text(file.read_text() + "\nwarehouse_connection_id: another\n")
    page = read(editor, "most=1")
    assert page["next"] is None
    answer = editor.get(f"/api/rejected?after={numbers[0]}")
    assert answer.status_code == 422
    assert "each warehouse counts its rejects by itself" in answer.json()["detail"]
    assert list_ids(read(editor, f"crm_source=salesrabbit&after={numbers[0]}")) == numbers[1:]


def test_record_of_an_unknown_reject_is_not_found(editor, add_reject, warehouse):
    number = add_reject("7")
    assert editor.get("/api/rejected/99999/record").status_code == 404
    warehouse.execute(
        "update crm_sync.rejected_records set record = null, record_altered = true where id = %s", (number,)
    )
    answer = editor.get(f"/api/rejected/{number}/record").json()
    assert answer == {"record": None, "record_altered": True}
