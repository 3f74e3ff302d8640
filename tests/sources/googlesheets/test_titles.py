"""Columns by their titles: moved, renamed, doubled, missing, blank ones; tabs that are gone; keys."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import UnexpectedResponseError

LEADS = "marketing_leads"


def refuse(account, **changes):
    """Read, and give the sentence with which the read fails; nothing may have been read."""
    read = account.read(account.entity(LEADS, **changes), catch=UnexpectedResponseError)
    assert read.records == []
    return str(read.error)


def test_column_that_moved_is_read_as_before(account):
    before = {record["Lead ID"]: record["City"] for record in account.read().records}
    account.fake.changes.move_column(LEADS, "City", 0)
    read = account.read()
    assert {record["Lead ID"]: record["City"] for record in read.records} == before
    assert read.notes == []


@pytest.mark.parametrize("title", ["LEAD  id", " lead id ", "Lead\nID", "Lead ID\u00a0"])
def test_case_and_blanks_of_a_title_do_not_count(account, title):
    account.fake.changes.write_title(LEADS, "Lead ID", title)
    assert account.read().records[0]["Lead ID"] == "L-000001"


def test_title_that_is_a_number_is_read_as_it_is_shown(account):
    account.fake.changes.write_title(LEADS, "Landing Page", "x")
    account.fake.store.tab_by_kind[LEADS].rows[0][-1] = 2026
    assert "2026" in account.read().records[0]


def test_renamed_title_leaves_known_values_alone_and_is_said_with_its_likely_name(account):
    account.fake.changes.write_title(LEADS, "Disposition", "Lead Disposition")
    read = account.read()
    assert all(page.missing == {"disposition"} for page in read.pages)
    (note,) = read.notes
    assert note == (
        "tab 'Leads 2026', row 1: there is no title 'Disposition' (now 'Lead Disposition'?) for column "
        "disposition; known rows keep their values."
    )
    assert account.transform().typed["extra"][0] is not None


def test_several_titles_that_are_gone_are_one_note(account):
    for title in ("Keyword", "Notes"):
        account.fake.changes.drop_column(LEADS, title)
    (note,) = account.read().notes
    assert "'Keyword'" in note
    assert "'Notes'" in note


@pytest.mark.parametrize(("title", "column"), [("Lead ID", "lead_id"), ("Source", "source")])
def test_title_of_the_key_or_of_a_required_column_that_is_gone_fails_before_any_row(account, title, column):
    """Trap 11: matched loosely, everything would become null."""
    account.fake.changes.write_title(LEADS, title, "Something")
    said = refuse(account)
    assert f"there is no title '{title}'" in said
    assert f"without {column} marketing_leads can't be synced" in said
    assert account.ranges() == ["'Leads 2026'!1:1"]


def test_second_title_of_a_column_counts_where_the_first_is_gone(account):
    account.fake.changes.write_title(LEADS, "Email", "E-mail")
    assert account.read().notes == []
    assert account.typed("email") is not None


def test_doubled_title_that_a_column_needs_fails_and_names_its_places(account):
    """Trap 10."""
    account.fake.changes.add_column(LEADS, "email")
    said = refuse(account)
    assert (
        "the title 'Email' stands over columns F and AB, so it is not known which of them fills email" in said
    )


def test_doubled_title_that_nobody_needs_is_said_and_both_are_kept(account):
    account.fake.changes.add_column(LEADS, "Landing Page")
    account.fake.store.tab_by_kind[LEADS].rows[1].extend([None] * 28)
    account.fake.store.tab_by_kind[LEADS].rows[1][26:28] = ["one", "two"]
    read = account.read()
    assert (read.records[0]["Landing Page (column AA)"], read.records[0]["Landing Page (column AB)"]) == (
        "one",
        "two",
    )
    assert "the title 'Landing Page' stands over columns AA and AB; no column needs it" in read.notes[0]


def test_blank_title_is_passed_over_with_a_warning_where_text_follows(account):
    account.fake.changes.write_title(LEADS, "Ad Group", "")
    first, second = account.read().notes
    assert first == "tab 'Leads 2026', row 1: column O has no title, so its cells are not read."
    assert "'Ad Group'" in second
    assert account.read().records[0]["Notes"] == account.read().records[0]["Notes"]


def test_blank_titles_behind_the_last_are_no_news(account):
    account.fake.store.tab_by_kind[LEADS].rows[0] += [None, "", "  "]
    assert account.read().notes == []


@pytest.mark.parametrize("row", [[], ["", None, " "]], ids=["empty", "blanks"])
def test_header_row_that_is_blank_fails(account, row):
    account.fake.store.tab_by_kind[LEADS].rows[0] = row
    assert "tab 'Leads 2026', row 1: the header row is blank" in refuse(account)


def test_header_in_another_row_is_found_there(account):
    account.fake.store.tab_by_kind[LEADS].rows[0:0] = [["A report"], []]
    read = account.read(account.entity(LEADS, read={"header_row": 3}))
    assert (len(read.records), read.records[0]["_row_number"]) == (60, 4)


def test_header_row_beyond_the_grid_is_blank(account):
    assert "the header row is blank" in refuse(account, read={"header_row": 4000})


def test_titles_without_any_row_are_no_error(open_account):
    account = open_account(counts={LEADS: 0, "marketing_spends": 0}, spare_rows=0)
    read = account.read()
    assert (read.records, read.reason, read.is_whole) == ([], None, True)
    assert account.ranges() == ["'Leads 2026'!1:1"]


def test_unmapped_title_goes_to_extra(account):
    account.put({"Landing Page": "https://www.example.com/x", "Dotted. Title": "kept"})
    assert account.transform().typed["extra"][0] == (
        '{"Landing Page":"https://www.example.com/x","Dotted. Title":"kept"}'
    )


def test_title_with_a_dot_can_be_a_column(account):
    account.put({"Cost. Per": "12"})
    fields = account.source.entities[LEADS].model_dump()["fields"]
    fields["cost_per"] = {"source": "Cost. Per", "type": "integer"}
    entity = account.entity(LEADS, fields=fields)
    assert account.read(entity).records[0]["Cost. Per"] == "12"


def test_title_like_one_of_our_own_names_keeps_its_cells(account):
    account.put({"_tab": "theirs"})
    record = account.read().records[0]
    assert (record["_tab"], record["_tab_"]) == ("Leads 2026", "theirs")


def test_tab_that_is_gone_fails_naming_it_and_what_there_is(account):
    account.fake.changes.rename_tab(LEADS, "Leads 2027")
    said = refuse(account)
    assert (
        "the file has no tab 'Leads 2026' (renamed to 'Leads 2027'?); there are 'Leads 2027', 'Spend'" in said
    )


def test_tab_of_another_case_is_the_same(account):
    account.fake.changes.rename_tab(LEADS, "leads  2026")
    account.fake.changes.rename_tab(LEADS, "LEADS 2026")
    assert len(account.read().records) == 60


def test_tab_id_that_is_gone_fails_naming_it(account):
    assert "the file has no tab with the id 77" in refuse(account, read={"tab": "", "tab_id": 77})


def test_tab_that_is_renamed_while_it_is_read_fails_in_one_sentence(account):
    account.fake.hooks.before_page("*!A*", 1, lambda: account.fake.changes.rename_tab(LEADS, "Other"))
    read = account.read(catch=UnexpectedResponseError)
    assert "the tab was renamed or deleted while it was read" in str(read.error)


CHANGED = "its titles in row 1 changed while its rows were read, so values may be in wrong columns"


@pytest.mark.parametrize(
    "move",
    [
        lambda changes: changes.move_column(LEADS, "City", 0),
        lambda changes: changes.drop_column(LEADS, "City"),
        lambda changes: changes.insert(LEADS, 1, {"Lead ID": "a row above the titles"}),
        lambda changes: changes.write_title(LEADS, "City", "Town"),
        lambda changes: changes.move_column(LEADS, "Landing Page", 25),
    ],
    ids=["moved", "dropped", "row above", "renamed", "last two"],
)
@pytest.mark.parametrize(("page", "page_size"), [(1, 5000), (2, 20), (3, 20)])
def test_titles_that_change_behind_their_backs_fail_the_read(account, move, page, page_size):
    account.fake.hooks.before_page("*!A*", page, lambda: move(account.fake.changes))
    read = account.read(page_size=page_size, catch=UnexpectedResponseError)
    assert CHANGED in str(read.error)


def test_titles_that_change_are_seen_beside_the_probe_too(open_account):
    account = open_account()
    entity = account.entity(LEADS, read={"probes": True})
    move = account.fake.changes.move_column
    account.fake.hooks.before_page("*!A*", 1, lambda: move(LEADS, "City", 0))
    read = account.read(entity, client=account.sign_in(), catch=UnexpectedResponseError)
    assert CHANGED in str(read.error)


def test_pages_of_other_titles_are_not_gone_on_from(account):
    """A later run, or a retry, must not put rows of two orders together."""
    half = account.read(page_size=20, stop_after=1)
    account.fake.changes.move_column(LEADS, "City", 0)
    rest = account.read(page_size=20, cursors=half.cursors)
    assert [record["Lead ID"] for record in rest.records] == [f"L-{number:06}" for number in range(1, 61)]
    assert "it was read again from the first row" in rest.reason
    assert not rest.is_whole


def test_time_zone_that_nobody_knows_fails(open_account):
    account = open_account(time_zone="Mars/Olympus")
    assert "expected a time zone that this machine knows" in refuse(account)


def test_tab_without_a_key_goes_by_row_number_and_says_so(account):
    entity = account.entity(LEADS, primary_key=["row_number"])
    read = account.read(entity)
    assert [record["_row_number"] for record in read.records] == list(range(2, 62))
    assert "Rows are known by their numbers" in read.notes[0]


def test_skip_rows_by_a_title_that_is_gone_fails(account):
    said = refuse(account, read={"skip_rows": {"Kind": ["x"]}})
    assert "there is no title 'kind', by which read.skip_rows tells rows that are no records" in said


def test_skip_rows_of_blank_cells_leaves_out_rows_of_empty_check_boxes(account):
    """A check box that nobody has ticked is false, not blank."""
    account.fake.changes.append(LEADS, {"Is Duplicate": False})
    assert len(account.read().records) == 61
    entity = account.entity(LEADS, read={"skip_rows": {"Lead ID": [""]}})
    assert len(account.read(entity).records) == 60
